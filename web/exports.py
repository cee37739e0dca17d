"""A search's hits as files: a table (CSV) and a text (DOCX), with the filters and in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from search.model import Hit, ResultPage
from web import exporting, narrowing, outcome, params, rendering, results
from web.answers import notice_text
from web.downloads import download, file_name
from web.language import language, text
from web.opening import SearcherHolder
from web.params import SearchParameters
from web.reasons import reasons

if TYPE_CHECKING:
    from docx.document import Document as Word

COLUMNS = ("number", "title", "issuer", "number_of_document", "issued_on", "path", "text", "also_in", "reasons", "link")


def create_exports(holder: SearcherHolder) -> Blueprint:
    """The blueprint of the files. They take what /search takes, but for the page; at most `params.MOST_EXPORTED` hits are in them."""
    exports = Blueprint("exports", __name__)

    @exports.get("/search.csv")
    def csv() -> ResponseReturnValue:
        asked, page = _found(holder)
        return download(hits_csv(page), exporting.CSV_TYPE, file_name(asked.query, "csv", "search"))

    @exports.get("/search.docx")
    def docx() -> ResponseReturnValue:
        asked, page = _found(holder)
        return download(hits_docx(asked, page), exporting.DOCX_TYPE, file_name(asked.query, "docx", "search"))

    return exports


def hits_csv(page: ResultPage) -> bytes:
    """One hit a row, under names in the language of the request."""
    rows = (
        (
            number,
            hit.document.title,
            hit.document.issuer,
            hit.document.document_number,
            hit.document.issued_on,
            exporting.PATH_STEP.join(hit.clause.path),
            hit.clause.text,
            "\n".join(other.title for other in hit.also_in),
            reasons(hit, language()),
            _address(hit),
        )
        for number, hit in enumerate(page.hits, 1)
    )
    return exporting.table([text(f"export.{name}") for name in COLUMNS], rows)


def hits_docx(asked: SearchParameters, page: ResultPage) -> bytes:
    """The query and how it was asked, then each hit with its document's facts; matched words are bold."""
    word = exporting.new_docx(text("search.heading", query=page.query))
    for line in _head(asked, page):
        word.add_paragraph(exporting.xml_text(line))
    for number, hit in enumerate(page.hits, 1):
        _add_hit(word, number, hit)
    return exporting.saved(word)


def _found(holder: SearcherHolder) -> tuple[SearchParameters, ResultPage]:
    asked = params.search_parameters(request.args, language())
    page = holder.get().search(
        asked.query,
        mode=asked.mode,
        limit=params.MOST_EXPORTED,
        filters=asked.filters,
        sort=asked.sort,
        explained=asked.explained,
    )
    return asked, outcome.note_page(page)


def _head(asked: SearchParameters, page: ResultPage) -> Iterator[str]:
    yield text("export.line", name=text("search.modes"), value=text(f"mode.{page.mode}"))
    yield text("export.line", name=text("search.sorts"), value=text(f"sort.{asked.sort}"))
    for chip in narrowing.chips(asked.filters, results.search_link):
        yield text("export.line", name=text(f"filter.{chip.name}"), value=chip.value)
    yield text("search.total", total=page.total) + (
        text("export.first", count=len(page.hits)) if page.total > len(page.hits) else ""
    )
    for notice in page.notices:
        yield notice_text(notice, language())
    yield url_for("pages.search", _external=True, **request.args.to_dict())


def _add_hit(word: Word, number: int, hit: Hit) -> None:
    document = hit.document
    facts = (document.issuer, document.document_number, document.issued_on and str(document.issued_on))
    word.add_heading(exporting.xml_text(f"{number}. {document.title}"), level=1)
    lines = (" · ".join(fact for fact in facts if fact), exporting.PATH_STEP.join(hit.clause.path))
    for line in filter(None, lines):
        word.add_paragraph(exporting.xml_text(line))
    paragraph = word.add_paragraph()
    for run in rendering.hit_segments(hit):
        written = paragraph.add_run(exporting.xml_text(run.text))
        if rendering.KEYWORD in run.css:
            written.bold = True
    word.add_paragraph(_address(hit))


def _address(hit: Hit) -> str:
    return url_for("pages.document", document_id=hit.document.document_id, _external=True, _anchor=hit.clause.clause_id)
