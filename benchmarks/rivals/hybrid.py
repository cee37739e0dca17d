"""Rivals that know meaning, or both. Each is set up as its own documentation shows; all take the same vectors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.rivals.given import DEPTH, Given, Question


class FaissAlone:
    """FAISS, exact: nothing finds better by these vectors."""

    def build(self, given: Given, folder: Path) -> None:
        import faiss

        self._ids = given.ids
        self._index: Any = faiss.IndexFlatIP(given.vectors.shape[1])
        self._index.add(given.vectors)

    def search(self, question: Question) -> Sequence[str]:
        _, rows = self._index.search(question.vector[None], DEPTH)
        return [self._ids[row] for row in rows[0]]


class Txtai:
    """txtai, hybrid: BM25 and Faiss, merged by its own convex combination. Its own tokenizer drops Chinese, so it gets
    jieba's words between spaces."""

    def build(self, given: Given, folder: Path) -> None:
        from txtai import Embeddings

        joined = [" ".join(words) for words in given.words]
        self._vectors = dict(zip(joined, given.vectors, strict=True))
        words = {"alphanum": False, "stopwords": False, "lowercase": True}
        self._embeddings: Any = Embeddings(
            method="external",
            transform=lambda texts: self._vector(texts),  # noqa: PLW0108 it asks for a function
            scoring={"method": "bm25", "terms": True, "normalize": True, "tokenizer": words},
            hybrid=True,
        )
        self._embeddings.index((i, text, None) for i, text in zip(given.ids, joined, strict=True))

    def _vector(self, texts: Sequence[str]) -> Any:
        import numpy as np

        return np.stack([self._vectors[text] for text in texts])

    def search(self, question: Question) -> Sequence[str]:
        text = " ".join(question.words)
        self._vectors[text] = question.vector
        return [str(found) for found, _ in self._embeddings.search(text, DEPTH)]


class LanceDB:
    """LanceDB, hybrid: its full-text index and vectors without an index (exact), merged by reciprocal ranks."""

    def build(self, given: Given, folder: Path) -> None:
        os.environ.setdefault("LANCE_LOG", "error")  # it warns of its own columns at every search
        import lancedb
        import pyarrow as pa
        from lancedb.rerankers import RRFReranker

        width = given.vectors.shape[1]
        rows = pa.table(
            {
                "id": pa.array(given.ids),
                "body": pa.array([" ".join(words) for words in given.words]),
                "vector": pa.FixedSizeListArray.from_arrays(pa.array(given.vectors.ravel()), width),
            }
        )
        self._table: Any = lancedb.connect(folder).create_table("clauses", rows)
        self._table.create_fts_index("body", base_tokenizer="whitespace", stem=False, remove_stop_words=False)
        self._reranker = RRFReranker()

    def search(self, question: Question) -> Sequence[str]:
        asked = self._table.search(query_type="hybrid").vector(question.vector).distance_type("dot")
        asked = asked.text(" ".join(question.words)).rerank(self._reranker).select(["id"])
        return [row["id"] for row in asked.limit(DEPTH).to_list()]


class MilvusLite:
    """milvus-lite, hybrid: its BM25 function with its own jieba, and exact vectors, merged by reciprocal ranks."""

    def build(self, given: Given, folder: Path) -> None:
        from pymilvus import DataType, Function, FunctionType, MilvusClient

        self._client: Any = MilvusClient(str(folder / "milvus.db"))
        schema = self._client.create_schema()
        schema.add_field("row", DataType.INT64, is_primary=True)
        words = {"tokenizer": {"type": "jieba", "mode": "search"}}  # it refuses "whitespace"
        schema.add_field("body", DataType.VARCHAR, max_length=65535, enable_analyzer=True, analyzer_params=words)
        schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=given.vectors.shape[1])
        schema.add_function(
            Function(name="bm25", function_type=FunctionType.BM25, input_field_names="body", output_field_names="terms")
        )
        indexes = self._client.prepare_index_params()
        indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
        self._client.create_collection("clauses", schema=schema, index_params=indexes)
        for at in range(0, len(given.ids), 1000):
            rows = range(at, min(at + 1000, len(given.ids)))
            self._client.insert(
                "clauses",
                [{"row": i, "body": given.texts[i][:20000], "vector": given.vectors[i]} for i in rows],
            )
        self._ids = given.ids

    def search(self, question: Question) -> Sequence[str]:
        from pymilvus import AnnSearchRequest, RRFRanker

        asked = [
            AnnSearchRequest([question.text], "terms", {"metric_type": "BM25"}, DEPTH),
            AnnSearchRequest([question.vector.tolist()], "vector", {"metric_type": "IP"}, DEPTH),
        ]
        found = self._client.hybrid_search("clauses", asked, RRFRanker(60), limit=DEPTH)
        return [self._ids[hit["row"]] for hit in found[0]]
