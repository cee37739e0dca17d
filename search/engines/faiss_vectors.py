"""Vectors kept by FAISS: the only file that imports it, and only when vectors are needed. One row is one window of a clause.

vectors.npz     whose the rows are
vectors.faiss   the rows, all of which are compared (IndexFlatIP); from APPROXIMATE_FROM rows on, an index that finds
                candidates: rows in lists by nearness, two bits for each number (IVF, PQ; a fifteenth of the rows)
vectors.rows    with the latter: the rows themselves, float32, memory-mapped. What was found is compared with them
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from search.cores import usable_cores
from search.engines.files import Names, packed, replacing, shared, unpacked
from search.engines.pair_codes import POINTS, PairCodes
from search.engines.vector_search import VectorSearch
from search.engines.vector_table import EMPTY, Table
from search.errors import IndexDamaged
from search.freeing import mapped

if TYPE_CHECKING:
    from search.engines.protocol import Vectors
    from search.engines.vector_search import Mask, Numbers
    from search.engines.vector_table import AddedRows

INDEX_FILE = "vectors.faiss"
TABLE_FILE = "vectors.npz"
ROWS_FILE = "vectors.rows"

APPROXIMATE_FROM = 50_000
"""Rows from which candidates are looked for. 57,000 rows (14,242 real ones of e5-small, each four times with noise), one
thread of a busy machine: all compared 4.6 ms; the best 10 of candidates .5 ms. Figures: benchmarks/vectors.py."""
LISTS = 1.5
"""Lists for each of the square root of the rows."""
PROBES = 150
"""Lists that are searched: of the laws' 369,990 rows, in 912 lists, as good as 180 of 1,217 (recall@10 .989, .987), and sooner made."""
SPARE = 5
"""Candidates that are compared exactly for each row that is wanted."""
LEAST = 400
"""And so many at least: two bits tell near ones apart roughly."""
FEW = 8_192
"""So many rows that a filter leaves are all compared: 3,700 of them take .5 ms, and by the lists took 3.5
(benchmarks/vectors.py). More may have to come from the disk."""
_TRAINING = 40
"""Rows from which each list is learned."""
_BITS = POINTS.bit_length() - 1
"""Of each pair of numbers: so many can be compared from registers (FAISS's fast scan)."""
_SLICE = 65_536


def _faiss() -> Any:
    import faiss

    # One thread for each search: threads of many searches at once get in each other's way.
    faiss.omp_set_num_threads(1)
    return faiss


@contextmanager
def _all_cores() -> Iterator[Any]:
    """FAISS for building an index."""
    faiss = _faiss()
    faiss.omp_set_num_threads(usable_cores())
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(1)


class ExactRows:
    """All rows in memory, all compared."""

    def __init__(self, index: Any) -> None:
        self.index = index

    def __len__(self) -> int:
        count: int = self.index.ntotal
        return count

    def nearest(self, vector: Vectors, wanted: int, within: Mask | None) -> tuple[Vectors, Numbers]:
        faiss = _faiss()
        parameters = faiss.SearchParameters(sel=_selector(faiss, within)) if within is not None else None
        scores, rows = self.index.search(vector[None], wanted, params=parameters)
        return scores[0], rows[0]

    def between(self, first: int, last: int) -> Vectors:
        rows: Vectors = self.index.reconstruct_n(first, last - first)
        return rows


