"""What editors do: put documents in, take them out, go back a generation, add synonyms, forget what was asked.

Each is a form that answers with a redirect, so that loading a page again does nothing twice."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from search.rollback import roll_back
from search.understanding.synonym_file import SynonymFile
from web.dashboard.entering import check_form
from web.dashboard.views import Parts, generation_named, is_uploaded
from web.editing import FORM_BYTES
from web.errors import BadFileName, TooLarge
from web.jobs import Action, Job
from web.uploads import Uploads, document_id


def add_forms(dashboard: Blueprint, parts: Parts) -> None:
    """The addresses that change something."""
    _add_documents(dashboard, parts)

    @dashboard.post("/generations/<name>/go-back")
    def go_back(name: str) -> ResponseReturnValue:
        check_form()
        roll_back(parts.settings, generation_named(parts.settings, name).name)
        return _done("generations", "went_back")

    @dashboard.post("/words/add")
    def add_word() -> ResponseReturnValue:
        check_form()
        given = request.form
        file = SynonymFile(parts.settings.home)
        file.add(given.get("typed", ""), given.get("meant", ""), both_ways=given.get("both") == "1")
        return _done("words", "added")

    @dashboard.post("/words/remove")
    def remove_word() -> ResponseReturnValue:
        check_form()
        SynonymFile(parts.settings.home).remove(request.form.get("line", ""))
        return _done("words", "removed")

    @dashboard.post("/queries/clear")
    def clear_queries() -> ResponseReturnValue:
        check_form()
        parts.record.clear()
        return _done("queries", "cleared")


def _add_documents(dashboard: Blueprint, parts: Parts) -> None:
    settings, jobs = parts.settings, parts.jobs
    uploads = Uploads(settings)

    @dashboard.post("/documents")
    def upload() -> ResponseReturnValue:
        request.max_content_length = settings.max_upload_bytes + FORM_BYTES
        check_form()
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise BadFileName(name="")
        data = sent.read()
        if len(data) > settings.max_upload_bytes:
            raise TooLarge
        saved = uploads.save(sent.filename, data)
        jobs.add(Job(Action.ADD, saved, document_id(saved), g.caller.name))
        return _done("documents", "uploaded")

    @dashboard.post("/documents/<document_id>/remove")
    def remove(document_id: str) -> ResponseReturnValue:
        check_form()
        found = parts.holder.get().document(document_id)
        action = Action.WITHDRAW
        if is_uploaded(uploads, found):
            uploads.remove(uploads.file_of(found))
            action = Action.REMOVE
        jobs.add(Job(action, found.file, document_id, g.caller.name))
        return _done("documents", "removing")


def _done(page: str, what: str) -> ResponseReturnValue:
    return redirect(url_for(f"dashboard.{page}", done=what), 303)
