"""Works and the catalogue, from documents in a spool. Little is imported here: many documents are catalogued in a process of its
own, which should begin soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from indexer.apart import GivenUp
from indexer.citations import cite_from
from indexer.shelf import Shelf
from indexer.validity import add_repeals
from indexer.works import Works, find_works
from search.model import Citation, Relation
from search.store import CatalogueWriter

if TYPE_CHECKING:
    from indexer.spool import Head, SpoolReader


class Catalogued(NamedTuple):
    """What a catalogue holds: clauses, different texts among them, and for each document the ids of its other editions."""

    clauses: int
    texts: int
    editions: Mapping[str, tuple[str, ...]]


def find_and_write(
    file: Path, spool: SpoolReader, heads: Mapping[str, Head], given_up: Event | None = None
) -> Catalogued:
    """Find works among the documents of a spool, and write the catalogue; see `write_catalogue`."""
    works = find_works(spool, heads)
    counts = write_catalogue(file, spool, works, given_up)
    return Catalogued(*counts, {i: document.same_work_as for i, document in works.documents.items()})


def write_catalogue(file: Path, spool: SpoolReader, works: Works, given_up: Event | None = None) -> tuple[int, int]:
    """Write documents, clauses and citations; the number of clauses, and of different texts among them. Where it is
    `given_up` it ends with an error at the next document."""
    shelf = Shelf(list(works.documents.values()), works.ranks)
    repeals: list[Citation] = []
    with CatalogueWriter(file) as catalogue:
        for read, clauses in spool:
            if given_up and given_up.is_set():
                raise GivenUp
            document_id = read.document_id
            document = replace(read, same_work_as=works.documents[document_id].same_work_as)
            citations = cite_from(document, clauses, shelf)
            repeals += [citation for citation in citations if citation.relation is Relation.REPEALS]
            catalogue.add(
                document,
                zip(clauses, works.numbers_of(document_id, clauses), strict=True),
                edition=works.ranks[document_id],
                citations=citations,
                original=spool.original(document_id),
            )
        for document_id, repealed in add_repeals(works.documents, repeals).items():
            if repealed.repealed_by:
                catalogue.add_repeal(document_id, repealed.repealed_by, repealed.evidence)
        return catalogue.counts()
