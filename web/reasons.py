"""Why a clause was found, in one line: 关键词第 1（民营银行）· 语义第 2（相近度 0.88）."""

from __future__ import annotations

from search.i18n import load_catalogue
from search.model import Factor, Hit
from web.rendering import KEYWORD, SEMANTIC

# The words a line names; a passage used as a query would fill it.
_TERMS = 6
_WEIGHED = 12


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
    if hit.explanation:
        said += [_factor(factor, language) for factor in hit.explanation.factors]
        said += [texts.text("why.copy", language)] if is_copy(hit) else []
    return " · ".join(said)


def is_copy(hit: Hit) -> bool:
    """Whether a hit says word for word what it was compared with."""
    return hit.explanation is not None and hit.explanation.differs == ()


def details(hit: Hit, language: str) -> list[str]:
    """The reasons at length, one line each: what each channel added to the score, and what the words weigh."""
    texts, why = load_catalogue("web"), hit.explanation
    if why is None or why.differs is not None:
        return []  # of what is compared with a text, the marks say it
    lines = [
        texts.text(
            f"why.share.{channel}", language, rank=match.rank, score=f"{match.score:.3f}", share=f"{match.share:.3f}"
        )
        for channel, match in hit.matched_by.items()
    ]
    words = [(t.term, t.weight) for t in why.terms]
    for key, terms in (("why.terms", words), ("why.missing", why.missing)):
        if terms:
            named = texts.text("why.comma", language).join(f"{term} {weight:.2f}" for term, weight in terms[:_WEIGHED])
            lines.append(texts.text(key, language, terms=named))
    return lines


def _factor(factor: Factor, language: str) -> str:
    return load_catalogue("web").text(f"why.factor.{factor.name}", language, value=f"{factor.value:g}")
