"""Documents put in and taken out over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import cast

import pytest
from fake_searcher import FakeSearcher, document
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.pipeline import build_index
from search.model import ClauseKind
from search.searcher import Searcher
from search.settings import Settings
from web import access, editing, shapes
from web.app import app_on, create_app
from web.cli import main
from web.errors import BadFileName, DocumentExists, NotUploaded, UnreadableKind
from web.jobs import Action, IndexFailed, Job, Jobs, Report, State, index_anew
from web.keys import KeyFile, Role
from web.opening import SearcherHolder
from web.uploads import MAX_NAME_BYTES, Uploads, document_id, safe_name

TEXT = "关于设立民营银行的通知\n\n一、至少设立一家民营银行。\n二、支持民营企业发展。\n"
ADDRESS = "/api/v1/documents"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "意见.txt").write_text(TEXT, "utf-8")
    return Settings(home=tmp_path / "data", corpus=tmp_path / "corpus")


@pytest.fixture
def editor(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {KeyFile(settings.home).add('编辑部', Role.EDIT)}"}


# -- who may ------------------------------------------------------------------------------------------------------------


def test_editing_takes_a_key_also_where_reading_does_not_and_on_this_machine(client: FlaskClient) -> None:
    for refused in (
        client.post(f"{ADDRESS}?filename=通知.txt", data=TEXT.encode()),
        client.delete(f"{ADDRESS}/opinion"),
        client.get("/api/v1/jobs/x"),
    ):
        assert refused.status_code == 401
        assert refused.get_json()["error"]["code"] == "key_required"
        assert "WWW-Authenticate" in refused.headers


def test_a_key_that_may_only_read_edits_nothing(client: FlaskClient, settings: Settings) -> None:
    secret = KeyFile(settings.home).add("读者", Role.READ)
    refused = client.post(f"{ADDRESS}?filename=通知.txt", data=TEXT.encode(), headers={"X-API-Key": secret})
    assert refused.status_code == 403
    assert refused.get_json()["error"]["code"] == "wrong_role"
    assert not settings.uploads_folder.exists()


def test_what_a_browser_sends_by_itself_edits_nothing(client: FlaskClient, settings: Settings) -> None:
    """A form of another site comes with the password that the browser remembers."""
    secret = KeyFile(settings.home).add("编辑部", Role.EDIT)
    refused = client.post(
        ADDRESS,
        data={"file": (BytesIO(TEXT.encode()), "通知.txt")},
        auth=("编辑部", secret),
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert refused.status_code == 401
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert not settings.uploads_folder.exists()


def test_a_large_body_is_taken_only_from_who_may_edit(settings: Settings) -> None:
    keys = KeyFile(settings.home)
    edit, read = keys.add("编辑部", Role.EDIT), keys.add("读者", Role.READ)
    assert access.may_edit(keys, {"X_API_KEY": edit})
    assert access.may_edit(keys, {"AUTHORIZATION": f"Bearer {edit}"})
    for headers in ({}, {"X_API_KEY": read}, {"AUTHORIZATION": "Bearer tk_错"}, {"AUTHORIZATION": f"Basic {edit}"}):
        assert not access.may_edit(keys, headers)
    keys.path.write_text("{", "utf-8")
    assert not access.may_edit(keys, {"X_API_KEY": edit})


# -- what may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("通知.txt", "通知.txt"),
        ("国发〔2016〕62号　“意见”.docx", "国发〔2016〕62号　“意见”.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\意见.pdf", "意见.pdf"),
        ("/etc/意见.txt", "意见.txt"),
        (".隐藏.txt", "隐藏.txt"),
        ("~$意见.docx", "意见.docx"),
        ("意见\x00.txt", "意见.txt"),
        ("意见\r\nX: y.txt", "意见X_ y.txt"),
        ("意见\u202etxt.exe.txt", "意见txt.exe.txt"),
        ("a:b|c?.txt", "a_b_c_.txt"),
        ("ガ.txt", "ガ.txt"),
        ("．．／意见.txt", "．．／意见.txt"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    "name", ["", ".", "..", "...", "意见", ".txt", "../", "README.txt", "readme.md", "\x00.txt", "a." + "x" * 300]
)
def test_a_name_of_which_nothing_is_left_is_refused(name: str) -> None:
    with pytest.raises(BadFileName):
        safe_name(name)


@given(st.text(max_size=400))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    try:
        safe = safe_name(name + ".txt")
    except BadFileName:
        return
    folder = Path("/srv/uploads")
    assert (folder / safe).resolve().parent == folder
    assert not safe.startswith((".", "~$"))
    assert safe.isprintable()
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert safe_name(safe) == safe


def test_a_file_is_put_in_whole_and_replaces_none(settings: Settings) -> None:
    uploads = Uploads(settings)
    assert uploads.save("../通知.txt", TEXT.encode()) == "通知.txt"
    assert [file.name for file in settings.uploads_folder.iterdir()] == ["通知.txt"]
    for name in ("通知.txt", "意见.txt"):
        with pytest.raises(DocumentExists, match=document_id(name)):
            uploads.save(name, b"x")
    assert (settings.uploads_folder / "通知.txt").read_bytes() == TEXT.encode()
    with pytest.raises(UnreadableKind, match=r"\.exe"):
        uploads.save("意见.exe", b"MZ")


def test_only_what_was_uploaded_is_taken_out(settings: Settings) -> None:
    uploads = Uploads(settings)
    uploads.save("通知.txt", TEXT.encode())
    lines = [(ClauseKind.TEXT, (), "民营银行")]

    def of(file: str, identity: str | None = None) -> str:
        facts = document(identity or document_id(file), "标题", lines).facts
        return uploads.file_of(replace(facts, file=file))

    assert of("通知.txt") == "通知.txt"
    for file in ("意见.txt", "没有.txt", "../corpus/意见.txt", str(settings.corpus / "意见.txt"), "子/通知.txt"):
        with pytest.raises(NotUploaded):
            of(file)
    with pytest.raises(NotUploaded):
        of("通知.txt", "d000")
    (settings.corpus / "通知.txt").write_text(TEXT, "utf-8")
    with pytest.raises(NotUploaded):
        of("通知.txt")


@pytest.mark.parametrize(
    ("query", "data", "refusal"),
    [
        ("", b"x", (400, "bad_file_name")),
        ("?filename=", b"x", (400, "bad_file_name")),
        ("?filename=意见", b"x", (400, "bad_file_name")),
        ("?filename=意见.exe", b"x", (415, "unreadable_kind")),
        ("?filename=意见.txt", b"x", (409, "document_exists")),
        ("?filename=通知.txt", b"x" * 200, (413, "too_large")),
        ("?filename=通知.txt", b"x" * 100_000, (413, "too_large")),
    ],
)
def test_what_cannot_be_taken_is_refused_in_the_one_shape(
    settings: Settings, editor: dict[str, str], query: str, data: bytes, refusal: tuple[int, str]
) -> None:
    small = Settings(home=settings.home, corpus=settings.corpus, max_upload_bytes=100)
    client = create_app(small, cast(Searcher, FakeSearcher([]))).test_client()
    refused = client.post(ADDRESS + query, data=data, headers=editor)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == refusal
    assert not settings.uploads_folder.exists()


# -- one after the other ------------------------------------------------------------------------------------------------


def job(file: str, action: Action = Action.ADD) -> Job:
    return Job(action, file, document_id(file), "编辑部")


def states(jobs: Jobs, given: list[Job]) -> list[tuple[State, str]]:
    return [(found.state, found.message) for each in given if (found := jobs.get(each.job_id))]


def test_what_waits_at_the_same_time_is_done_by_one_run_and_never_two_at_once() -> None:
    begun, may_end, runs = Event(), Event(), []

    def run() -> Report:
        assert not runs or runs[-1] == "ended"
        runs.append("begun")
        begun.set()
        may_end.wait()
        runs[-1] = "ended"
        return {"skipped": []}

    jobs = Jobs(run, lambda file: None)
    first = jobs.add(job("甲.txt"))
    begun.wait()
    waiting = [jobs.add(job("乙.txt")), jobs.add(job("丙.txt", Action.REMOVE))]
    assert states(jobs, [first, *waiting]) == [(State.RUNNING, ""), (State.QUEUED, ""), (State.QUEUED, "")]
    may_end.set()
    jobs.wait()
    assert states(jobs, [first, *waiting]) == [(State.DONE, "")] * 3
    assert runs == ["ended", "ended"]


def test_a_file_that_cannot_be_read_fails_alone_and_is_taken_out_again() -> None:
    gone: list[str] = []
    jobs = Jobs(lambda: {"skipped": [{"file": "扫描.pdf", "reason": "scanned"}]}, gone.append)
    given = [jobs.add(job("扫描.pdf"))]
    jobs.wait()
    given.append(jobs.add(job("通知.txt")))
    jobs.wait()
    assert states(jobs, given) == [(State.FAILED, "scanned"), (State.DONE, "")]
    assert gone == ["扫描.pdf"]


def test_a_run_that_comes_to_nothing_says_why_and_the_next_one_goes_on() -> None:
    outcomes: Iterator[Exception | None] = iter([IndexFailed("磁盘已满"), RuntimeError("秘密"), None])

    def run() -> Report:
        if problem := next(outcomes):
            raise problem
        return {}

    jobs, given = Jobs(run, lambda file: None), []
    for name in ("甲.txt", "乙.txt", "丙.txt"):
        given.append(jobs.add(job(name)))
        jobs.wait()
    assert states(jobs, given) == [(State.FAILED, "磁盘已满"), (State.FAILED, "internal error"), (State.DONE, "")]


# -- the whole of it ----------------------------------------------------------------------------------------------------


def test_an_uploaded_document_is_found_and_a_removed_one_is_not(
    settings: Settings, editor: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(settings: Settings) -> Report:
        """What `index_anew` does, without a process of its own that loads the model each time."""
        return build_index(settings, settings.default_sources, progress=False).as_dict()

    monkeypatch.setattr(editing, "index_anew", run)
    holder = SearcherHolder(settings)
    client = app_on(settings, holder).test_client()

    def finished(answer: object) -> dict[str, str]:
        url = answer.headers["Location"]  # type: ignore[attr-defined]
        while (found := client.get(url, headers=editor).get_json())["state"] in {"queued", "running"}:
            Event().wait(0.1)
        return cast(dict[str, str], found)

    try:
        sent = {"file": (BytesIO("关于水稻的通知\n\n一、推广水稻旱育稀植。\n".encode()), "../水稻〔2024〕1号.txt")}
        accepted = client.post(ADDRESS, data=sent, headers=editor)
        empty = client.post(f"{ADDRESS}?filename=空.txt", data=b"", headers=editor)
        assert (accepted.status_code, empty.status_code) == (202, 202)
        done = finished(accepted)
        shapes.JobAnswer.model_validate_json(json.dumps(done))
        assert (done["state"], done["file"], done["message"]) == ("done", "水稻〔2024〕1号.txt", "")
        found = client.get("/api/v1/search?q=“水稻旱育稀植”&mode=keyword").get_json()
        assert [hit["document_id"] for hit in found["hits"]] == [done["document_id"]]

        assert finished(empty)["state"] == "failed"
        assert not (settings.uploads_folder / "空.txt").exists()

        refused = client.delete(f"{ADDRESS}/{document_id('意见.txt')}", headers=editor)
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "not_uploaded")
        removed = client.delete(f"{ADDRESS}/{done['document_id']}", headers=editor)
        assert finished(removed)["state"] == "done"
        assert client.get(f"{ADDRESS}/{done['document_id']}").status_code == 404
        assert client.get(f"{ADDRESS}/{document_id('意见.txt')}").status_code == 200
        assert client.get("/api/v1/jobs/没有", headers=editor).status_code == 404
    finally:
        holder.close()


def test_the_index_is_made_anew_in_a_process_of_its_own(settings: Settings) -> None:
    Uploads(settings).save("通知〔2024〕1号.txt", TEXT.encode())
    report = index_anew(settings)
    assert {each["file"] for each in report["documents"]} == {"意见.txt", "通知〔2024〕1号.txt"}
    with pytest.raises(IndexFailed, match="没有的文件夹") as failure:
        index_anew(settings.model_copy(update={"corpus": settings.home / "没有的文件夹"}))
    assert "\n" not in str(failure.value)


def test_an_index_of_other_paths_is_not_lost_by_an_upload(
    settings: Settings, editor: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    (elsewhere / "另一件.txt").write_text(TEXT, "utf-8")
    build_index(settings, [elsewhere], progress=False)
    holder = SearcherHolder(settings)
    client = app_on(settings, holder).test_client()
    try:
        accepted = client.post(f"{ADDRESS}?filename=通知.txt", data=TEXT.encode(), headers=editor)
        while (found := client.get(accepted.headers["Location"], headers=editor).get_json())["state"] in {
            "queued",
            "running",
        }:
            Event().wait(0.01)
        assert found["state"] == "failed"
        assert "另一件.txt" in found["message"]
        assert [d.file for d in holder.get().documents()] == ["另一件.txt"]
    finally:
        holder.close()


def test_the_command_indexes_what_was_uploaded_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Uploads(settings).save("通知.txt", TEXT.encode())
    monkeypatch.setenv("TIAOKUAN_HOME", str(settings.home))
    monkeypatch.setenv("TIAOKUAN_CORPUS", str(settings.corpus))
    assert main(["index", "--json"]) == 0
    assert main(["documents", "--json"]) == 0
    assert capsys.readouterr().out.count('"file": "通知.txt"') >= 1


def test_without_a_key_file_nobody_edits(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with()
    refused = client.post(f"{ADDRESS}?filename=通知.txt", data=b"x", headers={"Authorization": "Bearer tk_"})
    assert refused.status_code == 401
