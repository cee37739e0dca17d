"""How the two channels are merged, and from where on a hit is one: the figures behind search/retrieval.py.

    python benchmarks/relevance.py BEIR_FOLDER…

For each folder (corpus.jsonl, queries.jsonl, qrels.tsv) prints nDCG@10 of both channels, of reciprocal rank fusion and of
weighted score fusion with several shares and ceilings; then, for several floors, the share of judged answers that would
be lost and the share of off-topic queries that find nothing. The index is the one that `tiaokuan evaluate` keeps.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log2
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from search.engines.columns import Candidates
from search.engines.protocol import Candidate
from search.evaluation import Judged, evaluation_engine, load_judged
from search.fusion import fuse
from search.query import parse
from search.settings import Settings
from search.vouching import vouched

DEPTH = 200
OFF_TOPIC = [
    "绝地求生职业联赛赛程",
    "asdfqwer zxcv",
    "红烧肉的做法",
    "周杰伦新专辑什么时候发行",
    "英超曼联对阿森纳比分",
    "python怎么读取csv文件",
    "王者荣耀李白出装",
    "如何给猫咪洗澡",
    "相对论的基本原理",
    "泰坦尼克号的导演是谁",
    "蒙娜丽莎画在哪里",
    "怎么折纸飞机",
    "巴黎到罗马的火车",
    "吉他和弦入门",
    "恐龙为什么灭绝",
    "魔方还原公式",
    "火锅底料哪个牌子好",
    "世界杯冠军是哪个国家",
    "三国演义的作者",
    "星座运势双鱼座",
    "减肥食谱一周",
    "量子纠缠是什么",
    "口红色号推荐",
    "如何煎牛排",
    "月亮离地球多远",
    "唐诗三百首",
    "NBA总决赛MVP",
    "iPhone屏幕碎了",
    "钢琴十级曲目",
    "宇宙大爆炸",
    "lorem ipsum dolor",
    "hjkl 1234 uiop",
    "披萨怎么做",
    "原神抽卡概率",
    "法国大革命",
    "梅西进了多少球",
    "勾股定理证明",
    "莎士比亚十四行诗",
    "怎么学会游泳",
    "狗狗不吃饭",
    "明星离婚八卦",
    "怎么织毛衣",
    "英雄联盟皮肤价格",
    "二次函数图像的性质",
    "失恋了怎么走出来",
    "如何腌制泡菜",
    "高尔夫挥杆技巧",
    "摩羯座今日运势",
    "最好看的科幻小说",
    "梦见蛇是什么意思",
    "蛋糕烘焙温度和时间",
    "埃及金字塔的秘密",
    "篮球三步上篮教学",
    "狗狗不吃饭怎么办",
    "西班牙语入门",
    "显卡跑分天梯图",
    "莫扎特的生平",
    "手机壁纸高清",
    "健身房练背动作",
    "塔罗牌占卜",
    "哈利波特结局",
    "考研英语作文模板",
    "如何哄女朋友开心",
    "水彩画技法",
    "贪吃蛇游戏代码",
    "爱因斯坦的故事",
    "法国大革命的起因",
    "珊瑚为什么会白化",
    "咖啡拉花怎么做",
    "双色球开奖结果",
]
_APART = 1e-6  # each channel by itself


@dataclass(frozen=True, slots=True)
class Asked:
    """What both channels say to one query, and the keyword channel's score of a full match."""

    keyword: Sequence[Candidate]
    semantic: Sequence[Candidate]
    ceiling: float


def ndcg(order: Iterable[str], grades: Mapping[str, int]) -> float:
    """nDCG@10 (Järvelin & Kekäläinen 2002) of one ranking."""
    gain = sum(grades.get(doc, 0) / log2(rank + 2) for rank, doc in enumerate(list(order)[:10]))
    best = sorted(grades.values(), reverse=True)[:10]
    return gain / sum(grade / log2(rank + 2) for rank, grade in enumerate(best))


def reciprocal_ranks(asked: Asked, constant: int = 60) -> list[str]:
    """Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009)."""
    total: dict[str, float] = {}
    for channel in (asked.keyword, asked.semantic):
        for rank, candidate in enumerate(channel, 1):
            total[candidate.clause_id] = total.get(candidate.clause_id, 0) + 1 / (constant + rank)
    return sorted(total, key=lambda clause: -total[clause])


