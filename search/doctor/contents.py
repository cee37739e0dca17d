"""Do manifest, catalogue, postings and vectors hold the same clauses?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from search.doctor.findings import Finding
from search.engines.protocol import Engine
from search.generation import Generation
from search.store import Catalogue


def check_contents(generation: Generation, catalogue: Catalogue, engine: Engine) -> Iterator[Finding]:
    """Counts agree, and every clause is in both channels, once."""
    documents, clauses = catalogue.counts()
    found = {"documents": documents, "clauses": clauses, "windows": engine.stats().windows}
    wrong = {name: number for name, number in found.items() if generation.manifest.counts.get(name) != number}
    for name, number in wrong.items():
        yield Finding.problem("counts", what=name, found=number, expected=generation.manifest.counts.get(name))
    wanted = Counter(clause_id for clause_id, _, _ in catalogue.texts())
    apart = list(_apart(wanted, engine))
    yield from apart
    if not wrong and not apart:
        yield Finding.ok("contents", documents=documents, clauses=clauses, windows=found["windows"])


def _apart(wanted: Counter[str], engine: Engine) -> Iterator[Finding]:
    for channel, clause_ids in engine.clause_ids().items():
        there = Counter(clause_ids)
        for code, differing in (("clauses_missing", wanted - there), ("clauses_surplus", there - wanted)):
            if differing:
                yield Finding.problem(code, channel=channel, count=differing.total(), example=min(differing))