class ApproximateRows:
    """Candidates from the lists nearest to a query, compared exactly with the rows on the disk."""

    def __init__(self, index: Any, rows: Vectors) -> None:
        self._index = index
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def nearest(self, vector: Vectors, wanted: int, within: Mask | None) -> tuple[Vectors, Numbers]:
        """With a filter, as many more lists are searched as it leaves fewer rows: it takes no longer, and costs no
        recall."""
        available = len(self._rows) if within is None else int(within.sum())
        if available <= FEW and within is not None:
            return self._compared(vector, np.flatnonzero(within), wanted)
        depth = min(max(SPARE * wanted, LEAST), available)
        lists = int(self._index.nlist)
        for probed in sorted({min(lists, round(PROBES * len(self._rows) / available)), lists}):
            found = self._listed(vector, depth, probed, within)
            if len(found) >= depth:
                return self._compared(vector, found, wanted)
        # Two bits leave out the farthest of all, and know no differences between equals: then all are compared.
        everything = np.arange(len(self._rows)) if within is None else np.flatnonzero(within)
        return self._compared(vector, everything, wanted)

    def _listed(self, vector: Vectors, depth: int, probed: int, within: Mask | None) -> Numbers:
        faiss = _faiss()
        selector = {"sel": _selector(faiss, within)} if within is not None else {}
        parameters = faiss.SearchParametersIVF(nprobe=probed, **selector)
        rows: Numbers = self._index.search(vector[None], depth, params=parameters)[1][0]
        return np.sort(rows[rows >= 0])  # in the order of the disk

    def _compared(self, vector: Vectors, rows: Numbers, wanted: int) -> tuple[Vectors, Numbers]:
        """The rows are read where they lie: to copy them first took longer than to compare them."""
        faiss, scores = _faiss(), np.empty(len(rows), np.float32)
        pointers = map(faiss.swig_ptr, (scores, np.ascontiguousarray(vector), self._rows, rows))
        faiss.fvec_inner_products_by_idx(*pointers, len(vector), 1, len(rows))
        order = np.argsort(-scores, kind="stable")[:wanted]
        return scores[order], rows[order]

    def between(self, first: int, last: int) -> Vectors:
        return np.array(self._rows[first:last])


def _selector(faiss: Any, within: Mask) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(within, bitorder="little"))


def changed(before: VectorSearch, added: AddedRows, deleted: Collection[str], folder: Path) -> VectorSearch:
    """The state after a batch, which is on the disk then; the one before stays as it is, for the searches that are under
    way. Each file is replaced in one step; `load` notices when only some were."""
    if not added and not deleted and (folder / TABLE_FILE).exists():
        return before
    new = added.table
    table, kept = before.table.without({*deleted, *new.clause_ids})
    table = table.extended(new)
    _save_table(folder / TABLE_FILE, table)
    slices = _Slices(before, kept, added)
    if len(table.windows) >= APPROXIMATE_FROM:
        write_approximate(folder, slices.write, slices.dimension)
    else:
        _write_exact(folder, slices, len(table.windows))
    return load(folder)


class _Slices:
    """The rows of a state that are kept, and those of a batch behind them, some at a time."""

    def __init__(self, before: VectorSearch, kept: Mask, added: AddedRows) -> None:
        self._before = before
        self._kept = kept
        self._added = added

    @property
    def dimension(self) -> int:
        """Numbers in a row, 0 where there is no row."""
        if self._before.rows is not None and self._kept.any():
            return len(self._before.rows.between(0, 1)[0])
        return self._added.dimension

    def write(self, path: Path) -> None:
        """All of them into a file. Where only the batch has any, its own file becomes this one: that is for once."""
        if self._kept.any():
            with path.open("wb") as file:
                for rows in self:
                    file.write(np.ascontiguousarray(rows, np.float32).data)
        else:
            self._added.move_to(path)

    def __iter__(self) -> Iterator[Vectors]:
        rows = self._before.rows
        for first in range(0, len(self._kept), _SLICE):
            kept = self._kept[first : first + _SLICE]
            if rows is not None and kept.any():
                yield rows.between(first, first + len(kept))[kept]
        if self._added:
            added = self._added.rows()
            yield from (added[first : first + _SLICE] for first in range(0, len(added), _SLICE))


def _write_exact(folder: Path, slices: _Slices, count: int) -> None:
    (folder / ROWS_FILE).unlink(missing_ok=True)
    if not count:
        (folder / INDEX_FILE).unlink(missing_ok=True)
        return
    faiss = _faiss()
    index = faiss.IndexFlatIP(slices.dimension)
    for rows in slices:
        index.add(rows)
    with replacing(folder / INDEX_FILE) as path:
        faiss.write_index(index, str(path))


