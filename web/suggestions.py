"""Suggestions as JSON: for the search box, and in the shape that browsers' search fields ask for."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from search.suggest import Suggestion

Json = dict[str, object]

DEFAULT_LIMIT = 8
MAX_LIMIT = 20
OPENSEARCH = "opensearch"
MIMETYPE = "application/x-suggestions+json"


def suggest_answer(typed: str, found: Sequence[Suggestion]) -> Json:
    """The answer of /api/v1/suggest."""
    return {"query": typed, "suggestions": [_suggestion(each) for each in found]}


def opensearch_answer(typed: str, found: Sequence[Suggestion], root: str) -> list[object]:
    """The four lists of the OpenSearch suggestions extension: what was typed, texts, descriptions, addresses."""
    urls = [root + suggestion_url(each).removeprefix("/") for each in found]
    return [typed, [each.text for each in found], [str(each.kind) for each in found], urls]


def suggestion_url(found: Suggestion) -> str:
    """Where choosing leads: a document for its title or 文号, else a search."""
    if found.document_id is not None:
        return f"/documents/{quote(found.document_id, safe='')}"
    return f"/search?{urlencode({'q': found.text})}"


def _suggestion(found: Suggestion) -> Json:
    return {
        "text": found.text,
        "kind": str(found.kind),
        "highlights": [list(span) for span in found.highlights],
        "document_id": found.document_id,
        "url": suggestion_url(found),
    }
