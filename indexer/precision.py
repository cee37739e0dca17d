"""What the next generation's passages are computed in: what the live one's are, where the settings leave it open. Another
choice would give no better answers, and cost embedding everything anew."""

from __future__ import annotations

from contextlib import suppress

from search.embedding.choosing import goes_well_in
from search.errors import TiaokuanError
from search.generation import TAKEN_OVER, check_fingerprint, expected_model, open_current
from search.settings import Settings


def as_live(settings: Settings) -> Settings:
    """The settings, with the live generation's `dtype` where theirs is `auto`, its model theirs, and this processor good
    at it."""
    if settings.model_dtype == "auto":
        with suppress(TiaokuanError):
            embedder = open_current(settings.home, TAKEN_OVER).manifest.embedder
            check_fingerprint("embedder", embedder, expected_model(settings))
            if goes_well_in(dtype := embedder["dtype"]):
                return settings.model_copy(update={"model_dtype": dtype})
    return settings
