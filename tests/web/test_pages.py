from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_searcher import HOSTILE, FakeSearcher, document
from flask.testing import FlaskClient

from search.model import Citation, Citations, ClauseKind, Relation

EVERY_PAGE = [
    "/",
    "/documents",
    "/search?q=民营银行",
    "/search?q=没有这样的话",
    "/search?q=",
    "/documents/opinion",
    "/documents/copy?q=民营",
    "/documents/copy/original",
    "/clauses/opinion.1/similar",
    "/clauses/copy.0/cite",
    "/similar?text=民营银行",
    "/similar",
    "/help/embed",
    "/api",
    "/nope",
]


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_runs_a_script_or_styles_inline(client: FlaskClient, address: str, lang: str) -> None:
    client.set_cookie("tiaokuan_lang", lang)
    response = client.get(address)
    page = response.get_data(as_text=True)
    own = r'<script src="/(?:embed\.js\?v=\w+" async|static/\w+\.js" defer)><'
    assert re.findall(r"<script[^>]*>.", page) == re.findall(own, page)
    assert " style=" not in page
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_headings_are_in_order_and_ids_are_unique(client: FlaskClient, address: str) -> None:
    page = client.get(address).get_data(as_text=True)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for label in re.findall(r'<label[^>]* for="([^"]+)"', page):
        assert label in ids


def test_a_hit_links_to_its_clause_and_says_why(client: FlaskClient) -> None:
    page = client.get("/search?q=民营银行").get_data(as_text=True)
    assert "/documents/opinion?q=%E6%B0%91%E8%90%A5%E9%93%B6%E8%A1%8C#opinion.1" in page
    assert "关键词第 1（民营银行） · 语义第 2（相近度 0.88）" in page
    assert '<mark class="keyword semantic">民营银行</mark>' in page
    assert "/clauses/opinion.1/similar" in page
    assert "/documents/copy?q=" in page


def test_hostile_text_stays_text(client: FlaskClient) -> None:
    for address in ("/documents/copy", f"/search?q={HOSTILE}", f"/search?q=民营{HOSTILE}", f"/nope?q={HOSTILE}"):
        page = client.get(address).get_data(as_text=True)
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


def test_every_clause_of_a_document_has_its_anchor(client: FlaskClient) -> None:
    page = client.get("/documents/many").get_data(as_text=True)
    for number in range(25):
        assert f'id="many.{number}"' in page
        assert f'href="#many.{number}"' in page


def test_pages_of_results_are_linked(client: FlaskClient) -> None:
    page = client.get("/search?q=发展&page=2&mode=keyword").get_data(as_text=True)
    assert "第 2 页，共 3 页" in page
    assert 'rel="next" href="/search?q=%E5%8F%91%E5%B1%95&amp;mode=keyword&amp;page=3"' in page
    assert '<ol class="hits" start="11">' in page


def test_a_page_after_the_last_leads_to_the_last(client: FlaskClient) -> None:
    assert client.get("/search?q=发展&page=9").location.endswith("page=3")


def test_a_blank_query_gets_a_friendly_page(client: FlaskClient) -> None:
    response = client.get("/search?q=%20")
    assert response.status_code == 400
    assert "请输入检索内容" in response.get_data(as_text=True)


def test_no_result_says_what_to_try(client: FlaskClient) -> None:
    page = client.get("/search?q=“量子 银行” -公司&mode=keyword&since=2016&issuer=国务院").get_data(as_text=True)
    assert "没有找到相应的条款" in page
    assert "查找了 3 篇文件中符合条件的 1 篇" in page
    offered = [parse_qs(urlsplit(unescape(link)).query) for link in re.findall(r'<li><a href="(/search[^"]+)"', page)]
    assert {"mode": ["keyword"], "since": ["2016"], "q": ["“量子 银行” -公司"]} in offered
    assert {"mode": ["keyword"], "issuer": ["国务院"], "q": ["“量子 银行” -公司"]} in offered
    assert {"mode": ["keyword"], "q": ["“量子 银行” -公司"]} in offered
    assert {"mode": ["keyword"], "issuer": ["国务院"], "since": ["2016"], "q": ["量子 银行 -公司"]} in offered
    assert {"mode": ["keyword"], "issuer": ["国务院"], "since": ["2016"], "q": ["“量子 银行”"]} in offered
    assert {"mode": ["semantic"], "issuer": ["国务院"], "since": ["2016"], "q": ["“量子 银行” -公司"]} in offered


