"""Ways to ask for less where a query finds nothing: the same text without its quotation marks, exclusions or limits. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from search.query import parse, unquoted, without_exclusions
from search.understanding.fields import take_fields


@dataclass(frozen=True, slots=True)
class Looser:
    """A query that asks for less, and what it leaves out: `phrase`, `excluded`, `fields` or `period`."""

    leaves_out: str
    query: str


def looser(text: str, today: date | None = None) -> list[Looser]:
    """The looser forms of a query that still ask for something, each of which leaves one thing out."""
    return [each for each in _forms(text, today) if any(c.isalnum() for c in each.query)]


def _forms(text: str, today: date | None) -> Iterator[Looser]:
    parsed = parse(text, today)
    if parsed.phrases:
        yield Looser("phrase", unquoted(text))
    if parsed.excluded:
        yield Looser("excluded", without_exclusions(text))
    fielded = take_fields(text)
    if fielded.filters:
        yield Looser("fields", " ".join(fielded.rest.split()))
    if parsed.understood:
        yield Looser("period", " ".join(text.replace(parsed.understood.words, " ", 1).split()))
