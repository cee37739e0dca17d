"""How well facts are taken out of documents, field by field, against several truths.

    python benchmarks/facts.py FOLDER_OR_TAR…

The places hold State Council pages and pages of the government of Hebei (policy_pages.tar.xz has both).

- State Council: the pages' own head block names 标题, 发文机关, 发文字号 and 成文日期. The block is the truth; it is cut off,
  and the facts are taken from the rest alone.
- Hebei: labels/hebei_facts.jsonl, made by reading 60 pages drawn at random (seed 20161101). null or [] is a fact that the
  page does not state. A page that prints the document's full title (…厅关于印发《…》的通知) is labelled with that one.
- Hebei, second draw: labels/hebei_facts_unseen.jsonl, 60 others (seed 20261122), labelled before the program read them.
- Hebei, third draw: labels/hebei_facts_third.jsonl, 30 more, read by the program after what the second draw showed was mended.

Prints precision and recall per field, and every difference.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from indexer.dates import find_date
from indexer.organs import split_organs
from indexer.reading import build_document
from search.model import Document
from search.text.normalise import letters
from search.text.numbers import document_number_key

FIELDS = ("title", "issuer", "number", "issued_on")
Facts = Mapping[str, object]
_LABELS = {"标题": "title", "发文机关": "issuer", "发文字号": "number", "成文日期": "issued_on"}
_LABEL_FILES = {
    "Hebei, read by hand": "hebei_facts.jsonl",
    "Hebei, second draw": "hebei_facts_unseen.jsonl",
    "Hebei, third draw": "hebei_facts_third.jsonl",
}
_LABEL_FOLDER = Path(__file__).parent / "labels"


@dataclass
class Score:
    """Counts per field, over the documents of one truth."""

    name: str
    read: int = 0
    right: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)

    def add(self, page: str, got: Facts, truth: Facts) -> None:
        """Compare one document, and print what differs."""
        self.read += 1
        for name in FIELDS:
            self.due[name] += bool(truth[name])
            self.given[name] += bool(got[name])
            self.right[name] += got[name] == truth[name] and bool(truth[name])
            if got[name] != truth[name]:
                print(f"{name}: {page[:40]}: {_shown(got[name])} instead of {_shown(truth[name])}")

    def print_table(self) -> None:
        print(f"{self.name}: {self.read} pages")
        for name in FIELDS:
            precision = self.right[name] / max(1, self.given[name])
            recall = self.right[name] / max(1, self.due[name])
            print(
                f"{name:<10} precision {precision:.3f}  recall {recall:.3f}  ({self.right[name]} of {self.due[name]})"
            )


def _shown(value: object) -> str:
    return "、".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def pages(place: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every page."""
    if place.is_dir():
        for file in sorted(place.rglob("*.txt")):
            yield file.as_posix(), file.read_text("utf-8")
        return
    with tarfile.open(place) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".txt") else None
            if stream:
                yield member.name, stream.read().decode("utf-8")


def head_block(text: str) -> tuple[dict[str, str], str] | None:
    """What the block says, and the text behind it; None where a page has no block."""
    lines = text.splitlines()
    facts, last = {}, 0
    for i, line in enumerate(lines[:40]):
        label = re.sub(r"[\s\u3000:：]", "", line)
        if label in _LABELS and i + 1 < len(lines):
            facts[_LABELS[label]] = lines[i + 1].strip()
        if label == "主题词":
            last = i + 1 + (1 if i + 1 < len(lines) and lines[i + 1].strip() else 0)
    return (facts, "\n".join(lines[last:])) if len(facts) == len(_LABELS) and last else None


def labels(file: Path) -> dict[str, dict[str, object]]:
    """The labels by the last three parts of the page's path."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {_key(row["file"]): row for row in rows}


def _key(path: str) -> str:
    return "/".join(path.split("/")[-3:])


def stated(block: Mapping[str, str]) -> Facts:
    """A head block in the form in which values are compared."""
    return {
        "title": letters(block["title"]),
        "issuer": frozenset(split_organs(block["issuer"])) or frozenset([block["issuer"]]),
        "number": document_number_key(block["number"]) if block["number"] else None,
        "issued_on": find_date(block["issued_on"]),
    }


def labelled(row: Mapping[str, object]) -> Facts:
    """A label in the form in which values are compared."""
    issuers, day, number = row["issuers"], row["issued_on"], row["document_number"]
    return {
        "title": letters(str(row["title"])),
        "issuer": frozenset(issuers) if isinstance(issuers, list) else frozenset(),
        "number": document_number_key(str(number)) if number else None,
        "issued_on": date.fromisoformat(str(day)) if day else None,
    }


def found(document: Document) -> Facts:
    """The same facts as the program takes them out."""
    return {
        "title": letters(document.title),
        "issuer": frozenset(document.issuers),
        "number": document_number_key(document.document_number) if document.document_number else None,
        "issued_on": document.issued_on,
    }


def measure(pages: Iterable[tuple[str, str]]) -> list[Score]:
    """The score on each truth, of those pages that have one."""
    by_block = Score("State Council, by head block")
    by_hand = [(Score(name), labels(_LABEL_FOLDER / file)) for name, file in _LABEL_FILES.items()]
    for path, text in pages:
        name = path.rsplit("/", 1)[-1]
        block = head_block(text)
        if block:
            by_block.add(name, found(build_document("d", name, block[1]).document), stated(block[0]))
        for score, known in by_hand:
            if _key(path) in known:
                score.add(name, found(build_document("d", name, text).document), labelled(known[_key(path)]))
    return [by_block, *(score for score, _ in by_hand)]


def main(places: Iterable[Path]) -> None:
    """Print the tables."""
    for score in measure(page for place in places for page in pages(place)):
        score.print_table()


if __name__ == "__main__":
    main(map(Path, sys.argv[1:]))
