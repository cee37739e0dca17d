"""Whether the channels vouch for a clause: nonsense finds nothing instead of what is least far away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]

KEYWORD_ALONE = 0.6
"""Share of a full match from which words alone make a hit in a fused list."""
SEMANTIC_ALONE = {"multilingual-e5-small": 0.875}
"""Cosine from which meaning alone makes a hit, by model: each spreads its cosines over a range of its own."""
ONSET = 0.02
"""So far below that, meaning begins to count; from there on both channels together make a hit. Of the judged answers to
real questions 4.2 and 0.9 % are lost (ncp_policy_doc, msga_gov_qa), and of 70 off-topic queries (recipes, games,
celebrities, keyboard noise) most find nothing; with a floor for each channel by itself 4.8 and 1.4 % were lost for the
same silence (benchmarks/README.md)."""
_NO_FLOOR = -1.0


def semantic_floor(model: str, given: float | None) -> float:
    """The floor that the settings give, or else the model's own; a model that was not measured has none."""
    return SEMANTIC_ALONE.get(model, _NO_FLOOR) if given is None else given


def vouched(
    keyword: Array, cosine: Array, floor: float, *, words_alone: float = KEYWORD_ALONE, onset: float = ONSET
) -> Mask:
    """Which clauses are hits: `keyword` is their share of a full match (from 0), `cosine` their nearness in meaning, -inf
    where that channel did not find them."""
    near = np.maximum(0.0, cosine - floor + onset) / onset
    hits: Mask = keyword / words_alone + near >= 1
    return hits
