"""One search as it goes from part to part: what is asked, what was begun of it, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from search.facets import count_facets
from search.showing import documents_having

if TYPE_CHECKING:
    from search.aside import Aside
    from search.engines.protocol import Candidate
    from search.folding import FoldedList
    from search.live import Snapshot
    from search.model import Document, Facets, Filters, Mode, Notice
    from search.query import Query
    from search.reading import Wording
    from search.retrieval import Guess
    from search.store import Catalogue


class Begun(NamedTuple):
    """What is being asked of the keyword channel, and the documents that the filters let through."""

    filters: Filters
    documents: Collection[str] | None
    notices: tuple[Notice, ...]
    words: Aside[Sequence[Candidate]]


@dataclass(frozen=True, slots=True)
class Search:
    """One search: what is asked of what, how many candidates are looked at, what the query's words say beside that, who helps,
    and what was begun before its turn."""

    snapshot: Snapshot
    query: Query
    mode: Mode
    depth: int
    wording: Aside[Wording]
    beside: Executor | None
    guess: Guess | None = None
    begun: Begun | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All hits for some filters, best first, and the documents that the filters let through (None: all)."""

    folded: FoldedList
    notices: tuple[Notice, ...]
    documents: Collection[str] | None


def facets_of(catalogue: Catalogue, filters: Filters, find: Callable[[Filters], Answer], found: Answer) -> Facets:
    """The counts of what was found with the filters. A facet with a filter of its own takes another search, without it."""

    def documents(wanted: Filters) -> list[list[Document]]:
        answer = found if wanted == filters else find(wanted)
        return documents_having(catalogue, answer.folded.texts.tolist(), answer.documents)

    return count_facets(filters, documents, date.today())
