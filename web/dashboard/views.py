"""What editors see: how the index is, its documents, its generations, what was asked, and suggestions for the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search.doctor import Severity, glance
from search.errors import TiaokuanError, UnknownPage
from search.generation import is_name
from search.model import Document
from search.settings import Settings
from search.understanding.synonym_file import SynonymFile
from web import params
from web.asked import Record
from web.dashboard import holdings
from web.dashboard.generations import Kept, kept_generations
from web.dashboard.wording import Words
from web.errors import NotUploaded
from web.jobs import Job, Jobs, State
from web.language import language
from web.opening import SearcherHolder
from web.uploads import Uploads

LISTED = 50
JOBS = 30
QUERIES = 30
CHANGES = 3
"""Generations whose changes the overview tells."""
_UNDER_WAY = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pages are made from."""

    holder: SearcherHolder
    settings: Settings
    jobs: Jobs
    record: Record
    words: Words


def add_pages(dashboard: Blueprint, parts: Parts) -> None:
    """The five pages, and the two that ask before something is done."""
    dashboard.context_processor(lambda: {"now": datetime.now(UTC), "done": request.args.get("done", "")})

    @dashboard.get("")
    def overview() -> ResponseReturnValue:
        return _overview(parts)

    @dashboard.get("/documents")
    def documents() -> ResponseReturnValue:
        return _documents(parts)

    @dashboard.get("/documents/<document_id>/remove")
    def ask_remove(document_id: str) -> ResponseReturnValue:
        found = parts.holder.get().document(document_id)
        return render_template(
            "dashboard/remove.html", document=found, uploaded=is_uploaded(Uploads(parts.settings), found)
        )

    @dashboard.get("/generations")
    def generations() -> ResponseReturnValue:
        return render_template("dashboard/generations.html", kept=kept_generations(parts.settings.home))

    @dashboard.get("/generations/<name>/go-back")
    def ask_go_back(name: str) -> ResponseReturnValue:
        return render_template("dashboard/go_back.html", kept=generation_named(parts.settings, name))

    @dashboard.get("/queries")
    def queries() -> ResponseReturnValue:
        record = parts.record
        return render_template(
            "dashboard/queries.html",
            slow=record.slow(QUERIES),
            empty=record.empty(QUERIES),
            frequent=record.frequent(QUERIES),
            record=record,
        )

    @dashboard.get("/words")
    def words() -> ResponseReturnValue:
        return _words(parts)


def is_uploaded(uploads: Uploads, document: Document) -> bool:
    """Whether removing a document removes its file."""
    with suppress(NotUploaded):
        uploads.file_of(document)
        return True
    return False


def generation_named(settings: Settings, name: str) -> Kept:
    """One that can be gone back to. Raises UnknownPage."""
    for kept in kept_generations(settings.home):
        if is_name(name) and kept.name == name and not kept.live and kept.problem is None:
            return kept
    raise UnknownPage


def _overview(parts: Parts) -> ResponseReturnValue:
    facts, problem = _facts(parts)
    kept = kept_generations(parts.settings.home)
    findings = sorted(
        glance(parts.settings).findings, key=lambda each: list(Severity).index(each.severity), reverse=True
    )
    return render_template(
        "dashboard/overview.html",
        problem=_said(problem),
        findings=[(each.severity, each.message(language()), each.remedy(language())) for each in findings],
        semantic=parts.holder.semantic,
        documents=len(facts),
        clauses=sum(document.clause_count for document in facts),
        live=next((each for each in kept if each.live), None),
        changed=[each for each in kept if each.changes is not None][:CHANGES],
        tables={
            "issuer": holdings.by_issuer(facts),
            "kind": holdings.by_kind(facts),
            "year": holdings.by_year(facts),
        },
        under_way=[job for job in parts.jobs.all() if job.state in _UNDER_WAY],
    )


def _documents(parts: Parts) -> ResponseReturnValue:
    facts, problem = _facts(parts)
    wanted = request.args.get("find", "").strip()[:100]
    number = params.page(request.args, language())
    found = holdings.matching(facts, wanted) if wanted else list(facts)
    start = (number - 1) * LISTED
    uploads = Uploads(parts.settings)
    return render_template(
        "dashboard/documents.html",
        problem=_said(problem),
        wanted=wanted,
        count=len(found),
        shown=[(document, is_uploaded(uploads, document)) for document in found[start : start + LISTED]],
        page=number,
        last=ceil(len(found) / LISTED),
        link=lambda to: url_for("dashboard.documents", find=wanted or None, page=to),
        jobs=_latest(parts.jobs),
        endings=" ".join(uploads.endings),
        accepted=",".join(uploads.endings),
        most=parts.settings.max_upload_bytes // 1_000_000,
    )


def _words(parts: Parts) -> ResponseReturnValue:
    own: Sequence[str] = ()
    problem: TiaokuanError | None = None
    suggestions = None
    file = SynonymFile(parts.settings.home)
    with suppress(OSError, ValueError):
        own = file.lines()
    try:
        suggestions = parts.words.suggestions()
    except TiaokuanError as error:
        problem = error
    return render_template(
        "dashboard/words.html", problem=_said(problem), suggestions=suggestions, own=own, file=file.path
    )


def _facts(parts: Parts) -> tuple[Sequence[Document], TiaokuanError | None]:
    """All documents, or why there are none: an editor needs these pages most when the index is broken."""
    try:
        return parts.holder.get().facts(), None
    except TiaokuanError as error:
        return (), error


def _said(problem: TiaokuanError | None) -> tuple[str, str] | None:
    return None if problem is None else (problem.message(language()), problem.remedy(language()))


def _latest(jobs: Jobs) -> list[Job]:
    return jobs.all()[:JOBS]
