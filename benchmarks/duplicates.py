"""How well republications are recognised, on real documents with planted copies.

    python benchmarks/duplicates.py FOLDER… [--documents 300] [--seed 20161101]

Draws documents at random, makes a copy of each per kind of change, reads all as files are read, and groups
originals and copies. Prints precision and recall of the pairs per kind. Originals that agree of themselves (letters, to
0.8) count as one, so that a real republication among them is no error. Copies keep the file's name.

Near misses must stay apart: like-named laws of two places, and texts mixed of both under the name of one.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path

from indexer.duplicates import Candidate, group_works
from indexer.readers.unreadable import Unreadable
from indexer.reading import build_document
from search.text.normalise import letters

SEED = 20161101
"""The rules were set on the documents that this one draws; another one draws others."""
Change = Callable[[str, random.Random], str]
Raw = tuple[str, str]
"""A file's name and its text."""
_HALF = str.maketrans(
    {**dict(zip("，；：？！（）“”", ',;:?!()""', strict=True)), **{chr(0xFF10 + i): str(i) for i in range(10)}}
)
_FULL = str.maketrans(
    {**dict(zip(",;:?!()", "，；：？！（）", strict=True)), **{str(i): chr(0xFF10 + i) for i in range(10)}}
)
_SENTENCE = re.compile(r"[^。；\n]*[。；\n]*")
_PLACE = re.compile(r"^([\u4e00-\u9fff]{2,8}?[省市])([\u4e00-\u9fff]{4,}(?:条例|办法|规定))$")
_NAVIGATION = "首页 > 政务公开 > 政策文件\n您现在的位置：首页 > 法规规章\n无障碍\n"
_FOOTER = (
    "\n打印本页 关闭窗口\n上一篇：关于召开工作会议的通知\n主办单位：某市人民政府办公室 \n版权所有 京ICP备05070218号\n"
)


def surrounded(text: str, dice: random.Random) -> str:
    """The page of another site."""
    day = f"{dice.randint(2005, 2023)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    title, _, rest = text.lstrip().partition("\n")
    return f"{_NAVIGATION}{title}\n发布时间：{day} 来源：市政府网站 浏览次数：{dice.randint(9, 999)}\n{rest}{_FOOTER}"


def rebroken(text: str, dice: random.Random) -> str:
    """Long lines broken at a width, with spaces inside words."""
    lines: list[str] = []
    for line in text.split("\n"):
        width = dice.randint(34, 44)
        parts = [line[i : i + width] for i in range(0, len(line), width)] or [""]
        lines += ["".join(c + " " * (len(line) > width and dice.random() < 0.02) for c in part) for part in parts]
    return "\n".join(lines)


def rewidened(text: str, dice: random.Random) -> str:
    """Punctuation and digits of the other width."""
    return text.translate(dice.choice((_HALF, _FULL)))


def with_gaps(text: str, dice: random.Random) -> str:
    """5 % of the sentences dropped, the head left whole."""
    head, body = text[:200], text[200:]
    return head + "".join("\n" * s.endswith("\n") if dice.random() < 0.05 else s for s in _SENTENCE.findall(body))


