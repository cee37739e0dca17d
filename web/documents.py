"""The pages of one document, and the files that can be taken away from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.comparison import Row, RowKind
from search.comparison import compare as compare_clauses
from search.errors import BadRequest, NotFound
from search.model import Citations, Document
from web import answers, caching, citation_formats, citing, exporting, original, rendering
from web.citation_formats import Cited
from web.downloads import download, file_name
from web.language import text
from web.opening import SearcherHolder
from web.outline import Block, blocks, outline, rows

if TYPE_CHECKING:
    from search.searcher import Searcher


def add_document_pages(pages: Blueprint, holder: SearcherHolder) -> None:
    """The views of documents, on the blueprint of the pages."""

    @pages.get("/documents/<document_id>")
    def document(document_id: str) -> ResponseReturnValue:
        return _document(holder.get(), document_id)

    @pages.get("/documents/<document_id>/compare/<other_id>")
    def compare(document_id: str, other_id: str) -> ResponseReturnValue:
        return _compare(holder.get(), document_id, other_id)

    @pages.get("/documents/<document_id>/original")
    def original(document_id: str) -> ResponseReturnValue:
        return _original(holder.get(), document_id)

    @pages.get("/documents/<document_id>/original.txt")
    def original_text(document_id: str) -> ResponseReturnValue:
        searcher = holder.get()
        name = _name(searcher.document(document_id), "txt")
        return download(searcher.original(document_id), "text/plain; charset=utf-8", name)

    @pages.get("/clauses/<clause_id>/cite")
    def cite(clause_id: str) -> ResponseReturnValue:
        searcher = holder.get()
        clause = searcher.clause(clause_id)
        found = searcher.document(clause.document_id)
        whole = cited(found)
        place = Cited(found, _address(found, clause.clause_id), whole.today, citation_formats.place_of(clause))
        texts = {name: citation_formats.gb_t_7714(each) for name, each in (("clause", place), ("document", whole))}
        return render_template("cite.html", clause=clause, document=found, texts=texts)

    _add_downloads(pages, holder)


def _add_downloads(pages: Blueprint, holder: SearcherHolder) -> None:
    made: Mapping[str, Callable[[Searcher, Document], Response]] = {
        "csv": _csv,
        "json": _json,
        "docx": _docx,
        "ris": _ris,
        "csl": _csl,
    }

    @pages.get("/documents/<document_id>.<any(csv, json, docx, ris):form>", endpoint="download")
    @pages.get("/documents/<document_id>.csl.json", endpoint="download", defaults={"form": "csl"})
    def taken(document_id: str, form: str) -> ResponseReturnValue:
        """A document as a file: csv, json and docx its clauses, ris and csl how to cite it."""
        searcher = holder.get()
        return made[form](searcher, searcher.document(document_id))


def cited(document: Document) -> Cited:
    """A document as its page of this site is cited today."""
    return Cited(document, _address(document), date.today())


def _address(document: Document, clause_id: str | None = None) -> str:
    return url_for("pages.document", document_id=document.document_id, _external=True, _anchor=clause_id)


# -- pages ---------------------------------------------------------------------------------------------------------------


def _document(searcher: Searcher, document_id: str) -> ResponseReturnValue:
    document = searcher.document(document_id)
    clauses = searcher.clauses(document_id)
    citations = searcher.citations(document_id)
    others = _named(searcher, citations)
    laid = blocks(document, clauses, _marks(searcher, request.args.get("q", ""), document_id))
    whole = cited(document)
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
        blocks=laid,
        rows=rows,
        marked_places=_marked_places(laid),
        metadata=citation_formats.page_metadata(whole),
        citation=citation_formats.gb_t_7714(whole),
        longest=current_app.config["MAX_QUERY_CHARACTERS"],
    )


def _marks(searcher: Searcher, query: str, document_id: str) -> Mapping[str, Sequence[rendering.Span]]:
    """What is marked of the words that led here, or that are looked for here. What cannot be asked marks nothing."""
    with suppress(BadRequest):
        return searcher.find_in(document_id, query) if query.strip() else {}
    return {}


def _marked_places(laid: Sequence[Block]) -> list[str]:
    """For each mark of a page, in order, the clause that has it."""
    return [
        piece.clause.clause_id
        for block in laid
        for piece in block.pieces
        for run in (*piece.segments, *piece.rest)
        if run.css
    ]


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


def _original(searcher: Searcher, document_id: str) -> ResponseReturnValue:
    document = searcher.document(document_id)
    shown = original.passages(document, searcher.clauses(document_id), searcher.original(document_id))
    return render_template("original.html", document=document, passages=shown)


def _editions(searcher: Searcher, document: Document) -> list[Document]:
    editions = []
    for document_id in document.same_work_as:
        with suppress(NotFound):
            editions.append(searcher.document(document_id))
    return editions


def _named(searcher: Searcher, citations: Citations) -> dict[str, Document]:
    """The documents at the other end of citations, by id, without their texts."""
    ids = {each.cited_document_id for each in citations.outgoing} | {each.document_id for each in citations.incoming}
    return {each.document_id: each for each in searcher.facts() if each.document_id in ids} if ids else {}


# -- files ---------------------------------------------------------------------------------------------------------------


def _csv(searcher: Searcher, document: Document) -> Response:
    body = exporting.clauses_csv(searcher.clauses(document.document_id))
    return download(body, exporting.CSV_TYPE, _name(document, "csv"))


def _json(searcher: Searcher, document: Document) -> Response:
    clauses, citations = searcher.clauses(document.document_id), searcher.citations(document.document_id)
    return caching.conditional(jsonify(answers.document_answer(document, clauses, citations, date.today())))


def _docx(searcher: Searcher, document: Document) -> Response:
    facts = exporting.docx_facts(document, text)
    body = exporting.document_docx(document, searcher.clauses(document.document_id), facts, _address(document))
    return download(body, exporting.DOCX_TYPE, _name(document, "docx"))


def _ris(_: Searcher, document: Document) -> Response:
    body = citation_formats.ris(cited(document))
    return download(body, f"{citation_formats.RIS_TYPE}; charset=utf-8", _name(document, "ris"))


def _csl(_: Searcher, document: Document) -> Response:
    body = json.dumps(citation_formats.csl_json(cited(document)), ensure_ascii=False, indent=1)
    return download(body, citation_formats.CSL_TYPE, _name(document, "csl.json"))


def _name(document: Document, extension: str) -> str:
    return file_name(document.document_number or document.title, extension, document.document_id)
