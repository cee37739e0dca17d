"""Documents put in and taken out over HTTP, by whoever has a key that may edit. The index follows in the background."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from search.errors import TiaokuanError
from search.settings import Settings
from web import access
from web.answers import Json
from web.errors import BadFileName, IndexOfOtherPaths, TooLarge, UnknownJob
from web.jobs import Action, IndexFailed, Job, Jobs, Report, index_anew, withdraw
from web.keys import Role
from web.opening import SearcherHolder
from web.uploads import Uploads, document_id

FORM_BYTES = 64 * 1024
"""What a form adds to its file."""


def jobs_of(settings: Settings, holder: SearcherHolder) -> Jobs:
    """The queue of an app."""
    uploads = Uploads(settings)

    def run() -> Report:
        try:
            _refuse_other_paths(holder, uploads, settings)
        except TiaokuanError as error:  # of an index that cannot be read, nobody knows what would be lost
            raise IndexFailed(f"{error.message(settings.language)} ({error.remedy(settings.language)})") from error
        return index_anew(settings)

    return Jobs(run, uploads.remove, lambda document_ids: withdraw(settings, document_ids))


def create_editing(holder: SearcherHolder, settings: Settings, jobs: Jobs) -> Blueprint:
    """The blueprint of the three addresses. A browser sends no key by itself, so that no page elsewhere can edit."""
    editing = Blueprint("editing", __name__)
    uploads = Uploads(settings)
    editing.before_request(lambda: _begin(settings))
    editing.after_request(_unkept)

    @editing.post("/api/v1/documents")
    def upload() -> ResponseReturnValue:
        """Put a document in: a form with `file`, or the bytes themselves with `filename` in the address."""
        name, data = _sent()
        if len(data) > settings.max_upload_bytes:
            raise TooLarge
        saved = uploads.save(name, data)
        return _accepted(jobs.add(Job(Action.ADD, saved, document_id(saved), _editor())))

    @editing.delete("/api/v1/documents/<document_id>")
    def remove(document_id: str) -> ResponseReturnValue:
        """Take an uploaded document out."""
        file = uploads.file_of(holder.get().document(document_id))
        uploads.remove(file)
        return _accepted(jobs.add(Job(Action.REMOVE, file, document_id, _editor())))

    @editing.get("/api/v1/jobs/<job_id>")
    def job(job_id: str) -> ResponseReturnValue:
        """How far a change is."""
        found = jobs.get(job_id)
        if found is None:
            raise UnknownJob(job_id=job_id)
        return jsonify(job_answer(found))

    return editing


def job_answer(job: Job) -> Json:
    """A job as programs see it."""
    return {
        "job_id": job.job_id,
        "state": job.state,
        "action": job.action,
        "document_id": job.document_id,
        "file": job.file,
        "created": job.created,
        "message": job.message,
        "url": url_for("editing.job", job_id=job.job_id),
    }


def _begin(settings: Settings) -> None:
    access.require(Role.EDIT)
    request.max_content_length = settings.max_upload_bytes + FORM_BYTES


def _editor() -> str:
    return access.require(Role.EDIT).name


def _sent() -> tuple[str, bytes]:
    if file := request.files.get("file"):
        return file.filename or "", file.read()
    if not (name := request.args.get("filename", "")):
        raise BadFileName(name="")
    return name, request.get_data()


def _accepted(job: Job) -> ResponseReturnValue:
    response = jsonify(job_answer(job))
    response.status_code = 202
    response.location = url_for("editing.job", job_id=job.job_id)
    return response


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse_other_paths(holder: SearcherHolder, uploads: Uploads, settings: Settings) -> None:
    """An index of other paths than the setting `corpus` would lose them all by being made anew from the setting."""
    from search.errors import NoIndex

    try:
        documents = holder.get().documents()
    except NoIndex:
        return
    gone = [document.file for document in documents if not uploads.holds(document)]
    if len(gone) * 2 > len(documents):
        raise IndexOfOtherPaths(file=gone[0], corpus=settings.corpus)
