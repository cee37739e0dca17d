"""Rivals that know words only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.rivals.given import DEPTH, Given, Question


class PlainWhoosh:
    """Whoosh 2.7.4 with its own BM25F, as its documentation shows it, on jieba's words."""

    def build(self, given: Given, folder: Path) -> None:
        from whoosh import analysis, fields, index

        schema = fields.Schema(id=fields.STORED, body=fields.TEXT(analysis.SpaceSeparatedTokenizer(), phrase=False))
        self._index: Any = index.create_in(folder, schema)
        writer = self._index.writer(limitmb=256)
        for text_id, words in zip(given.ids, given.words, strict=True):
            writer.add_document(id=text_id, body=" ".join(words))
        writer.commit()
        self._searcher = self._index.searcher()

    def search(self, question: Question) -> Sequence[str]:
        from whoosh import query

        asked = query.Or([query.Term("body", word) for word in dict.fromkeys(question.words)])
        return [hit["id"] for hit in self._searcher.search(asked, limit=DEPTH)]


class Bm25s:
    """bm25s with its defaults."""

    def build(self, given: Given, folder: Path) -> None:
        import bm25s

        self._ids = given.ids
        self._bm25: Any = bm25s.BM25()
        self._bm25.index([list(words) for words in given.words], show_progress=False)

    def search(self, question: Question) -> Sequence[str]:
        found, _ = self._bm25.retrieve([list(question.words)], k=DEPTH, show_progress=False)
        return [self._ids[row] for row in found[0]]


class TantivyAlone:
    """Tantivy with its own BM25."""

    def build(self, given: Given, folder: Path) -> None:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        schema.add_unsigned_field("row", stored=True)
        self._index = tantivy.Index(schema.build(), path=str(folder))
        writer = self._index.writer()
        for row, words in enumerate(given.words):
            writer.add_document(tantivy.Document(body=" ".join(words), row=row))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._ids = given.ids
        self._searcher = self._index.searcher()

    def search(self, question: Question) -> Sequence[str]:
        from tantivy import Occur, Query

        schema = self._index.schema
        terms = [(Occur.Should, Query.term_query(schema, "body", w)) for w in dict.fromkeys(question.words)]
        hits = self._searcher.search(Query.boolean_query(terms), DEPTH).hits
        return [self._ids[self._searcher.doc(address)["row"][0]] for _, address in hits]
