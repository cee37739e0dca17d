"""Whether the channels vouch for a clause: nonsense finds nothing instead of what is least far away."""

from __future__ import annotations

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
    keyword: float, cosine: float | None, floor: float, *, words_alone: float = KEYWORD_ALONE, onset: float = ONSET
) -> bool:
    """Whether a clause is a hit: `keyword` is its share of a full match (from 0), `cosine` its nearness in meaning, None
    where that channel did not find it."""
    near = 0.0 if cosine is None else max(0.0, cosine - floor + onset) / onset
    return keyword / words_alone + near >= 1
