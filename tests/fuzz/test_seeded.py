"""A few inputs for each target in every run of the tests, always the same ones; `python benchmarks/fuzz.py` for hours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.targets import TARGETS

EXAMPLES = 60


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs_for_each_target(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(target.inputs)
    def check(value: object) -> None:
        target.check(value)

    check()
