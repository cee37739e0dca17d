"""The vectors of passages: those that the live generation or an interrupted run has are taken over, the others embedded.

Passages are told apart by a hash of what is embedded, so that a clause keeps its vectors wherever it moves, as long as the
model and the windows stay the same. What is embedded is put on the disk at once (HOME/unfinished), and stays there until
a generation with it is live: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self
from zlib import crc32

import numpy as np

from indexer.vectors_file import VectorsFile
from search.engines import open_engine
from search.errors import EngineUnreachable, TiaokuanError
from search.generation import CATALOGUE, TAKEN_OVER, UNFINISHED, Generation, open_current, verify
from search.store import Catalogue
from search.windows import SCHEME, passages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.embedding import EmbedderFingerprint
    from search.engines.milvus_server import MilvusServer
    from search.engines.protocol import Engine, Vectors
    from search.text.segment import Analyzer

FOLDER = UNFINISHED
_SLICE = 256
"""Passages that are embedded before their vectors are put on the disk: some seconds of work."""
_KEY = 16


def key_of(passage: str) -> bytes:
    """What a passage is known by."""
    return blake2b(passage.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


class Unfinished:
    """Vectors that this or an interrupted run embedded, by passage, in a file of their own for each kind of embedder."""

    def __init__(self, home: Path, embedder: Mapping[str, object], *, forget: bool = False) -> None:
        self._folder = home / FOLDER
        if forget:
            self.remove()
        self._folder.mkdir(parents=True, exist_ok=True)
        name = blake2b(json.dumps(embedder, sort_keys=True).encode(), digest_size=8).hexdigest()
        self._connection = _opened(self._folder / f"{name}.sqlite")
        self._before = int(self._connection.execute("SELECT coalesce(max(rowid), 0) FROM vectors").fetchone()[0])

    def get(self, key: bytes) -> tuple[Vectors, bool] | None:
        """The vector of a passage, and whether it was there before this run. One that is not as it was written is none."""
        query = "SELECT rowid, vector, checksum FROM vectors WHERE key = ?"
        row = self._connection.execute(query, [key]).fetchone()
        if row is None:
            return None
        if row[2] != _checksum(key, row[1]):
            with self._connection:
                self._connection.execute("DELETE FROM vectors WHERE rowid = ?", [row[0]])
            return None
        return np.frombuffer(row[1], np.float32), row[0] <= self._before

    def add(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors; when this returns they outlive the process."""
        packed = ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True))
        rows = ((key, data, _checksum(key, data)) for key, data in packed)
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO vectors (key, vector, checksum) VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        """Leave the vectors for the next run."""
        self._connection.close()

    def remove(self) -> None:
        """Nobody needs them any more: also those of other embedders, which are older."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _checksum(key: bytes, vector: bytes) -> int:
    """Finds every flipped bit of a row, which SQLite does not look for."""
    return crc32(vector, crc32(key))


def _opened(file: Path) -> sqlite3.Connection:
    """The file's vectors; none, where it is damaged."""
    for _ in range(2):
        connection = sqlite3.connect(file)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, vector BLOB NOT NULL,"
                " checksum INTEGER NOT NULL)"
            )
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            _add_checksums(connection)
        except sqlite3.DatabaseError:
            connection.close()
            for left in file.parent.glob(file.name + "*"):
                left.unlink()
        else:
            return connection
    raise sqlite3.DatabaseError(f"{file} cannot be written")


def _add_checksums(connection: sqlite3.Connection) -> None:
    """Files of before there were any get them."""
    if any(name == "checksum" for _, name, *_ in connection.execute("PRAGMA table_info(vectors)")):
        return
    connection.create_function("checksum_of", 2, _checksum, deterministic=True)
    with connection:
        connection.execute("ALTER TABLE vectors ADD COLUMN checksum INTEGER")
        connection.execute("UPDATE vectors SET checksum = checksum_of(key, vector)")


