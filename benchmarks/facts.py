"""How well facts are taken out of documents, field by field, against what the State Council's own pages say of them.

    python benchmarks/facts.py FOLDER_OR_TAR

FOLDER_OR_TAR holds State Council pages whose head block names 标题, 发文机关, 发文字号 and 成文日期. The block is the truth; it
is cut off, and the facts are taken from the rest alone. Prints precision and recall per field, and every difference.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from indexer.dates import find_date
from indexer.organs import split_organs
from indexer.reading import build_document
from search.model import Document
from search.text.normalise import letters
from search.text.numbers import document_number_key

FIELDS = ("title", "issuer", "number", "issued_on")
_LABELS = {"标题": "title", "发文机关": "issuer", "发文字号": "number", "成文日期": "issued_on"}


def pages(place: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every page."""
    if place.is_dir():
        for file in sorted(place.rglob("*.txt")):
            yield file.name, file.read_text("utf-8")
        return
    with tarfile.open(place) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".txt") else None
            if stream:
                yield member.name.rsplit("/", 1)[-1], stream.read().decode("utf-8")


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


def normal(field: str, value: str) -> object:
    """The form in which values are compared."""
    if field == "issued_on":
        return find_date(value)
    if field == "number":
        return document_number_key(value) if value else None
    return frozenset(split_organs(value)) or value if field == "issuer" else letters(value)


def found(document: Document) -> dict[str, object]:
    """The same facts as the program takes them out."""
    return {
        "title": letters(document.title),
        "issuer": frozenset(document.issuers) or None,
        "number": document_number_key(document.document_number) if document.document_number else None,
        "issued_on": document.issued_on,
    }


def main(place: Path) -> None:
    """Print the table."""
    right, given, due = Counter[str](), Counter[str](), Counter[str]()
    read = 0
    for name, text in pages(place):
        block = head_block(text)
        if block is None:
            continue
        read += 1
        got = found(build_document("d", name, block[1]).document)
        for field in FIELDS:
            truth = normal(field, block[0][field])
            due[field] += bool(truth)
            given[field] += got[field] is not None
            right[field] += got[field] == truth and bool(truth)
            if got[field] != truth:
                print(f"{field}: {name[:40]}: {got[field]!r} instead of {truth!r}")
    print(f"{read} pages")
    for field in FIELDS:
        precision, recall = right[field] / max(1, given[field]), right[field] / max(1, due[field])
        print(f"{field:<10} precision {precision:.3f}  recall {recall:.3f}  ({right[field]} of {due[field]})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
