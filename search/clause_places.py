"""What ranking asks of hundreds of clauses for every query: their documents, their texts, what they are, and which provinces
they speak of. Arrays, 21 bytes for each clause; what is shown of a clause is in the catalogue.

Both are numbered from 0 in the order in which the catalogue was written: a clause by the ordinal that its entry in the
engine has, too, a document by its position.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from search.model import Clause, ClauseKind, Document
from search.text.normalise import simplify_all
from search.understanding.places import bits_in_each

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ASIDE = frozenset(kind for kind in ClauseKind if kind.is_heading or kind is ClauseKind.NOTE)
_TYPES = {"documents": "i", "texts": "q", "aside": "b", "provinces": "q", "editions": "i"}


class PlaceWriter:
    """Takes the clauses of document after document."""

    def __init__(self) -> None:
        self._arrays = {name: array(code) for name, code in _TYPES.items()}

    def add(self, document: Document, edition: int, clauses: Sequence[tuple[Clause, int]]) -> None:
        """Those of one document, each with the number of its text; `edition` is the document's rank among its work's."""
        arrays = self._arrays
        arrays["documents"].extend([len(arrays["editions"])] * len(clauses))
        arrays["texts"].extend([text for _, text in clauses])
        arrays["aside"].extend([clause.kind in _ASIDE for clause, _ in clauses])
        arrays["provinces"].extend(_provinces(document, [clause for clause, _ in clauses]))
        arrays["editions"].append(edition)

    def columns(self) -> Iterator[tuple[str, bytes]]:
        """What `Places.of` reads."""
        return ((name, column.tobytes()) for name, column in self._arrays.items())


def _provinces(document: Document, clauses: Sequence[Clause]) -> Iterator[int]:
    """For each clause of a document the provinces that it names, and those that its headings and its document name."""
    paths = list(dict.fromkeys(clause.path for clause in clauses))
    texts = ["\n".join([document.title, document.region or ""]), *map("\n".join, paths), *(c.text for c in clauses)]
    about, *found = bits_in_each(simplify_all(texts))
    of_path = dict(zip(paths, found, strict=False))
    return (about | of_path[c.path] | own for c, own in zip(clauses, found[len(paths) :], strict=True))


@dataclass(frozen=True)
class Places:
    """Of each clause its document, the number of the text that it shares with its copies, whether it is only a heading or a
    note, and the provinces (as_bits) that it, its headings, its document's title and region name; of each document the rank
    of its edition, the best 0."""

    documents: NDArray[np.int32]
    texts: NDArray[np.int64]
    aside: NDArray[np.int8]
    provinces: NDArray[np.int64]
    editions: NDArray[np.int32]

    @classmethod
    def of(cls, columns: Mapping[str, bytes]) -> Self:
        """From what was written. Raises KeyError where it is not there."""
        import numpy as np

        return cls(**{name: np.frombuffer(columns[name], code) for name, code in _TYPES.items()})

    @cached_property
    def _by_text(self) -> NDArray[np.int64]:
        """The clauses, those of one text side by side."""
        return self.texts.argsort(kind="stable")

    @cached_property
    def _ordered_texts(self) -> NDArray[np.int64]:
        return self.texts[self._by_text]

    def having(self, text: int) -> NDArray[np.int64]:
        """The clauses that have a text, in their order."""
        first = int(self._ordered_texts.searchsorted(text, "left"))
        last = int(self._ordered_texts.searchsorted(text, "right"))
        return self._by_text[first:last]