class Earlier:
    """The vectors of the live generation, by passage."""

    def __init__(self, generation: Generation, analyzer: Analyzer, server: MilvusServer | None) -> None:
        name = generation.manifest.engine
        self._engine: Engine = open_engine(generation.folder, analyzer, name=name, server=server)
        self._clause_ids: list[str] = []
        keys, clauses, windows = bytearray(), [], []
        catalogue = Catalogue(generation.folder / CATALOGUE)
        for number, (clause_id, title, text) in enumerate(catalogue.texts()):
            self._clause_ids.append(clause_id)
            for window, passage in enumerate(passages(title, text)):
                keys += key_of(passage)
                clauses.append(number)
                windows.append(window)
        catalogue.close()
        found = _as_keys(keys)
        order = np.argsort(found, kind="stable")
        self._keys: NDArray[np.bytes_] = found[order]
        self._clauses = np.array(clauses, np.int32)[order]
        self._windows = np.array(windows, np.int32)[order]

    @classmethod
    def open(
        cls, home: Path, embedder: Mapping[str, object], analyzer: Analyzer, server: MilvusServer | None = None
    ) -> Earlier | None:
        """None where there is no live generation, or where it was made with another embedder or is damaged: what is
        taken over from it must be right. Raises EngineUnreachable: then it would all be embedded once more."""
        try:
            generation = open_current(home, TAKEN_OVER)
            if dict(generation.manifest.embedder) == dict(embedder) and not verify(generation):
                return cls(generation, analyzer, server)
        except EngineUnreachable:
            raise
        except TiaokuanError:
            return None
        return None

    def get(self, key: bytes) -> Vectors | None:
        """The vector of a passage, None where it has none."""
        at = int(np.searchsorted(self._keys, np.frombuffer(key, f"S{_KEY}"))[0])
        if at == len(self._keys) or self._keys[at] != np.frombuffer(key, f"S{_KEY}")[0]:
            return None
        rows = self._engine.vectors(self._clause_ids[self._clauses[at]])
        vector: Vectors = rows[self._windows[at]]
        return vector

    def close(self) -> None:
        self._engine.close()


def _as_keys(joined: bytes | bytearray) -> NDArray[np.bytes_]:
    return np.frombuffer(bytes(joined), f"S{_KEY}")


class PassageEmbedder(Protocol):
    """What is needed of a model here."""

    @property
    def fingerprint(self) -> EmbedderFingerprint: ...

    def encode_passages(self, passages: Sequence[str], progress: bool = True) -> Vectors: ...


class PassageVectors:
    """Gives passages their vectors. `embedded` and `reused` count: passages that went through the model, and passages
    whose vectors were there before the run."""

    def __init__(  # noqa: PLR0913 what there may be to take over, by name
        self,
        embedder: PassageEmbedder,
        home: Path,
        analyzer: Analyzer,
        *,
        anew: bool,
        server: MilvusServer | None = None,
        given: Sequence[Path] = (),
    ) -> None:
        """`given` are files of vectors that other machines embedded. Raises BadVectors."""
        self._embedder = embedder
        self.facts: Mapping[str, object] = {**embedder.fingerprint.as_dict(), "windows": SCHEME}
        """What the manifest says of the vectors."""
        self._given = [VectorsFile(file, self.facts) for file in given]
        self._unfinished = Unfinished(home, self.facts, forget=anew)
        self._earlier = None if anew else Earlier.open(home, self.facts, analyzer, server)
        self.embedded = self.reused = 0

    def of(self, texts: Sequence[str], advance: Callable[[int], object]) -> Vectors:
        """(n, dimension), each row of length 1, in the order given. Equal passages are embedded once; `advance` is told
        as passages are done, of each call as many as it has texts."""
        keys = [key_of(text) for text in texts]
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        rows = np.empty((len(numbers), self._embedder.fingerprint.dimension), np.float32)
        left, taken = self._take_over(numbers, rows)
        self.reused += sum(key in taken for key in keys)
        advance(len(texts) - len(left))
        by_key = dict(zip(keys, texts, strict=True))
        left.sort(key=lambda key: -len(by_key[key]))  # like lengths together waste least
        for at in range(0, len(left), _SLICE):
            some = left[at : at + _SLICE]
            vectors = self._embedder.encode_passages([by_key[key] for key in some], progress=False)
            self._unfinished.add(some, vectors)
            rows[[numbers[key] for key in some]] = vectors
            self.embedded += len(some)
            advance(len(some))
        return rows[[numbers[key] for key in keys]]

    def _take_over(self, numbers: Mapping[bytes, int], rows: Vectors) -> tuple[list[bytes], set[bytes]]:
        """Fills in the rows that are known; the keys of the others, and of those that were there before this run."""
        left: list[bytes] = []
        taken: set[bytes] = set()
        for key, number in numbers.items():
            if (kept := self._unfinished.get(key)) is not None:
                rows[number], before = kept
                taken.update([key] if before else ())
            elif (vector := self._from_elsewhere(key)) is not None:
                rows[number] = vector
                taken.add(key)
            else:
                left.append(key)
        return left, taken

    def _from_elsewhere(self, key: bytes) -> Vectors | None:
        """What other machines embedded, or the live generation has."""
        for source in self._given:
            if (vector := source.get(key)) is not None:
                return vector
        return self._earlier.get(key) if self._earlier else None

    def finish(self) -> None:
        """The generation with these vectors is live."""
        self._unfinished.close()
        self._unfinished.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unfinished.close()
        for file in self._given:
            file.close()
        if self._earlier:
            self._earlier.close()
