"""An optional cross-encoder that reads the query and each of the first clauses together, and puts them in its own order.

None is shipped: on a CPU it takes some tens of milliseconds for each clause, and a good one for Chinese has to be
downloaded. The setting `reranker` names a hub id or a folder.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from search.embedding import model_folder
from search.errors import ModelUnavailable
from search.folding import Folded, FoldedList
from search.model import Clause, Notice

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 8


class Reranker:
    """A loaded cross-encoder. Safe to call from several threads; they take turns."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model
        self._turn = threading.Lock()

    @classmethod
    def open(cls, name: str) -> Self:
        """Load it, from a folder or by its hub id. Raises ModelUnavailable."""
        folder = model_folder(name)
        try:
            from sentence_transformers import CrossEncoder  # takes seconds

            model = CrossEncoder(str(folder or name), local_files_only=folder is not None)
            if model.num_labels != 1:
                raise ValueError(f"gives {model.num_labels} scores for a pair instead of one")
        except Exception as error:  # the libraries raise OSError, ValueError, RuntimeError, ImportError and their own
            lines = str(error).strip().splitlines()
            raise ModelUnavailable(model=name, reason=lines[0][:300] if lines else type(error).__name__) from error
        return cls(model)

    def order(self, query: str, passages: Sequence[str]) -> list[int]:
        """The places of the passages, the most relevant first; equal ones as they were."""
        with self._turn:
            scores = self._model.predict(
                [(query, passage) for passage in passages], batch_size=_BATCH, show_progress_bar=False
            )
        return sorted(range(len(passages)), key=lambda place: -float(scores[place]))


class Reranking:
    """Puts the first clauses of an answer in the order of a cross-encoder, which is loaded at the first need."""

    def __init__(self, name: str | None, depth: int) -> None:
        self._name = name
        self._depth = depth
        self._lock = threading.Lock()
        self._model: Reranker | None = None

    def apply(
        self, query: str, folded: FoldedList, clauses_of: Callable[[Sequence[Folded]], Sequence[Clause]]
    ) -> tuple[FoldedList, tuple[Notice, ...]]:
        """The entries with the first `depth` reordered, and a notice where the model cannot be had; as they were where
        none is configured. Scores stay in step with the order."""
        if not self._name or len(folded) < 2:
            return folded, ()
        try:
            model = self._loaded(self._name)
            order = model.order(query, list(map(_passage, clauses_of(folded[: self._depth]))))
        except ModelUnavailable as error:
            return folded, (Notice("notice.reranker_unavailable", {"reason": str(error.parameters["reason"])}),)
        return folded.led(order), ()

    def _loaded(self, name: str) -> Reranker:
        with self._lock:
            if self._model is None:
                self._model = Reranker.open(name)
            return self._model


def _passage(clause: Clause) -> str:
    return "\n".join([*clause.path, clause.text])
