"""Dataclasses → the JSON shapes that scripts outside the project rely on. Pure; offsets are in characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from search.comparison import Comparison, Row, RowKind, Side
from search.errors import TiaokuanError
from search.i18n import load_catalogue
from search.model import ChannelMatch, Citation, Citations, Clause, Document, Explanation, Hit, Notice, ResultPage
from web.reasons import reasons

Json = dict[str, object]


def search_answer(page: ResultPage, language: str) -> Json:
    """The answer to a search, or to a question for similar clauses."""
    return {
        "query": page.query,
        "mode": str(page.mode),
        "took_ms": round(page.took_ms, 1),
        "total": page.total,
        "notices": [_notice(notice, language) for notice in page.notices],
        "hits": [hit(each) for each in page.hits],
    }


def facets_answer(page: ResultPage, language: str) -> Json:
    """The counts of a query's hits; `label` is the value as people read it."""
    return {
        "query": page.query,
        "mode": str(page.mode),
        "took_ms": round(page.took_ms, 1),
        "total": page.total,
        "notices": [_notice(notice, language) for notice in page.notices],
        "facets": {
            name: [{"value": c.value, "label": value_label(name, c.value, language), "count": c.count} for c in counts]
            for name, counts in (page.facets or {}).items()
        },
    }


def value_label(name: str, value: str, language: str) -> str:
    """A facet's value as people read it: those of `level` and `validity` are names of the program."""
    key = {"level": f"level.{value}", "validity": f"validity.{value}"}.get(name)
    return load_catalogue("web").text(key, language) if key else value


def explained_answer(page: ResultPage, language: str) -> Json:
    """The same, with the reasons of each hit under `explanation`."""
    hits = [{**hit(each), "explanation": explanation(each, language)} for each in page.hits]
    return {**search_answer(page, language), "hits": hits}


def explanation(found: Hit, language: str) -> Json:
    """Why a hit stands where it stands: `shares` are what each channel added to its score, `factors` what the sum was
    then multiplied by, `copies` how many other clauses with the same text were folded into it."""
    why = found.explanation or Explanation()
    return {
        "sentence": reasons(found, language),
        "shares": {channel: match.share for channel, match in found.matched_by.items()},
        "factors": [{"name": factor.name, "value": factor.value} for factor in why.factors],
        "terms": [{"term": t.term, "weight": t.weight, "fields": list(t.fields)} for t in why.terms],
        "missing": [{"term": term, "weight": weight} for term, weight in why.missing],
        "differs": [[start, end] for start, end in why.differs or ()],
        "copies": len(found.also_in),
    }


def hit(found: Hit) -> Json:
    """One clause that answers."""
    document, clause = found.document, found.clause
    return {
        "clause_id": clause.clause_id,
        "document_id": document.document_id,
        "title": document.title,
        "issuer": document.issuer,
        "document_number": document.document_number,
        "issued_on": _iso(document.issued_on),
        "path": list(clause.path),
        "text": clause.text,
        "highlights": [[start, end] for start, end in found.highlights],
        "score": found.score,
        "matched_by": {channel: _match(match) for channel, match in found.matched_by.items()},
        "also_in": [
            {"document_id": other.document_id, "clause_id": other.clause_id, "title": other.title}
            for other in found.also_in
        ],
        "url": clause_url(document.document_id, clause.clause_id),
    }


def clause_url(document_id: str, clause_id: str) -> str:
    """Where a clause stands in its document's page."""
    return f"/documents/{quote(document_id, safe='')}#{quote(clause_id, safe='')}"


def documents_answer(documents: Sequence[Document]) -> Json:
    """The list of documents."""
    return {"documents": [document_facts(each) for each in documents]}


def document_facts(document: Document) -> Json:
    """What is known of a document, without its text. `clauses` is their number."""
    return {
        "document_id": document.document_id,
        "title": document.title,
        "issuer": document.issuer,
        "issuers": list(document.issuers),
        "document_number": document.document_number,
        "issued_on": _iso(document.issued_on),
        "page_date": _iso(document.page_date),
        "kind": document.kind,
        "source": document.source,
        "site": document.site,
        "file": document.file,
        "clauses": document.clause_count,
        "same_work_as": list(document.same_work_as),
        "region": document.region,
        "subject": document.subject,
        "index_number": document.index_number,
        "effective_on": _iso(document.effective_on),
        "expires_on": _iso(document.expires_on),
        "trial": document.trial,
        "repealed_by": list(document.repealed_by),
    }