def write_approximate(folder: Path, write: Callable[[Path], None], dimension: int) -> None:
    """Let the rows be written into a file, and write the lists that find candidates among them."""
    with replacing(folder / ROWS_FILE) as path:
        write(path)
        rows = np.memmap(path, np.float32, "r").reshape(-1, dimension)
        with _all_cores() as faiss, replacing(folder / INDEX_FILE) as index_path:
            _write_index(faiss, rows, index_path)
        del rows


def _write_index(faiss: Any, rows: Vectors, file: Path) -> None:
    """Lists trained on a sample of the rows, with all rows in them. The same rows give the same lists."""
    count, dimension = rows.shape
    lists = max(1, min(round(LISTS * count**0.5), count // _TRAINING))
    coarse = faiss.IndexFlatIP(dimension)
    pairs = dimension // (2 - dimension % 2)
    index = faiss.IndexIVFPQ(coarse, dimension, lists, pairs, _BITS, faiss.METRIC_INNER_PRODUCT)
    index.by_residual = False
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1  # says nothing of small indexes
    index.cp.niter, index.pq.cp.niter = 4, 8  # with 10 rounds and 64 rows for a list recall is the same
    sample = np.random.default_rng(0).choice(count, min(count, _TRAINING * lists), replace=False)
    learned = rows[np.sort(sample)]
    index.train(learned if len(learned) >= POINTS else np.resize(learned, (POINTS, dimension)))
    codes = None
    if dimension % 4 == 0:
        codes = PairCodes(faiss.vector_to_array(index.pq.centroids).reshape(pairs, POINTS, 2))
    for first in range(0, count, _SLICE):
        some = np.asarray(rows[first : first + _SLICE])
        if codes is None:
            index.add(some)
        else:
            _add(index, codes, some)
    faiss.write_index(faiss.IndexIVFPQFastScan(index), str(file))


def _add(index: Any, codes: PairCodes, rows: Vectors) -> None:
    """Put rows into their lists, as FAISS's own codec has them: the number of the list, little-endian, then the codes."""
    lists = index.quantizer.search(rows, 1)[1].astype("<i8").view(np.uint8)[:, : index.coarse_code_size()]
    index.add_sa_codes(np.concatenate([lists, codes.of(rows)], axis=1))


def load(folder: Path) -> VectorSearch:
    """What was saved; nothing, when nothing was."""
    path = folder / TABLE_FILE
    if not path.exists():
        return VectorSearch(None, EMPTY)
    try:
        with np.load(path, allow_pickle=False) as saved:
            numbers = (saved["ordinals"], saved["first"], saved["windows"])
            table = Table(Names(saved["clause_ids"]), shared(unpacked(saved["document_ids"])), *numbers)
        rows = load_rows(folder) if len(table.windows) else None
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise IndexDamaged(file=str(path), reason=str(error)) from error
    if rows is not None and len(rows) != len(table.windows):
        reason = f"{len(rows)} vectors, {len(table.windows)} windows"
        raise IndexDamaged(file=str(folder / INDEX_FILE), reason=reason)
    return VectorSearch(rows, table)


def load_rows(folder: Path) -> ExactRows | ApproximateRows:
    """What was written."""
    faiss = _faiss()
    index, file = faiss.read_index(str(folder / INDEX_FILE)), folder / ROWS_FILE
    if not file.exists():
        return ExactRows(index)
    rows = np.frombuffer(mapped(file, file.stat().st_size), np.float32).reshape(-1, index.d)
    if len(rows) != index.ntotal:
        raise ValueError(f"{index.ntotal} vectors, {len(rows)} rows")
    return ApproximateRows(index, rows)


def _save_table(file: Path, table: Table) -> None:
    with replacing(file) as path, path.open("wb") as stream:
        np.savez(
            stream,
            clause_ids=packed(table.clause_ids),
            document_ids=packed(table.document_ids),
            ordinals=table.ordinals,
            first=table.first,
            windows=table.windows,
        )
