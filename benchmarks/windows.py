"""What of a clause is embedded: how long its windows are, and what stands before them. Figures of search/windows.py.

    python benchmarks/windows.py

On the five documents of corpus/: mean reciprocal rank of the first right clause for questions in everyday words, and the share
of Jilin's measures (002) whose source in 国发〔2016〕62号 (004) is among the first three of 004. Sources are taken to be the clauses
of 004 that hold at least 45 % of a measure's character pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import numpy as np

from indexer.reading import read_document
from indexer.sources import find_sources
from search.embedding import Embedder
from search.model import Clause, ClauseKind, Document
from search.settings import Settings
from search.text.normalise import letters, simplify
from search.windows import windows

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
QUESTIONS = {
    "冬天用风力发电取暖": "风电清洁供暖",
    "煤矿塌陷的地方居民怎么安置": "采煤沉陷区居民避险安置",
    "哪个省和浙江结成对口合作": "吉林省与浙江省",
    "允许私人资本开银行": "银行等",
    "下岗职工怎么办": "转岗就业",
    "大学生毕业留在东北工作的鼓励": "引导大学毕业生在本地就业创业",
    "怎样减轻企业用电负担": "切实降低企业用电成本",
    "银行不能随便抽回贷款": "抽贷",
    "政府欠债怎么处理": "债务置换",
    "养老金发不出来怎么办": "确保当期支付不出现问题",
    "林业工人搬迁": "林业职工搬迁",
    "干部到外地学习锻炼": "挂职",
    "网络直播卖农产品": "电子商务",
    "企业上市": "首次公开发行股票",
}
Item = tuple[Document, Clause]
BEFORE: dict[str, Callable[[Document, Clause], str]] = {
    "nothing": lambda _, clause: "",
    "headings": lambda _, clause: " › ".join(clause.path),
    "title and headings": lambda document, clause: " › ".join([document.title, *clause.path]),
}


def pairs(text: str) -> set[str]:
    """A text's pairs of neighbouring letters."""
    key = letters(text)
    return {key[i : i + 2] for i in range(len(key) - 1)}


def sources(items: list[Item]) -> dict[int, int]:
    """Measure of 002 → its source in 004."""
    named = [(i, d.file[:3], c) for i, (d, c) in enumerate(items) if c.kind is ClauseKind.TEXT]
    central = [(i, pairs(c.text)) for i, file, c in named if file == "004"]
    found = {}
    for i, file, clause in named:
        own = pairs(clause.text.split("(")[0]) if file == "002" else set()
        share, best = max(((len(own & theirs) / max(1, len(own)), j) for j, theirs in central), default=(0, 0))
        if share > 0.45:
            found[i] = best
    return found


def main() -> None:
    """Print one line per way."""
    read = [read_document(source) for source in find_sources([CORPUS])]
    items = [(r.document, c) for r in read if r.document.file[:3] != "001" for c in r.clauses]
    gold = sources(items)
    central = [i for i, (d, c) in enumerate(items) if d.file[:3] == "004" and c.kind is ClauseKind.TEXT]
    embedder = Embedder.open(Settings())
    questions = embedder.encode_queries(list(QUESTIONS))
    for name, before in BEFORE.items():
        for size in (120, 240, 10**9):
            cut = [(i, c.text[a:b], before(d, c)) for i, (d, c) in enumerate(items) for a, b in windows(c.text, size)]
            texts = [simplify("\n".join(filter(None, (head, text)))) for _, text, head in cut]
            vectors = embedder.encode_passages(texts, progress=False)
            owner = np.array([i for i, _, _ in cut])
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            near = np.maximum.reduceat(questions @ vectors.T, first, axis=1)
            ranks = [
                next(n for n, i in enumerate(np.argsort(-row), 1) if words in items[i][1].text)
                for row, words in zip(near, QUESTIONS.values(), strict=True)
            ]
            like = np.maximum.reduceat(vectors @ vectors.T, first, axis=1)
            right = 0
            for measure, source in gold.items():
                scores = like[owner == measure].max(axis=0)
                right += source in sorted(central, key=lambda i: -scores[i])[:3]
            shown = size if size < 10**9 else "whole"
            print(
                f"{name:<20} {shown:>6}  reciprocal rank {fmean(1 / r for r in ranks):.3f}  "
                f"source among three {right / len(gold):.3f} of {len(gold)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