def abridged(text: str, _: random.Random) -> str:
    """The first 60 %."""
    return text[: len(text) * 6 // 10]


CHANGES: dict[str, Change] = {
    "a surrounded": surrounded,
    "b re-broken": rebroken,
    "c widths": rewidened,
    "d 5 % dropped": with_gaps,
    "e first 60 %": abridged,
}


def read(document_id: str, raw: Raw) -> Candidate | None:
    """The document as the indexer reads it."""
    try:
        d = build_document(document_id, raw[0], raw[1]).document
    except Unreadable:
        return None
    return Candidate(d.document_id, d.title, d.document_number, d.body, d.issued_on)


def load(folders: Sequence[str]) -> list[Path]:
    return sorted(p for folder in folders for p in Path(folder).rglob("*.txt"))


def _raw(path: Path) -> Raw:
    return path.name, path.read_text("utf-8", errors="replace")


def _grams(text: str) -> set[str]:
    kept = letters(text)
    return {kept[i : i + 4] for i in range(len(kept) - 3)}


def agreeing(originals: Sequence[Candidate]) -> set[frozenset[str]]:
    """Pairs of originals whose letters agree to 0.8: real republications, or editions of one law."""
    grams = {d.document_id: _grams(d.body) for d in originals}
    pairs = set()
    for one, other in combinations(grams, 2):
        short, long = sorted((grams[one], grams[other]), key=len)
        if len(short) >= 0.8 * len(long) and len(short & long) >= 0.8 * len(short | long):
            pairs.add(frozenset((one, other)))
    return pairs


def found_pairs(groups: Iterable[Sequence[str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def measure(
    kind: str, originals: Sequence[Candidate], raws: dict[str, Raw], same: set[frozenset[str]], seed: int
) -> list[str]:
    """Prints precision and recall of one kind of change; returns the ids whose copies were missed."""
    dice = random.Random(f"{seed} {kind}")  # noqa: S311
    copies = {
        d.document_id: read(
            "copy of " + d.document_id, (raws[d.document_id][0], CHANGES[kind](raws[d.document_id][1], dice))
        )
        for d in originals
    }
    groups = group_works([*originals, *(c for c in copies.values() if c)])
    found = found_pairs(groups)
    wanted = {frozenset((i, c.document_id)) for i, c in copies.items() if c}
    wrong = [p for p in found - wanted if not _really_same(p, same)]
    precision = 1 - len(wrong) / max(len(found), 1)
    print(
        f"{kind:16} precision {precision:.4f}  recall {len(found & wanted) / len(wanted):.4f}  of {len(wanted)} pairs"
    )
    for pair in wrong[:5]:
        print("    wrong:", *sorted(pair), sep="\n        ")
    return sorted(i.removeprefix("copy of ") for p in wanted - found for i in p if i.startswith("copy of "))


def _really_same(pair: frozenset[str], same: set[frozenset[str]]) -> bool:
    names = frozenset(i.removeprefix("copy of ") for i in pair)
    return len(names) == 1 or names in same


def like_named(paths: Iterable[Path]) -> list[tuple[Path, Path]]:
    """Laws of two places that have one name but for the place, and are about as long (a snippet mixes nothing)."""
    by_name: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in paths:
        match = _PLACE.match(re.sub(r"[（(]\d.*", "", path.stem))
        if match:
            by_name[match[2]].setdefault(match[1], path)
    pairs = (pair for places in by_name.values() for pair in combinations(places.values(), 2))
    return [p for p in pairs if 0.6 < p[0].stat().st_size / p[1].stat().st_size < 1.6]


def mixed(one: str, other: str, dice: random.Random, *, replace: bool) -> str:
    """The text of `other` with 60 % of the sentences of `one` put in, in the place of its own or beside them."""
    head, mine, theirs = other[:200], _SENTENCE.findall(one[200:]), _SENTENCE.findall(other[200:])
    parts = []
    for i in range(max(len(mine), len(theirs))):
        taken = i < len(mine) and dice.random() < 0.6
        parts += mine[i : i + 1] * taken + theirs[i : i + 1] * (not (taken and replace))
    return head + "".join(parts)


def near_misses(paths: Sequence[Path], most: int, seed: int) -> None:
    """Prints how many pairs that are two works were folded."""
    dice = random.Random(seed)  # noqa: S311
    pairs = like_named(paths)
    pairs = dice.sample(pairs, min(most, len(pairs)))
    folded: dict[str, list[str]] = {"like-named": [], "mixed, replacing": [], "mixed, adding": []}
    for one, other in pairs:
        first, second = _raw(one), _raw(other)
        trials = {
            "like-named": (first, second),
            "mixed, replacing": ((second[0], mixed(first[1], second[1], dice, replace=True)), second),
            "mixed, adding": ((second[0], mixed(first[1], second[1], dice, replace=False)), second),
        }
        for kind, texts in trials.items():
            read_both = [read(str(i), text) for i, text in enumerate(texts)]
            if len(group_works([d for d in read_both if d])) == 1:
                folded[kind].append(f"{one.stem} / {other.stem}")
    for kind, names in folded.items():
        print(f"{kind:16} {len(names)} of {len(pairs)} folded (wanted: 0)", *names[:5], sep="\n    ")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    paths = load(arguments.folders)
    drawn = random.Random(arguments.seed).sample(paths, min(arguments.documents, len(paths)))  # noqa: S311
    raws = {str(p): _raw(p) for p in drawn}
    originals = [d for i, raw in raws.items() if (d := read(i, raw))]
    same = agreeing(originals)
    print(f"{len(originals)} documents, {len(same)} pairs of them agree of themselves")
    for kind in CHANGES:
        began = time.perf_counter()
        missed = measure(kind, originals, raws, same, arguments.seed)
        print(f"    {time.perf_counter() - began:.1f} s; missed:", *missed[:8], sep="\n        ")
    near_misses(paths, arguments.documents // 2, arguments.seed)


if __name__ == "__main__":
    main()
