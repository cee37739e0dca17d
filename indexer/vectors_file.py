"""Vectors on their way from one machine to another: a SQLite file of passages' hashes and vectors, and of what they were
made with. It holds no text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from search.errors import BadVectors

if TYPE_CHECKING:
    from search.engines.protocol import Vectors

_FORMAT = 1
_NOT_COMPARED = "dtype"
"""Machines compute in different types; vectors of one model in any of them are as good as equal."""
_LENGTH_SLACK = 1e-2


class VectorsWriter:
    """Leaving the block gives the file its name; leaving it by an error leaves none."""

    def __init__(self, file: Path, made_with: Mapping[str, object]) -> None:
        self._file = file
        self._part = file.with_name(file.name + ".part")
        self._part.unlink(missing_ok=True)
        self._connection = sqlite3.connect(self._part)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("CREATE TABLE made_with (format INTEGER NOT NULL, facts TEXT NOT NULL)")
        self._connection.execute("CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
        facts = json.dumps(dict(made_with), ensure_ascii=False, sort_keys=True)
        self._connection.execute("INSERT INTO made_with VALUES (?, ?)", (_FORMAT, facts))

    def add(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """The vectors (n, dimension) of passages; one that is there already stays."""
        rows = ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True))
        self._connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._connection.commit()
        self._connection.close()
        if kind is None:
            self._part.replace(self._file)
        else:
            self._part.unlink(missing_ok=True)


class VectorsFile:
    """A file that a VectorsWriter wrote. Raises BadVectors where it is none, or was made with something else."""

    def __init__(self, file: Path, made_with: Mapping[str, object]) -> None:
        self._file = file
        self._dimension = made_with["dimension"]
        if not file.is_file():
            raise BadVectors(file=file, reason="no such file")
        self._connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        try:
            self._check(made_with)
        except BaseException:
            self.close()
            raise

    def _check(self, made_with: Mapping[str, object]) -> None:
        try:
            number, facts = self._connection.execute("SELECT format, facts FROM made_with").fetchone()
            found = json.loads(facts)
        except (sqlite3.Error, TypeError, ValueError) as error:
            raise BadVectors(file=self._file, reason=" ".join(str(error).split())) from error
        if number != _FORMAT or not isinstance(found, dict):
            raise BadVectors(file=self._file, reason=f"format {number}, not {_FORMAT}")
        for name, wanted in made_with.items():
            if name != _NOT_COMPARED and found.get(name) != wanted:
                raise BadVectors(file=self._file, reason=f"{name}: {found.get(name)}, not {wanted}")

    def get(self, key: bytes) -> Vectors | None:
        """The vector of a passage, (dimension,). Raises BadVectors where it is none."""
        try:
            row = self._connection.execute("SELECT vector FROM vectors WHERE key = ?", [key]).fetchone()
            vector = np.frombuffer(row[0], np.float32) if row else None
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise BadVectors(file=self._file, reason=" ".join(str(error).split())) from error
        if vector is not None and not (
            len(vector) == self._dimension and abs(float(vector @ vector) - 1) < _LENGTH_SLACK
        ):
            raise BadVectors(file=self._file, reason=f"a vector of {len(vector)} numbers is not of length 1")
        return vector

    def close(self) -> None:
        self._connection.close()
