"""Postings kept by Tantivy: the only file that imports it. What is done with its candidates is in candidate_search.

Tantivy is given our terms, parted by blanks, in one field for title, path and text together: the number of clauses with a
term is then the one that our ranking needs, and one list is walked for each term. A term is repeated as often as its
weight asks for, so that Tantivy's own score (BM25 with k1 1.2 and b 0.75, which it does not let one choose) comes near
ours; it only chooses the candidates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from search.engines import clause_table
from search.engines.candidate_search import Array, CandidateSearch, Wanted
from search.engines.clause_table import ClauseTable, TableWriter
from search.engines.fields import analysed, together
from search.errors import EngineUnavailable, IndexBusy, IndexDamaged
from search.text.numbers import document_number_key

try:
    import tantivy
    from tantivy import Document, Occur, Query
except ImportError as error:
    raise EngineUnavailable(engine="tantivy", extra="tantivy", reason=str(error)) from error

if TYPE_CHECKING:
    from search.engines.protocol import ClauseEntry
    from search.engines.ranking import Ranking
    from search.text.segment import Analyzer

_SCALE = 2.5
"""Repetitions for a weight of 1. With 1, 2 and 4 of them .988, .996 and .999 of our best 200 clauses were among Tantivy's
best 400 (100 questions of stard, 6,000 clauses of laws); with 2.5 the engine finds .997 of the best 200 of 20,000 clauses, no
fewer than with 4 (benchmarks/engines.py)."""
_HEAP = 256_000_000
_FORMAT = "freq"


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option=_FORMAT)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("row", indexed=True, fast=True)
    return builder.build()


class TantivyIndex:
    """The folder of a Tantivy index and of the table beside it."""

    def __init__(self, folder: Path, analyzer: Analyzer, ranking: Ranking) -> None:
        self._folder = folder
        self._postings = folder / "tantivy"
        self._analyzer = analyzer
        self._ranking = ranking

    def create(self) -> None:
        self._postings.mkdir(parents=True)
        clause_table.create(self._folder)
        tantivy.Index(_schema(), str(self._postings))

    def open(self) -> CandidateSearch:
        """What is committed now. Raises IndexDamaged."""
        table = ClauseTable(self._folder)
        finder = TantivyFinder(self._open(), whole=bool(table.columns.live.all()))
        if finder.size != table.count:
            raise IndexDamaged(file=str(self._folder), reason=f"{finder.size} entries, {table.count} clauses")
        return CandidateSearch(finder, table, self._analyzer, self._ranking)

    def writer(self) -> TantivyWriter:
        """Raises IndexBusy."""
        opened = self._open()
        try:
            writer = opened.writer(_HEAP, 1)  # one thread: one or two segments, which are searched one after the other
        except ValueError as error:
            raise IndexBusy(holder=str(self._folder)) from error
        table = TableWriter(self._folder, ClauseTable(self._folder))
        return TantivyWriter(writer, opened.schema, table, self._analyzer, self._ranking.boosts)

    def _open(self) -> Any:
        try:
            opened = tantivy.Index.open(str(self._postings))
            opened.config_reader("manual")  # no thread that watches the folder
            analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            opened.register_tokenizer("whitespace", analyzer)
        except (ValueError, OSError) as error:
            raise IndexDamaged(file=str(self._postings), reason=" ".join(str(error).split())) from error
        return opened


class TantivyFinder:
    """One committed state, read-only. Any number of threads may ask it."""

    def __init__(self, opened: Any, *, whole: bool) -> None:
        self._schema = opened.schema
        self._searcher = opened.searcher()
        self._whole = whole
        self.size: int = self._searcher.num_docs

    def find(self, wanted: Wanted, limit: int) -> Array:
        hits = self._searcher.search(self._query(wanted), limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.array(rows, np.int64)

    def holders(self, term: str) -> int:
        if self._whole:
            return int(self._searcher.doc_freq("terms", term))
        return int(self._searcher.search(self._term(term), 1).count)  # the other one counts what is deleted

    def _query(self, wanted: Wanted) -> Any:
        ranking = [(Occur.Should, Query.boost_query(self._term(t), weight)) for t, weight in wanted.terms.items()]
        binding = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in self._binding(wanted)]
        if wanted.optional and not binding:
            binding = [(Occur.Must, Query.const_score_query(Query.all_query(), 0.0))]
        if wanted.optional or not binding:
            return Query.boolean_query([*binding, *ranking])
        return Query.boolean_query([*binding, (Occur.Must, Query.boolean_query(ranking))])

    def _binding(self, wanted: Wanted) -> Iterator[Any]:
        yield from map(self._term, sorted(wanted.all_of))
        for terms in wanted.any_of:
            yield self._one_of("terms", terms)
        if wanted.numbers is not None:
            yield self._one_of("number", wanted.numbers)
        if wanted.documents is not None:
            yield self._one_of("document", wanted.documents)

    def _term(self, term: str) -> Any:
        return Query.term_query(self._schema, "terms", term, _FORMAT)

    def _one_of(self, field: str, values: Iterable[str]) -> Any:
        return Query.term_set_query(self._schema, field, list(values))

    def close(self) -> None:
        """Tantivy closes its files with the last reference to them."""


class TantivyWriter:
    """One batch. Nothing of it is seen before `commit`."""

    def __init__(
        self, writer: Any, schema: Any, table: TableWriter, analyzer: Analyzer, boosts: Sequence[float]
    ) -> None:
        self._writer = writer
        self._schema = schema
        self._table = table
        self._analyzer = analyzer
        self._scales = [_SCALE * boost for boost in boosts]

    def add(self, entries: Iterable[ClauseEntry]) -> None:
        for lot in together(entries):
            self.delete([entry.clause_id for entry in lot])
            fields = analysed(lot, self._analyzer)
            first = self._table.add(fields)
            spelled = fields.weighed.repeated(fields.of_fields(self._scales))
            for row, (entry, which) in enumerate(zip(lot, fields.which.tolist(), strict=True), first):
                terms = "".join([spelled[i] for i in which])
                self._writer.add_document(_document(entry, row, terms))

    def delete(self, clause_ids: Collection[str]) -> None:
        """Of what was committed before this batch."""
        for row in self._table.delete(clause_ids):
            self._writer.delete_documents_by_query(Query.term_query(self._schema, "row", row))

    def commit(self) -> None:
        self._table.commit()
        self._writer.commit()
        self._writer.wait_merging_threads()  # and lets go of the folder's lock

    def rollback(self) -> None:
        self._table.rollback()
        self._writer.rollback()
        self._writer.wait_merging_threads()


@lru_cache(maxsize=1024)
def _number_key(number: str) -> str:
    """The clauses of a document follow each other."""
    return document_number_key(number)


def _document(entry: ClauseEntry, row: int, terms: str) -> Any:
    document = Document()
    document.add_text("terms", terms)
    document.add_text("document", entry.document_id)
    if entry.document_number:
        document.add_text("number", _number_key(entry.document_number))
    document.add_unsigned("row", row)
    return document