def test_new_words_keep_the_mode_and_the_filters(client: FlaskClient) -> None:
    page = client.get("/search?q=民营&mode=keyword&issuer=国务院&since=2016").get_data(as_text=True)
    for name, value in (("mode", "keyword"), ("issuer", "国务院"), ("since", "2016")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_a_language_once_chosen_is_remembered(client: FlaskClient) -> None:
    assert "Documents" in client.get("/?lang=en").get_data(as_text=True)
    assert "Documents" in client.get("/").get_data(as_text=True)
    assert "文件" in client.get("/?lang=zh").get_data(as_text=True)


def test_a_wrong_address_or_parameter_has_its_status(client: FlaskClient) -> None:
    assert client.get("/nope").status_code == 404
    assert client.get("/documents/nope").status_code == 404
    assert client.get("/clauses/nope/similar").status_code == 404
    assert client.get("/search?q=a&page=0").status_code == 400
    assert client.get("/search?q=a&mode=fuzzy").status_code == 400
    assert client.get("/search?q=a&lang=fr").status_code == 400


def test_citations_say_how_in_which_direction_and_what_is_absent(client: FlaskClient, searcher: FakeSearcher) -> None:
    out = Citation("opinion.1", "opinion", "落实国发〔2014〕28号。", Relation.CARRIES_OUT, None, "国发〔2014〕28号")
    carried = Citation("many.0", "many", "贯彻本意见。", Relation.CARRIES_OUT, "意见", None, "opinion")
    based = Citation("copy.0", "copy", "根据本意见。", Relation.BASED_ON, "意见", None, "opinion")
    searcher.texts["opinion"].citations = Citations((out,), (based, carried))
    page = client.get("/documents/opinion").get_data(as_text=True)
    headings = re.findall(r"<h2>(.+?)</h2>", page[page.index('class="citations"') :])
    assert headings == ["落实本文件的文件（1）", "引用的文件", "被引用"]
    assert '国发〔2014〕28号</span>\n      <span class="absent">索引中没有' in page
    assert 'href="/documents/many#many.0"' in page
    assert 'href="/documents/opinion/compare/many"' in page


def test_what_is_looked_for_in_a_document_is_marked_and_counted(client: FlaskClient) -> None:
    page = client.get("/documents/many?q=产业").get_data(as_text=True)
    assert page.count('<mark class="keyword">产业</mark>') == 25
    assert '25 处 <a href="#many.0">到第一处</a>' in page
    assert ">没有找到<" in client.get("/documents/many?q=量子").get_data(as_text=True)
    assert ">没有找到<" not in client.get("/documents/many").get_data(as_text=True)


def test_a_document_without_headings_has_no_empty_outline(client: FlaskClient, searcher: FakeSearcher) -> None:
    searcher.texts["plain"] = document("plain", "通知", [(ClauseKind.TEXT, (), "现印发给你们。")])
    assert "<aside>" not in client.get("/documents/plain").get_data(as_text=True)
    assert "<aside>" in client.get("/documents/many").get_data(as_text=True)


def test_other_engines_may_keep_an_answer_but_not_its_every_order(client: FlaskClient) -> None:
    assert 'content="noindex"' not in client.get("/search?q=民营银行").text
    for more in ("mode=keyword", "page=1", "sort=newest", "explain=1"):
        assert 'content="noindex"' in client.get(f"/search?q=民营银行&{more}").text
    assert 'content="noindex"' in client.get("/search?q=没有这个词").text