def document_answer(document: Document, clauses: Sequence[Clause], citations: Citations, today: date) -> Json:
    """One document with its text. Here `clauses` are the clauses themselves, and their offsets point into `body`.

    `validity` is as of `today`; `evidence` has, for each fact, the words that say it."""
    return {
        **document_facts(document),
        "addressee": document.addressee,
        "coverage": document.coverage,
        "validity": str(document.validity(today)),
        "evidence": [{"fact": each.fact, "sentence": each.sentence} for each in document.evidence],
        "body": document.body,
        "clauses": [_clause(each) for each in clauses],
        "citations": _both_ways(citations),
    }


def clause_answer(clause: Clause, document: Document, citations: Citations) -> Json:
    """One clause with its document's facts, and what it cites."""
    return {
        **_clause(clause),
        "url": clause_url(clause.document_id, clause.clause_id),
        "document": document_facts(document),
        "citations": [_citation(each) for each in citations.outgoing if each.clause_id == clause.clause_id],
    }


def citations_answer(document: Document, citations: Citations) -> Json:
    """What a document cites, and where it or another edition of it is cited."""
    return {"document_id": document.document_id, "title": document.title, **_both_ways(citations)}


def _both_ways(citations: Citations) -> Json:
    return {
        "outgoing": [_citation(each) for each in citations.outgoing],
        "incoming": [_citation(each) for each in citations.incoming],
    }


def _citation(citation: Citation) -> Json:
    return {
        "document_id": citation.document_id,
        "clause_id": citation.clause_id,
        "relation": str(citation.relation),
        "title": citation.title,
        "document_number": citation.document_number,
        "cited_document_id": citation.cited_document_id,
        "sentence": citation.sentence,
        "url": clause_url(citation.document_id, citation.clause_id),
    }


def comparison_answer(document: Document, other: Document, found: Comparison) -> Json:
    """Two documents clause by clause: `here` is the document, `there` the other; `differs` are spans of `text`."""
    return {
        "document": {"document_id": document.document_id, "title": document.title},
        "other": {"document_id": other.document_id, "title": other.title},
        "equal": found.equal,
        "counts": {str(kind): found.count(kind) for kind in RowKind},
        "rows": [_row(each) for each in found.rows],
    }


def _row(row: Row) -> Json:
    return {"kind": str(row.kind), "equal": row.equal, "here": _side(row.here), "there": _side(row.there)}


def _side(side: Side | None) -> Json | None:
    if side is None:
        return None
    clause = side.clause
    return {
        "clause_id": clause.clause_id,
        "path": list(clause.path),
        "text": clause.text,
        "differs": [[start, end] for start, end in side.differs],
        "url": clause_url(clause.document_id, clause.clause_id),
    }


def error_answer(error: TiaokuanError, language: str) -> Json:
    """The one shape of an error over HTTP."""
    return {"error": {"code": error.code, "message": error.message(language), "remedy": error.remedy(language)}}


def notice_text(notice: Notice, language: str) -> str:
    """A notice in words."""
    return load_catalogue("search").text(notice.key, language, **notice.parameters)


def _notice(notice: Notice, language: str) -> Json:
    return {"code": notice.key.removeprefix("notice."), "message": notice_text(notice, language)}


def _match(match: ChannelMatch) -> Json:
    answer: Json = {"rank": match.rank, "score": match.score}
    if match.window is not None:
        answer["window"] = list(match.window)
    return answer


def _clause(clause: Clause) -> Json:
    return {
        "clause_id": clause.clause_id,
        "kind": str(clause.kind),
        "path": list(clause.path),
        "text": clause.text,
        "responsible": clause.responsible,
        "start": clause.start,
        "end": clause.end,
        "source_start": clause.source_start,
        "source_end": clause.source_end,
    }


def _iso(day: object) -> str | None:
    return None if day is None else str(day)
