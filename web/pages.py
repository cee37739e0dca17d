"""The pages for people. Each view gathers values and leaves the words and the order to its template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.comparison import Row, RowKind
from search.comparison import compare as compare_clauses
from search.errors import BadRequest, EmptyQuery, NotFound
from search.model import Citations, Document, Mode
from web import citing, params, rendering
from web.answers import notice_text
from web.language import HTML_LANGUAGE, language, text
from web.opening import SearcherHolder
from web.outline import blocks, outline
from web.reasons import reasons

if TYPE_CHECKING:
    from search.searcher import Searcher

HOME_DOCUMENTS = 20
LISTED_DOCUMENTS = 50
SIMILAR = 20
# As many clauses of a document are marked on arrival with ?q=; more would need a search within one document.
MARKED = 100
_KEPT = ("q", "mode", "issuer", "since", "until")


def create_pages(holder: SearcherHolder) -> Blueprint:
    """The blueprint whose pages show what the holder's searcher finds."""
    pages = Blueprint("pages", __name__)
    pages.app_context_processor(_helpers)

    @pages.get("/")
    def home() -> ResponseReturnValue:
        documents = _newest_first(holder.get().documents())
        return render_template("home.html", documents=documents, shown=documents[:HOME_DOCUMENTS], examples=_examples())

    @pages.get("/documents")
    def documents() -> ResponseReturnValue:
        number = params.page(request.args, language())
        listed = _newest_first(holder.get().documents())
        start = (number - 1) * LISTED_DOCUMENTS
        shown = listed[start : start + LISTED_DOCUMENTS]
        last = ceil(len(listed) / LISTED_DOCUMENTS)
        return render_template("documents.html", documents=listed, shown=shown, page=number, last=last)

    @pages.get("/search")
    def search() -> ResponseReturnValue:
        return _search(holder.get())

    @pages.get("/documents/<document_id>")
    def document(document_id: str) -> ResponseReturnValue:
        return _document(holder.get(), document_id)

    @pages.get("/documents/<document_id>/compare/<other_id>")
    def compare(document_id: str, other_id: str) -> ResponseReturnValue:
        return _compare(holder.get(), document_id, other_id)

    @pages.get("/clauses/<clause_id>/similar")
    def similar(clause_id: str) -> ResponseReturnValue:
        searcher = holder.get()
        clause = searcher.clause(clause_id)
        found = searcher.similar(clause_id, limit=SIMILAR)
        return render_template(
            "similar.html", clause=clause, document=searcher.document(clause.document_id), found=found
        )

    return pages


def _search(searcher: Searcher) -> ResponseReturnValue:
    if not request.args.get("q", "").strip():
        return render_template("blank.html", error=EmptyQuery(), examples=_examples()), EmptyQuery.http_status
    asked = params.search_parameters(request.args, language())
    number = params.page(request.args, language())
    offset = (number - 1) * params.PAGE_SIZE
    found = searcher.search(asked.query, mode=asked.mode, limit=params.PAGE_SIZE, offset=offset, filters=asked.filters)
    last = min(ceil(found.total / params.PAGE_SIZE), params.MAX_PAGE)
    if found.total and number > last:
        return redirect(_search_link(page=last))
    return render_template(
        "search.html",
        found=found,
        asked=asked,
        first=offset + 1,
        page=number,
        last=last,
        issuers=_issuers(searcher.documents()),
    )


def _document(searcher: Searcher, document_id: str) -> ResponseReturnValue:
    document = searcher.document(document_id)
    clauses = searcher.clauses(document_id)
    query = request.args.get("q", "")
    citations = searcher.citations(document_id)
    others = _named(searcher, citations)
    return render_template(
        "document.html",
        document=document,
        validity=document.validity(date.today()),
        repealers=[others[i] for i in document.repealed_by if i in others],
        evidence={each.fact: each.sentence for each in document.evidence},
        cited=citing.cited(citations.outgoing, others),
        citing=citing.citing(citations.incoming, others),
        editions=_editions(searcher, document),
        outline=outline(clauses),
        blocks=blocks(document, clauses, _marks(searcher, query, document_id)),
    )


def _compare(searcher: Searcher, document_id: str, other_id: str) -> ResponseReturnValue:
    here, there = searcher.document(document_id), searcher.document(other_id)
    found = compare_clauses(searcher.clauses(document_id), searcher.clauses(other_id))
    return render_template(
        "compare.html",
        here=here,
        there=there,
        equal=found.equal,
        counts={kind: found.count(kind) for kind in RowKind},
        runs=_runs(found.rows),
        whole=request.args.get("all") == "1",
        cut=rendering.segments,
    )


def _runs(rows: Sequence[Row]) -> list[tuple[bool, list[Row]]]:
    """Rows that follow one another, those that are the same apart from the others."""
    return [(same, list(run)) for same, run in groupby(rows, key=lambda row: row.kind is RowKind.SAME)]


def _marks(searcher: Searcher, query: str, document_id: str) -> dict[str, Sequence[rendering.Span]]:
    """The matched words in this document of a query that led here. A query that cannot be asked marks nothing."""
    with suppress(BadRequest):
        hits = searcher.search(query, mode=Mode.KEYWORD, limit=MARKED).hits if query.strip() else ()
        return {hit.clause.clause_id: hit.highlights for hit in hits if hit.document.document_id == document_id}
    return {}


def _editions(searcher: Searcher, document: Document) -> list[Document]:
    editions = []
    for document_id in document.same_work_as:
        with suppress(NotFound):
            editions.append(searcher.document(document_id))
    return editions


def _named(searcher: Searcher, citations: Citations) -> dict[str, Document]:
    """The documents at the other end of citations, by id."""
    ids = {each.cited_document_id or "" for each in citations.outgoing} | {c.document_id for c in citations.incoming}
    named = {}
    for document_id in ids - {""}:
        with suppress(NotFound):
            named[document_id] = searcher.document(document_id)
    return named


def _newest_first(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda each: str(each.issued_on or ""), reverse=True)


def _issuers(documents: Sequence[Document]) -> list[str]:
    """Every issuer, those of most documents first."""
    counts = Counter(issuer for document in documents for issuer in document.issuers)
    return sorted(counts, key=lambda issuer: (-counts[issuer], issuer))


def _examples() -> list[str]:
    return text("home.examples").split("|")


def _helpers() -> dict[str, object]:
    return {
        "search_link": _search_link,
        "page_link": lambda number: _search_link(page=number),
        "documents_link": lambda number: url_for("pages.documents", page=number),
        "language_link": _language_link,
        "kept": {name: request.args.get(name, "") for name in _KEPT},
        "modes": list(Mode),
        "other_language": "en" if language() == "zh" else "zh",
        "languages": HTML_LANGUAGE,
        "reasons": lambda hit: reasons(hit, language()),
        "notice_text": lambda notice: notice_text(notice, language()),
        "segments": rendering.hit_segments,
        "excerpt": rendering.hit_excerpt,
        "sentence_length": citing.SENTENCE,
    }


def _search_link(**changes: object) -> str:
    """The address of the running search with some parameters changed, back on its first page unless one is named."""
    values = {name: request.args.get(name) for name in _KEPT}
    values.update({name: str(value) if value else None for name, value in changes.items()})
    return f"{url_for('pages.search')}?{urlencode({name: value for name, value in values.items() if value})}"


def _language_link(code: str) -> str:
    """This page in another language, as an address relative to itself."""
    return "?" + urlencode({**request.args.to_dict(), "lang": code})
