"""What the corpus holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.model import Document
from search.text.normalise import fold

SHOWN = 12
"""Rows of a table of counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value, how many documents have it, and the query that lists them ("" where none does)."""

    value: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The most frequent values, how many documents have a value that is not shown, and how many have none."""

    rows: Sequence[Row]
    others: int
    without: int


def by_issuer(documents: Iterable[Document]) -> Counts:
    """A joint document counts for each of its issuers."""
    return _counts((document.issuers for document in documents), "发文机关")


def by_kind(documents: Iterable[Document]) -> Counts:
    """By 文种."""
    return _counts(((document.kind,) if document.kind else () for document in documents), "类型")


def by_year(documents: Iterable[Document]) -> Counts:
    """By year of issue, the latest first."""
    years = [(str(document.issued_on.year),) if document.issued_on else () for document in documents]
    found = _counts(years, "年份")
    return Counts(sorted(found.rows, key=lambda row: row.value, reverse=True), found.others, found.without)


def matching(documents: Iterable[Document], wanted: str) -> list[Document]:
    """Those whose title, file or 文号 has the words typed, in any width and either script."""
    words = fold(wanted).split()
    return [d for d in documents if _has_all(fold(f"{d.title} {d.file} {d.document_number or ''}"), words)]


def _has_all(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def _counts(values: Iterable[Sequence[str]], field: str) -> Counts:
    count: Counter[str] = Counter()
    without = 0
    for each in values:
        count.update(each)
        without += not each
    shown = count.most_common(SHOWN)
    rows = [Row(value, n, _query(field, value)) for value, n in shown]
    return Counts(rows, sum(count.values()) - sum(n for _, n in shown), without)


def _query(field: str, value: str) -> str:
    """`字段:值`, quoted where the value would end early; none for a value that no quotation marks hold."""
    if '"' in value:
        return ""
    return f'{field}:"{value}"' if not value.isalnum() else f"{field}:{value}"
