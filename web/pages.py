"""The pages for people. Each view gathers values and leaves the words and the order to its template."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.model import Document, Mode
from web import citing, params, rendering, results
from web.answers import notice_text
from web.documents import add_document_pages
from web.language import HTML_LANGUAGE, language
from web.opening import SearcherHolder
from web.reasons import details, reasons

if TYPE_CHECKING:
    from search.searcher import Searcher

HOME_DOCUMENTS = 20
LISTED_DOCUMENTS = 50
SIMILAR = 20


def create_pages(holder: SearcherHolder) -> Blueprint:
    """The blueprint whose pages show what the holder's searcher finds."""
    pages = Blueprint("pages", __name__)
    pages.app_context_processor(_helpers)

    @pages.get("/")
    def home() -> ResponseReturnValue:
        documents = _newest_first(holder.get().facts())
        return render_template(
            "home.html", documents=documents, shown=documents[:HOME_DOCUMENTS], examples=results.examples()
        )

    @pages.get("/documents")
    def documents() -> ResponseReturnValue:
        number = params.page(request.args, language())
        listed = _newest_first(holder.get().facts())
        start = (number - 1) * LISTED_DOCUMENTS
        shown = listed[start : start + LISTED_DOCUMENTS]
        last = ceil(len(listed) / LISTED_DOCUMENTS)
        return render_template("documents.html", documents=listed, shown=shown, page=number, last=last)

    @pages.get("/search")
    def search() -> ResponseReturnValue:
        return results.show(holder.get())

    add_document_pages(pages, holder)

    @pages.get("/clauses/<clause_id>/similar")
    def similar(clause_id: str) -> ResponseReturnValue:
        searcher = holder.get()
        clause = searcher.clause(clause_id)
        found = searcher.similar(clause_id, limit=SIMILAR)
        return render_template(
            "similar.html", clause=clause, document=searcher.document(clause.document_id), found=found
        )

    @pages.get("/similar")
    def similar_to_text() -> ResponseReturnValue:
        return _similar_to_text(holder.get())

    return pages


def _similar_to_text(searcher: Searcher) -> ResponseReturnValue:
    passage = request.args.get("text", "").strip()
    found = searcher.similar_to_text(passage, limit=SIMILAR) if passage else None
    return render_template(
        "similar_to_text.html",
        passage=passage,
        found=found,
        longest=current_app.config["MAX_QUERY_CHARACTERS"],
    )


def _newest_first(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda each: str(each.issued_on or ""), reverse=True)


def _helpers() -> dict[str, object]:
    return {
        "search_link": results.search_link,
        "export_link": results.export_link,
        "feed_link": results.feed_link,
        "carried": results.CARRIED,
        "page_link": lambda number: results.search_link(page=number),
        "documents_link": lambda number: url_for("pages.documents", page=number),
        "language_link": _language_link,
        "kept": {name: request.args.get(name, "") for name in results.KEPT},
        "modes": list(Mode),
        "other_language": "en" if language() == "zh" else "zh",
        "languages": HTML_LANGUAGE,
        "reasons": lambda hit: reasons(hit, language()),
        "details": lambda hit: details(hit, language()),
        "notice_text": lambda notice: notice_text(notice, language()),
        "segments": rendering.hit_segments,
        "excerpt": rendering.hit_excerpt,
        "sentence_length": citing.SENTENCE,
    }


def _language_link(code: str) -> str:
    """This page in another language, as an address relative to itself."""
    return "?" + urlencode({**request.args.to_dict(), "lang": code})