def scores_merged(asked: Asked, share: float, ceiling: float) -> list[str]:
    """The fusion that searches use."""
    found = {"keyword": Candidates.of(asked.keyword), "semantic": Candidates.of(asked.semantic)}
    columns = {name: (candidates.ordinals, candidates.scores) for name, candidates in found.items()}
    weights = {"keyword": share, "semantic": 1 - share}
    fused = fuse(columns, weights, {"keyword": (0.0, ceiling * asked.ceiling)})
    ids = {c.ordinal: c.clause_id for candidates in found.values() for c in candidates}
    return [ids[ordinal] for ordinal in fused.ordinals.tolist()]


def print_fusions(judged: Judged, answers: Mapping[str, Asked]) -> None:
    """One line per way of merging."""

    def line(name: str, orders: Mapping[str, Iterable[str]]) -> None:
        print(f"  {name:<36} {fmean(ndcg(orders[q], judged.judgments[q]) for q in answers):.4f}")

    line("keyword", {q: [c.clause_id for c in a.keyword] for q, a in answers.items()})
    line("semantic", {q: [c.clause_id for c in a.semantic] for q, a in answers.items()})
    line("reciprocal ranks", {q: reciprocal_ranks(a) for q, a in answers.items()})
    for share in (0.4, 0.5, 0.6):
        for ceiling in (0.0, 0.3, 0.5, 0.8):
            merged = {q: scores_merged(a, share, ceiling) for q, a in answers.items()}
            line(f"scores, keyword {share}, ceiling {ceiling}", merged)


def print_floors(judged: Judged, answers: Mapping[str, Asked], off_topic: Sequence[Asked]) -> None:
    """What the floors cost and spare: see `search.vouching`."""
    answered: list[tuple[float, float]] = []
    for query, asked in answers.items():
        words = {c.clause_id: c.score / (asked.ceiling or 1) for c in asked.keyword}
        meaning = {c.clause_id: c.score for c in asked.semantic}
        answered += [(words.get(doc, 0.0), meaning.get(doc, 0.0)) for doc in judged.judgments[query]]
    pairs = np.array(answered).T
    noise = [_pairs_of(a) for a in off_topic]
    for floor in (0.87, 0.875, 0.88):
        for words in (0.45, 0.6, 0.75):
            for onset in (_APART, 0.015, 0.02, 0.025):
                hit = partial(vouched, floor=floor, words_alone=words, onset=onset)
                lost = fmean(~hit(*pairs))
                nothing = fmean(not hit(*found).any() for found in noise)
                print(
                    f"  cosine {floor}, words {words}, onset {onset}: {lost:.3f} of answers lost, {nothing:.3f} silent"
                )


def _pairs_of(asked: Asked) -> NDArray[np.float64]:
    """(2, n): for each candidate its share of a full match and its cosine, 0 where a channel did not find it."""
    words = {c.clause_id: c.score / (asked.ceiling or 1) for c in asked.keyword}
    meaning = {c.clause_id: c.score for c in asked.semantic}
    pairs = [(words.get(clause, 0.0), meaning.get(clause, 0.0)) for clause in words.keys() | meaning.keys()]
    return np.array(pairs).reshape(-1, 2).T


def main(folder: Path) -> None:
    """Measure one folder."""
    judged = load_judged(folder)
    engine, embedder = evaluation_engine(Settings(), folder, judged, progress=True)

    def ask(text: str) -> Asked:
        query = parse(text)
        keyword = query.keyword()
        vectors = embedder().encode_queries([query.meaning])
        return Asked(
            engine.keyword(keyword, DEPTH), engine.semantic(vectors, DEPTH), sum(engine.term_weights(keyword).values())
        )

    answers = {query: ask(text) for query, text in judged.queries.items()}
    print(f"{folder.name}: {len(judged.corpus)} documents, {len(answers)} queries")
    print_fusions(judged, answers)
    print_floors(judged, answers, [ask(text) for text in OFF_TOPIC])
    engine.close()


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        main(Path(argument))
