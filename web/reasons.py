"""Why a clause was found, in one line: 关键词第 1（民营银行）· 语义第 2（相近度 0.88）."""

from __future__ import annotations

from search.i18n import load_catalogue
from search.model import Hit
from web.rendering import KEYWORD, SEMANTIC

# The words a line names; a passage used as a query would fill it.
_TERMS = 6


def reasons(hit: Hit, language: str) -> str:
    """The rank in each channel that found the clause, with the words or the nearness that made it."""
    texts = load_catalogue("web")
    said = []
    if keyword := hit.matched_by.get(KEYWORD):
        terms = texts.text("why.comma", language).join(hit.matched_terms[:_TERMS])
        key = "why.keyword_terms" if terms else "why.keyword"
        said.append(texts.text(key, language, rank=keyword.rank, terms=terms))
    if semantic := hit.matched_by.get(SEMANTIC):
        said.append(texts.text("why.semantic", language, rank=semantic.rank, score=f"{semantic.score:.2f}"))
    return " · ".join(said)
