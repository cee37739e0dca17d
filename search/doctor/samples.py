"""Clauses drawn by lot are searched for: by their own words, by their own vectors, and with the model at hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from search.doctor.findings import Finding
from search.engines.protocol import Engine, KeywordQuery
from search.errors import ModelUnavailable
from search.generation import Generation
from search.settings import Settings
from search.store import Catalogue
from search.text.normalise import fold
from search.windows import passages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE = 50
_SEED = 20160101  # the same clauses in every run, so that a finding can be looked into
_PHRASE = 40
"""Characters of a clause that are asked for."""
_EMBEDDED = 3
_LENGTH_SLACK = 1e-3
_SAME = 0.99
"""Cosine from which two vectors are of one passage by one model: float32 and bfloat16 agree at 0.9999."""

Drawn = tuple[str, str, str]
"""Clause id, title and text."""


def check_samples(
    generation: Generation, catalogue: Catalogue, engine: Engine, settings: Settings
) -> Iterator[Finding]:
    """Each clause that was drawn finds itself, or a copy of itself, in both channels; some are embedded once more."""
    drawn = draw(catalogue, SAMPLE)
    if not drawn:
        return
    lost = [*_lost("not_found_by_words", drawn, lambda d: _by_words(catalogue, engine, d))]
    lost += _lost("not_found_by_meaning", drawn, lambda d: _by_meaning(catalogue, engine, d))
    yield from lost
    if not lost:
        yield Finding.ok("samples", count=len(drawn))
    yield from _embedded_anew(engine, drawn[:_EMBEDDED], settings)


def draw(catalogue: Catalogue, count: int) -> list[Drawn]:
    """So many clauses with letters in them, all equally likely; the same ones in every run."""
    lot = random.Random(_SEED)  # noqa: S311 - no secret
    drawn: list[Drawn] = []
    for number, each in enumerate(e for e in catalogue.texts() if any(c.isalnum() for c in e[2])):
        if len(drawn) < count:  # reservoir sampling (Vitter 1985, algorithm R)
            drawn.append(each)
        elif (place := lot.randrange(number + 1)) < count:
            drawn[place] = each
    return drawn


def _lost(code: str, drawn: Sequence[Drawn], found: Callable[[Drawn], bool]) -> Iterator[Finding]:
    lost = [each[0] for each in drawn if not found(each)]
    if lost:
        yield Finding.problem(code, count=len(lost), of=len(drawn), example=lost[0])


def _by_words(catalogue: Catalogue, engine: Engine, drawn: Drawn) -> bool:
    clause_id, _, text = drawn
    phrase = fold(text)[:_PHRASE]
    document = catalogue.stored([clause_id])[clause_id].clause.document_id
    found = engine.keyword(KeywordQuery(phrase, (phrase,)), 10_000, {document})
    return any(candidate.clause_id == clause_id for candidate in found)


def _by_meaning(catalogue: Catalogue, engine: Engine, drawn: Drawn) -> bool:
    clause_id, title, text = drawn
    try:
        vectors = engine.vectors(clause_id)
    except KeyError:
        return False
    if len(vectors) != len(passages(title, text)) or not _are_of_length_1(vectors):
        return False
    first = engine.semantic(vectors[:1], 1)
    if not first or first[0].clause_id == clause_id:
        return bool(first)
    other = catalogue.stored([first[0].clause_id])
    return abs(first[0].score - 1) < _LENGTH_SLACK and bool(other)


def _are_of_length_1(vectors: NDArray[np.float32]) -> bool:
    import numpy as np

    return bool((abs(np.linalg.norm(vectors, axis=1) - 1) < _LENGTH_SLACK).all())  # also False for NaN


def _embedded_anew(engine: Engine, drawn: Sequence[Drawn], settings: Settings) -> Iterator[Finding]:
    """Whether the model at hand makes the vectors that are in the index. Loads the model."""
    from search.embedding import Embedder

    try:
        embedder = Embedder.open(settings, progress=False)
    except ModelUnavailable as error:
        yield Finding.of(error)
        return
    for clause_id, title, text in drawn:
        anew = embedder.encode_passages(passages(title, text), progress=False)
        stored = engine.vectors(clause_id)
        cosine = float((anew * stored).sum(axis=1).min()) if anew.shape == stored.shape else 0.0
        if not cosine >= _SAME:
            yield Finding.problem("other_vectors", example=clause_id, cosine=f"{cosine:.3f}")
            return
    yield Finding.ok("model_agrees", model=embedder.fingerprint.model)
