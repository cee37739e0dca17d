"""What editors see on the dashboard, and what they can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from desk import PAGES, sign_in, token
from fake_searcher import HOSTILE, FakeSearcher
from flask.testing import FlaskClient
from live_server import ask, serving

from search.errors import NoIndex
from search.settings import Settings
from web.app import create_app
from web.dashboard.entering import COOKIE

if TYPE_CHECKING:
    from search.searcher import Searcher


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    return Settings(home=tmp_path / "data", cache=tmp_path / "cache", corpus=tmp_path / "corpus")


# -- what is seen ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_titles_stay_text_and_no_page_needs_a_script(editor: FlaskClient, page: str, lang: str) -> None:
    editor.get(f"/search?q={HOSTILE}")
    editor.get(f"/search?q={HOSTILE}没有")
    editor.post(
        "/dashboard/words/add",
        data={"typed": "a'\"><b>", "meant": HOSTILE[:-1].replace(">", ""), "token": token(editor)},
    )
    answer = editor.get(f"/dashboard{page}?lang={lang}&done={HOSTILE}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", answer.text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", answer.text))
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert 'name="robots" content="noindex"' in answer.text


def test_both_languages_are_there(editor: FlaskClient) -> None:
    assert "索引版本" in editor.get("/dashboard/generations").text
    assert "Generations" in editor.get("/dashboard/generations?lang=en").text


def test_the_corpus_is_counted_and_each_count_leads_to_its_documents(editor: FlaskClient) -> None:
    page = editor.get("/dashboard").text
    assert re.search(r"<dt>文件</dt><dd>3</dd>", page)
    assert '国务院</a></th><td class="n">1</td>' in page
    assert '2016</a></th><td class="n">1</td>' in page


@pytest.mark.parametrize("typed", ["东北 意见", "東北", "国发〔2016〕62号", "ＯＰＩＮＩＯＮ.txt"])
def test_documents_are_found_in_any_width_and_script(editor: FlaskClient, typed: str) -> None:
    page = editor.get("/dashboard/documents", query_string={"find": typed}).text
    assert "关于振兴东北的意见" in page
    assert "长清单" not in page


def test_without_an_index_the_pages_are_there_and_say_so(
    settings: Settings, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(settings).test_client()
    sign_in(client, secret)
    for page in PAGES[:-1]:
        assert client.get(f"/dashboard{page}").status_code == 200
    assert NoIndex(home=settings.home).message() in client.get("/dashboard").get_data(as_text=True).replace(
        "&#34;", '"'
    )


def test_slow_empty_and_frequent_queries_are_shown_and_can_be_forgotten(
    editor: FlaskClient, searcher: FakeSearcher, settings: Settings
) -> None:
    for query in ("民营银行", "民營銀行没有", "民营银行没有", "ＰＰＰ没有这种说法", "国发〔2099〕9号"):
        editor.get("/search", query_string={"q": query})
    page = editor.get("/dashboard/queries").text
    assert "不记录地址、密钥和用户" in page
    assert "只保存在内存中" in page
    assert "TIAOKUAN_QUERY_RECORD=0" in page
    assert page.count("ＰＰＰ没有这种说法") == 1
    assert page.count("民营银行没有</a>") == 2  # once empty, once frequent: both scripts are one query
    assert not (settings.home / "queries.json").exists()
    answer = editor.post("/dashboard/queries/clear", data={"token": token(editor, "/dashboard/queries")})
    assert answer.status_code == 303
    assert "ＰＰＰ没有" not in editor.get("/dashboard/queries").text


def test_nothing_is_recorded_where_that_is_switched_off(client_with: Callable[..., FlaskClient], secret: str) -> None:
    client = client_with(query_record=0)
    sign_in(client, secret)
    client.get("/search?q=没有这种说法")
    page = client.get("/dashboard/queries").text
    assert "没有记录任何查询" in page
    assert "没有这种说法" not in page


# -- what is done ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("幼兒園", "学前教育"), ("ＰＰＰ", "政府和社会资本合作"), ("“放管服”", "简政放权、放管结合"), ("<b>税", "税收")],
)
def test_a_synonym_is_added_and_taken_out_again(editor: FlaskClient, synonyms: Path, typed: str, meant: str) -> None:
    form = {"typed": typed, "meant": meant, "token": token(editor)}
    if ">" in typed:
        assert editor.post("/dashboard/words/add", data=form).status_code == 400
        assert not synonyms.exists()
        return
    assert editor.post("/dashboard/words/add", data=form).headers["Location"] == "/dashboard/words?done=added"
    assert synonyms.read_text("utf-8") == f"{typed} => {meant}\n"
    assert meant in editor.get("/dashboard/words").text
    editor.post("/dashboard/words/remove", data={"line": f"{typed} => {meant}", "token": token(editor)})
    assert synonyms.read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (("意见.exe", b"MZ"), 415),
        (("", b"x"), 400),
        (("../../README.txt", b"x"), 400),
        (("通知.txt", b"x" * 200), 413),
    ],
)
def test_what_cannot_be_taken_is_refused(
    settings: Settings, client_with: Callable[..., FlaskClient], secret: str, sent: tuple[str, bytes], status: int
) -> None:
    client = client_with(max_upload_bytes=100)
    name, data = sent
    sign_in(client, secret)
    form = {"token": token(client), "file": (BytesIO(data), name)}
    assert client.post("/dashboard/documents", data=form).status_code == status
    assert not settings.uploads_folder.exists()


@pytest.mark.parametrize("name", ["000001", "..", "%2e%2e", "0", "９", "没有", "<script>"])
def test_only_a_generation_that_is_there_can_be_gone_back_to(editor: FlaskClient, name: str) -> None:
    assert editor.get(f"/dashboard/generations/{name}/go-back").status_code in (404, 308)
    form = {"token": token(editor)}
    assert editor.post(f"/dashboard/generations/{name}/go-back", data=form).status_code in (404, 308, 405)


def test_a_large_upload_is_read_from_who_is_signed_in_and_from_nobody_else(
    settings: Settings, searcher: FakeSearcher, secret: str
) -> None:
    app = create_app(settings, cast("Searcher", searcher))
    browser = app.test_client()
    sign_in(browser, secret)
    cookie = browser.get_cookie(COOKIE, path="/dashboard")
    assert cookie
    head = b"POST /dashboard/documents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3000000\r\n"
    with serving(app, settings) as server:
        taken = ask(server, head + f"Cookie: x=1; {COOKIE}={cookie.value}\r\n\r\n".encode() + b"a" * 3_000_000)
        for other in (b"", f"Cookie: {COOKIE}=guessed\r\n".encode(), b"Cookie: \xff; =;;\r\n"):
            assert ask(server, head + other + b"\r\n" + b"a" * 3_000_000).startswith(b"HTTP/1.1 413")
    assert taken.startswith(b"HTTP/1.1 403")  # read, and refused for want of the form's token
