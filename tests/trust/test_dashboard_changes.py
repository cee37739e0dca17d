"""What editors do on the dashboard, done to a real index: documents put in and taken out, a generation gone back to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from threading import Event

import pytest
from flask.testing import FlaskClient

from benchmarks.kills import Place
from indexer.pipeline import build_index
from indexer.removing import remove_documents
from search.generation import current_name
from search.settings import Settings
from web import editing
from web.app import app_on
from web.jobs import Report
from web.keys import KeyFile, Role
from web.opening import SearcherHolder
from web.uploads import document_id

NAME = "水稻〔2024〕1号.txt"
TEXT = "关于水稻的通知\n\n一、推广水稻旱育稀植。\n二、全国水稻种植联合会（以下简称水种联会）负责落实。\n"


@pytest.fixture
def editor(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A browser that is signed in, on the real thing; indexing runs here, where the model is the cheap one."""

    def index(settings: Settings) -> Report:
        return build_index(settings, settings.default_sources, progress=False).as_dict()

    def remove(settings: Settings, document_ids: list[str]) -> Report:
        return remove_documents(settings, document_ids).as_dict()

    monkeypatch.setattr(editing, "index_anew", index)
    monkeypatch.setattr(editing, "withdraw", remove)
    settings = place.settings
    secret = KeyFile(settings.home).add("编辑部", Role.EDIT)
    holder = SearcherHolder(settings)
    client = app_on(settings, holder).test_client()
    assert client.post("/dashboard/sign-in", data={"key": secret}).status_code == 303
    yield client
    holder.close()


def send(client: FlaskClient, page: str, form: str, **fields: object) -> str:
    """Send the form that a page has, and wait until the index has followed; the page that it leads to."""
    token = re.search(r'name="token" value="(\w+)"', client.get(page).text)
    assert token
    answer = client.post(form, data={"token": token[1], **fields})
    assert answer.status_code == 303, answer.text
    while "正在进行" in client.get("/dashboard").text:
        Event().wait(0.05)
    return client.get(answer.headers["Location"]).text


def found(client: FlaskClient, phrase: str) -> list[str]:
    hits = client.get("/api/v1/search", query_string={"q": f"「{phrase}」", "mode": "keyword"}).get_json()["hits"]
    return [hit["document_id"] for hit in hits]


def test_a_document_is_put_in_gone_back_from_and_taken_out(editor: FlaskClient, place: Place) -> None:
    page = send(editor, "/dashboard/documents", "/dashboard/documents", file=(BytesIO(TEXT.encode()), f"../{NAME}"))
    assert "已收到文件" in page
    assert '<span class="state done">完成</span>' in page
    assert found(editor, "水稻旱育") == [document_id(NAME)]
    assert current_name(place.home) == "000002"
    kept = editor.get("/dashboard/generations").text
    assert "新增 1 个" in kept
    assert NAME in kept

    ask = editor.get("/dashboard/generations/000001/go-back").text
    assert "确认切换" in ask
    assert current_name(place.home) == "000002"  # asking does nothing
    send(editor, "/dashboard/generations/000001/go-back", "/dashboard/generations/000001/go-back")
    assert current_name(place.home) == "000001"
    assert found(editor, "水稻旱育") == []
    assert editor.get("/dashboard/generations/000001/go-back").status_code == 404  # it is live
    send(editor, "/dashboard/generations/000002/go-back", "/dashboard/generations/000002/go-back")
    assert found(editor, "水稻旱育") == [document_id(NAME)]

    place_of_it = f"/dashboard/documents/{document_id(NAME)}/remove"
    assert "文件将被删除" in editor.get(place_of_it).text
    send(editor, place_of_it, place_of_it)
    assert found(editor, "水稻旱育") == []
    assert not (place.settings.uploads_folder / NAME).exists()


def test_a_document_of_the_corpus_leaves_the_index_and_its_file_stays(editor: FlaskClient, place: Place) -> None:
    document = editor.get("/api/v1/documents").get_json()["documents"][0]
    address = f"/dashboard/documents/{document['document_id']}/remove"
    assert "文件保留在语料文件夹中" in editor.get(address).text
    page = send(editor, address, address)
    assert "移出索引" in page
    assert editor.get(f"/documents/{document['document_id']}").status_code == 404
    assert (place.corpus / document["file"]).is_file()
    assert document["document_id"] in (place.home / "removed.json").read_text("utf-8")


def test_a_damaged_generation_is_not_gone_back_to(editor: FlaskClient, place: Place) -> None:
    send(editor, "/dashboard/documents", "/dashboard/documents", file=(BytesIO(TEXT.encode()), NAME))
    file = next((place.home / "generations" / "000001").rglob("catalogue.sqlite"))
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    form = "/dashboard/generations/000001/go-back"
    token = re.search(r'name="token" value="(\w+)"', editor.get(form).text)
    assert token
    refused = editor.post(form, data={"token": token[1]})
    assert refused.status_code == 409
    assert "catalogue.sqlite" in refused.text
    assert current_name(place.home) == "000002"
    (place.home / "generations" / "000001" / "manifest.json").write_text("{", "utf-8")
    page = editor.get("/dashboard/generations").text
    assert "manifest.json" in page
    assert "/generations/000001/go-back" not in page


def test_what_documents_define_and_what_found_nothing_is_suggested(editor: FlaskClient) -> None:
    send(editor, "/dashboard/documents", "/dashboard/documents", file=(BytesIO(TEXT.encode()), NAME))
    for query in ("“水稻種植補貼”", "ＰＰＰ没有"):
        editor.get("/search", query_string={"q": query, "mode": "keyword"})
    page = editor.get("/dashboard/words").text
    assert 'value="水种联会"' in page
    assert "水稻種植補貼" in page
    send(editor, "/dashboard/words", "/dashboard/words/add", typed="水种联会", meant="水稻种植联合会")
    after = editor.get("/dashboard/words").text
    assert "水种联会 =&gt; 水稻种植联合会" in after
    assert 'name="typed" value="水种联会"' not in after  # the dictionary has it now
    assert found(editor, "水稻旱育")
