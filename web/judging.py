"""The page where editors judge results, so that relevance can be measured on their own questions (`tiaokuan evaluate`).

What the three modes find is pooled, and shown without saying which found it or how high. There only with the setting
`judging`: whoever reaches the page can save.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from search.errors import BadParameter, EmptyQuery, ModelUnavailable, QueryTooLong
from search.evaluation.judgments import CLASSES, GRADES, JudgedQuery, JudgmentFile, reference
from search.model import Hit, Mode, Notice
from web import forms, params
from web.language import text
from web.opening import SearcherHolder

if TYPE_CHECKING:
    from search.searcher import Searcher
    from search.settings import Settings

POOLED = 10
"""Results taken from each mode."""
LISTED = 50
"""Judged queries that the page names, the latest first."""
_GRADE = "grade-"
_MAX_FORM = 256 * 1024  # bytes


def install(app: Flask, holder: SearcherHolder, settings: Settings) -> None:
    """Add the page and its link in the footer, where the setting asks for them."""
    app.jinja_env.globals["judging"] = settings.judging
    if settings.judging:
        app.register_blueprint(create_judging(holder, settings))


def create_judging(holder: SearcherHolder, settings: Settings) -> Blueprint:
    """The blueprint of the page, of saving, and of the saved file."""
    judging = Blueprint("judging", __name__)
    file = JudgmentFile(settings.home)

    @judging.get("/judge")
    def judge() -> ResponseReturnValue:
        query = _query(settings)
        modes = [params.mode(request.args)] if request.args.get("mode", "").strip() else list(Mode)
        hits, notices = pool(holder.get(), query, modes) if query else ([], [])
        judged = file.queries()
        return render_template(
            "judge.html",
            query=query,
            mode=request.args.get("mode", ""),
            hits=hits,
            notices_shown=notices,
            saved=next((each for each in judged if each.query == query), None),
            judged=judged[::-1][:LISTED],
            count=len(judged),
            grades=GRADES,
            classes=CLASSES,
            outcome=request.args.get("saved", ""),
        )

    @judging.post("/judge")
    def save() -> ResponseReturnValue:
        request.max_content_length = _MAX_FORM
        forms.refuse_foreign()
        query = _query(settings)
        if not query:
            raise EmptyQuery
        outcome = _save(file, holder.get(), query)
        address = url_for("judging.judge", q=query, mode=request.form.get("mode") or None, saved=outcome)
        return redirect(address, 303)

    @judging.get("/judge/judgments.jsonl")
    def download() -> ResponseReturnValue:
        if not file.path.exists():
            abort(404)
        headers = {"Content-Disposition": f"attachment; filename={file.path.name}", "Cache-Control": "no-store"}
        return Response(file.path.read_bytes(), mimetype="application/jsonl; charset=utf-8", headers=headers)

    return judging


def pool(searcher: Searcher, query: str, modes: Sequence[Mode]) -> tuple[list[Hit], list[Notice]]:
    """The first results of each mode, each once, in an order that tells nothing of rank and mode but stays the same."""
    found: dict[str, Hit] = {}
    notices: dict[str, Notice] = {}
    for mode in modes:
        with suppress(ModelUnavailable):  # what the other modes find can be judged
            page = searcher.search(query, mode=mode, limit=POOLED)
            notices |= {notice.key: notice for notice in page.notices}
            for hit in page.hits:
                found.setdefault(hit.clause.clause_id, hit)
    shuffled = sorted(found, key=lambda clause_id: sha256(f"{query} {clause_id}".encode()).digest())
    return [found[clause_id] for clause_id in shuffled], list(notices.values())


def _query(settings: Settings) -> str:
    query = request.values.get("q", "").strip()
    if len(query) > settings.max_query_characters:
        raise QueryTooLong(length=len(query), limit=settings.max_query_characters)
    return query


def _save(file: JudgmentFile, searcher: Searcher, query: str) -> str:
    """Save the form's grades: `judged`, or `nothing` where no grade was given and no word that nothing answers."""
    grades = dict(_grades(request.form))
    given = {clause_id: grade for clause_id, grade in grades.items() if grade is not None}
    group = request.form.get("class", "")
    if group not in {"", *CLASSES}:
        raise BadParameter(name="class", value=group, expected=text("judge.expected_class"))
    clauses = {clause_id: searcher.clause(clause_id) for clause_id in given}
    documents = {clause.document_id: searcher.document(clause.document_id) for clause in clauses.values()}
    references = {i: reference(documents[c.document_id], c) for i, c in clauses.items()}
    known = file.of(query)
    if not given and known is None and "none" not in request.form:
        return "nothing"

    def change(before: JudgedQuery | None) -> JudgedQuery:
        before = before or JudgedQuery(query, {})
        kept = {i: grade for i, grade in before.judgments.items() if i not in grades}
        judgments = {**kept, **given}
        named = {i: name for i, name in {**before.references, **references}.items() if i in judgments}
        return replace(before, judgments=judgments, group=group, references=named)

    file.update(query, change)
    return "judged"


def _grades(form: Mapping[str, str] | MultiDict[str, str]) -> Iterator[tuple[str, int | None]]:
    """Clause id and grade of each clause on the form; None where it was left unjudged."""
    for name, value in form.items():
        if name.startswith(_GRADE):
            if value not in {"", *map(str, GRADES)}:
                raise BadParameter(name=name, value=value, expected=text("judge.expected_grade"))
            yield name.removeprefix(_GRADE), int(value) if value else None
