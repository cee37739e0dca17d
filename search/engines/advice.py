"""Which rung of the ladder suits how many clauses.

The bounds are where a rung's keyword search alone takes longer than embedding the query does, some 3 to 10 ms (figures:
benchmarks/README.md, "Engines"; Whoosh took 48 ms on 316,899 clauses, Tantivy .3 ms), and where the vectors of one
machine pass a few gigabytes (docs/scaling.md).
"""

from __future__ import annotations

from search.engines import ENGINES

MOST = {"embedded": 50_000, "tantivy": 5_000_000}
"""Clauses up to which a rung is the one to take."""


def better_engine(name: str, clauses: int) -> str | None:
    """The rung to move to from `name`, if there are more clauses than suit it; a larger one than needed does no harm."""
    suited = next((rung for rung in ENGINES if clauses <= MOST.get(rung, clauses)), ENGINES[-1])
    return suited if ENGINES.index(suited) > ENGINES.index(name) else None
