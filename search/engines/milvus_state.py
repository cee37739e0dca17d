"""What an engine on Milvus keeps in its own folder: which collections it reads, and what a query's weights are made of.
And which collections on a server belong to this installation.

    milvus.json    the name of the collections, counts, mean lengths; none as long as nothing was written
    milvus.npz     for the hash of each term how many clauses have it; the terms that do not begin with an ideograph
    ../milvus.id   the name of the installation on the server, with the place that it is the name of
"""

from __future__ import annotations

import json
import secrets
import zipfile
from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from search.engines.files import packed, replacing, unpacked
from search.errors import IndexDamaged
from search.text.weighing import hash_of

if TYPE_CHECKING:
    from search.engines.milvus_client import Milvus

Array = NDArray[Any]
STATE_FILE, TERMS_FILE, ID_FILE = "milvus.json", "milvus.npz", "milvus.id"
LARGEST_HASH = 2**32 - 2
"""Dimensions of a sparse vector end here. Two terms of one hash are taken for one."""
_WAITING = 1 << 22


def dimension_of(term: str) -> int:
    """The dimension of a term in the sparse vectors."""
    return min(hash_of(term), LARGEST_HASH)


@dataclass(frozen=True)
class Terms:
    """How many clauses have each term, by its dimension, ascending; and all terms of letters."""

    dimensions: Array
    counts: Array
    letters: tuple[str, ...]

    def holders(self, term: str) -> int:
        """How many clauses have a term."""
        wanted = dimension_of(term)
        at = int(np.searchsorted(self.dimensions, wanted))
        return int(self.counts[at]) if at < len(self.dimensions) and self.dimensions[at] == wanted else 0


NO_TERMS = Terms(np.zeros(0, np.uint32), np.zeros(0, np.int64), ())


class TermCounts:
    """Counts terms clause by clause, in the memory of the different ones."""

    def __init__(self) -> None:
        self._dimensions, self._counts = NO_TERMS.dimensions, NO_TERMS.counts
        self._waiting = array("I")

    def add(self, dimensions: Array) -> None:
        """One clause's, each once."""
        self._waiting.frombytes(dimensions.astype(np.uint32).tobytes())
        if len(self._waiting) > _WAITING:
            self._sum()

    def _sum(self) -> None:
        new, counts = np.unique(np.array(self._waiting, np.uint32), return_counts=True)
        self._waiting = array("I")
        all_dimensions = np.concatenate([self._dimensions, new])
        self._dimensions, which = np.unique(all_dimensions, return_inverse=True)
        total = np.bincount(which, np.concatenate([self._counts, counts]), len(self._dimensions))
        self._counts = total.astype(np.int64)

    def terms(self, letters: Iterable[str]) -> Terms:
        """What was counted."""
        self._sum()
        return Terms(self._dimensions, self._counts, tuple(sorted(letters)))


@dataclass(frozen=True)
class State:
    """One committed state. `ordered`: the rows are in the order of the clauses' ordinals."""

    collection: str | None = None
    clauses: int = 0
    windows: int = 0
    means: tuple[float, ...] = ()
    approximate: bool = False
    ordered: bool = True


class Folder:
    """An engine's own folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def create(self) -> None:
        """A state without clauses."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.save(State(), NO_TERMS)

    def save(self, state: State, terms: Terms) -> None:
        """Both files; the one that names the collections last."""
        with replacing(self.path / TERMS_FILE) as path, path.open("wb") as stream:
            np.savez(stream, dimensions=terms.dimensions, counts=terms.counts, letters=packed(terms.letters))
        with replacing(self.path / STATE_FILE) as path:
            path.write_text(json.dumps(asdict(state), indent=1), "utf-8")

    def load(self) -> tuple[State, Terms]:
        """What was saved. Raises IndexDamaged."""
        try:
            raw = json.loads((self.path / STATE_FILE).read_text("utf-8"))
            state = State(**{**raw, "means": tuple(raw["means"])})
            with np.load(self.path / TERMS_FILE, allow_pickle=False) as saved:
                terms = Terms(saved["dimensions"], saved["counts"], unpacked(saved["letters"]))
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise IndexDamaged(file=str(self.path / STATE_FILE), reason=" ".join(str(error).split())) from error
        return state, terms


class Installation:
    """What is this installation's on a server that others may use, too: collections named with its id.

    `place` is the folder that its engines' folders are in. A copy of it gets an id of its own, so that neither drops what
    the other reads."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @cached_property
    def prefix(self) -> str:
        """What the names of its collections begin with."""
        return f"tiaokuan_{self._known() or self._new()}_"

    def new_collection(self) -> str:
        """A name that no collection has."""
        return self.prefix + secrets.token_hex(4)

    def drop_leftovers(self, client: Milvus) -> list[str]:
        """Remove its collections that no engine's folder names: of writers that were killed, of folders that are gone.
        Nobody may be writing meanwhile."""
        if not self._known():
            return []
        named = {name for file in self._place.glob(f"*/{STATE_FILE}") if (name := _collection_in(file))}
        left = [name for name in client.names(self.prefix) if name.rpartition("_")[0] not in named]
        for name in left:
            client.drop(name)
        return left

    def _where(self) -> list[object]:
        return [str(self._place.resolve()), self._place.stat().st_ino]

    def _known(self) -> str | None:
        try:
            raw = json.loads((self._place / ID_FILE).read_text("utf-8"))
            return str(raw["id"]) if raw["of"] == self._where() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _new(self) -> str:
        name = secrets.token_hex(6)
        with replacing(self._place / ID_FILE) as path:
            path.write_text(json.dumps({"id": name, "of": self._where()}), "utf-8")
        return name


def _collection_in(file: Path) -> str | None:
    """The collection that a folder names. Raises where that cannot be told: then nothing may be dropped."""
    try:
        name = json.loads(file.read_text("utf-8"))["collection"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(file=str(file), reason=" ".join(str(error).split())) from error
    return str(name) if name else None
