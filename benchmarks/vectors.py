"""The vector search beside an exact one: recall, memory and time, as the rows grow.

    python benchmarks/vectors.py ROWS.npy|vectors.rows --queries QUERIES.jsonl [--rows 20000 50000 100000 …] [--times 1]

ROWS are real ones: of `tiaokuan evaluate`'s cache put together, or the vectors.rows of a generation (float32, with
`--dimension`). With more rows asked for than there are, copies with noise follow, which is easier than real ones. Queries are
embedded by the model of the settings. For each size prints recall@10 and @200 of the best rows (all rows, and a tenth and a
hundredth of them let through by a filter), the index's bytes for each of the rows', seconds of computing to build it, and
milliseconds of computing of a search, approximate and exact.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search.embedding import Embedder
from search.engines import faiss_vectors
from search.settings import Settings
from search.text.normalise import simplify

if TYPE_CHECKING:
    from search.engines.protocol import Vectors
    from search.engines.vector_search import Mask, Rows

WANTED = 250
"""Rows that a search for 200 clauses asks for."""
NOISE = 0.02
EQUAL = 1e-6


def rows_of(file: Path, dimension: int) -> Vectors:
    """The rows of a file."""
    if file.suffix == ".npy":
        return np.asarray(np.load(file, mmap_mode="r"))
    return np.memmap(file, np.float32, "r").reshape(-1, dimension)


def sample(rows: Vectors, count: int) -> Vectors:
    """So many rows drawn by chance, with noisy copies of all where there are not so many."""
    dice = np.random.default_rng(0)
    if count <= len(rows):
        return np.ascontiguousarray(rows[np.sort(dice.choice(len(rows), count, replace=False))])
    copies = np.resize(rows, (count, rows.shape[1]))
    copies[len(rows) :] += NOISE * dice.standard_normal((count - len(rows), rows.shape[1]), np.float32)
    made: Vectors = copies / np.linalg.norm(copies, axis=1, keepdims=True)
    return made


def found_by(rows: Rows, queries: Vectors, within: Mask | None) -> tuple[list[Vectors], float]:
    """For each query the products of the best rows, best first, and the median milliseconds of computing."""
    found, times = [], []
    for query in queries:
        began = time.thread_time()
        found.append(rows.nearest(query, WANTED, within)[0])
        times.append((time.thread_time() - began) * 1000)
    return found, float(np.median(times))


def recall(found: Sequence[Vectors], best: Sequence[Vectors], depth: int) -> float:
    """The mean share of the best that was found. Which of equal rows it is makes no difference: republications are many."""
    shares = [min(depth, np.count_nonzero(f >= b[depth - 1] - EQUAL)) / depth for f, b in zip(found, best, strict=True)]
    return round(float(np.mean(shares)), 4)


def measure(rows: Vectors, queries: Vectors) -> dict[str, object]:
    """One size."""
    import faiss

    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    exact = faiss_vectors.ExactRows(flat)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        faiss_vectors.write_approximate(Path(folder), rows.tofile, rows.shape[1])
        seconds = time.process_time() - began
        size = (Path(folder) / faiss_vectors.INDEX_FILE).stat().st_size
        approximate = faiss_vectors.load_rows(Path(folder))
        dice = np.random.default_rng(1)
        filters: dict[str, Mask | None] = {"all": None}
        filters |= {f"{share:.0%}": dice.random(len(rows)) < share for share in (0.1, 0.01)}
        result: dict[str, object] = {
            "rows": len(rows),
            "bytes_share": round(size / rows.nbytes, 4),
            "build_seconds": round(seconds, 1),
        }
        for name, within in filters.items():
            best, exact_ms = found_by(exact, queries, within)
            found, ms = found_by(approximate, queries, within)
            result[name] = {
                "recall@10": recall(found, best, 10),
                "recall@200": recall(found, best, 200),
                "ms": round(ms, 3),
                "exact_ms": round(exact_ms, 3),
            }
    return result


def _embed(texts: Sequence[str]) -> Vectors:
    return Embedder.for_queries(Settings()).encode_queries([simplify(text) for text in texts])


def main(embed: Callable[[Sequence[str]], Vectors] = _embed) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--queries", type=Path, required=True, help="lines of JSON with a `text`")
    parser.add_argument("--rows", type=int, nargs="+", default=[], help="sizes; else all rows")
    parser.add_argument("--most", type=int, default=200, help="queries that are asked")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with options.queries.open(encoding="utf-8") as lines:
        queries = embed([json.loads(line)["text"] for line in islice(lines, options.most)])
    rows = rows_of(options.file, options.dimension)
    for count in options.rows or [len(rows)]:
        result = measure(sample(rows, count), queries)
        print(json.dumps(result) if options.json else _shown(result), flush=True)


def _shown(result: dict[str, object]) -> str:
    lines = ["{rows:,} rows: index {bytes_share:.3f} of their bytes, built in {build_seconds} s".format(**result)]
    for name, each in result.items():
        if isinstance(each, dict):
            lines.append(
                f"  {name:4} recall@10 {each['recall@10']:.4f}, @200 {each['recall@200']:.4f}; {each['ms']:.2f} ms, exact {each['exact_ms']:.2f} ms"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
