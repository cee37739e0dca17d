"""The keyword channel asked for what a word also stands for. Outside the engines: they see plain queries only."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from search.engines.protocol import Candidate, Engine, KeywordQuery
from search.query import Query

BESIDE = 0.6
"""What a match of a synonym is worth where the word that was typed occurs, too: hardly ever ahead of it."""
INSTEAD = 0.9
"""And where that word stands in no clause."""


def ask_keyword(
    engine: Engine, query: Query, limit: int, documents: Collection[str] | None = None
) -> Sequence[Candidate]:
    """The clauses for the words as typed, and for each of the query's expansions: below the best of the former, where the
    word that was typed occurs at all. A clause found in several ways has the best of its scores."""
    typed = engine.keyword(query.keyword(), limit, documents)
    if not query.expansions:
        return typed
    best = {c.clause_id: c for c in typed}
    full = sum(engine.term_weights(query.keyword()).values())
    highest = max((c.score for c in typed), default=0.0)
    for expansion in query.expansions:
        rewritten = query.rewritten(expansion)
        scale = full / (sum(engine.term_weights(rewritten).values()) or 1.0)
        occurs = engine.keyword(KeywordQuery(phrases=(expansion.typed,)), 1, documents)
        for found in engine.keyword(rewritten, limit, documents):
            score = BESIDE * min(found.score * scale, highest) if occurs else INSTEAD * found.score * scale
            if found.clause_id not in best or best[found.clause_id].score < score:
                best[found.clause_id] = found._replace(score=score)
    return sorted(best.values(), key=lambda c: -c.score)[:limit]
