"""Requests that are meant badly: through the app, and byte by byte through the real server."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread
from time import sleep
from typing import cast
from urllib.parse import quote

import pytest
from fake_searcher import FakeSearcher, document
from flask import Flask
from flask.testing import FlaskClient
from live_server import ask, read_all, serving

from search.model import ClauseKind
from search.searcher import Searcher
from search.settings import Settings
from web import params
from web import server as server_module
from web.app import create_app
from web.errors import CannotListen, PortTaken
from web.keys import KeyFile, Role
from web.server import Server

PAGES = (
    "/",
    "/search?q=民营银行",
    "/search?q=",
    "/documents",
    "/documents/opinion",
    "/没有",
    "/help/embed",
    "/api",
    "/similar",
)
GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The whole app on a socket, the same for all tests here: what one of them sends must not harm the next."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    opinion = document("opinion", "关于金融改革的意见", [(ClauseKind.TEXT, (), "至少设立一家民营银行。")])
    with serving(create_app(settings, cast(Searcher, FakeSearcher([opinion]))), settings) as server:
        yield server


def get(server: Server, address: str) -> bytes:
    """What the server says to an address as it stands; what is not ASCII goes as its bytes, percent by percent."""
    return ask(server, GET % re.sub(r"[^\x00-\x7f]", lambda c: quote(c[0], errors="surrogateescape"), address).encode())


def parts(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (small letters) and body of one raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}, body


def code_of(body: bytes) -> str:
    error = json.loads(body)["error"]
    assert error.keys() == {"code", "message", "remedy"}
    return str(error["code"])


# -- headers of answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [*PAGES, "/api/v1/search?q=民营银行", "/api/没有", "/healthz", "/metrics", "/embed"]
)
def test_every_answer_forbids_what_pages_do_not_need(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("address", PAGES)
def test_no_page_needs_a_script_or_a_style_of_its_own(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    assert "<style" not in page
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", page))


def test_https_only_is_said_where_the_setting_wants_it(client_with: Callable[..., FlaskClient]) -> None:
    headers = client_with(hsts_seconds=31536000).get("/").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_who_may_frame_the_box_is_a_setting(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(embed_origins=("https://www.example.gov.cn",))
    framed, page = client.get("/embed").headers, client.get("/").headers
    assert "frame-ancestors 'self' https://www.example.gov.cn" in framed["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert "example" not in page["Content-Security-Policy"]


def test_nothing_says_which_server_this_is(live: Server) -> None:
    for request in (GET % b"/", GET % b"/nope", b"nonsense\r\n\r\n"):
        _, headers, body = parts(ask(live, request))
        assert not {"server", "via", "x-powered-by"} & headers.keys()
        assert b"waitress" not in body.lower()
        assert b"werkzeug" not in body.lower()


# -- parameters --------------------------------------------------------------------------------------------------------

SPLIT = "%0d%0aSet-Cookie:%20tiaokuan=1%0d%0a%0d%0a<script>alert(1)</script>"


@pytest.mark.parametrize(
    "address",
    [
        f"/search?q=民营银行{SPLIT}",
        f"/search?q=民营银行&page=999&issuer={SPLIT}",
        f"/search?q=民&mode={SPLIT}",
        f"/?lang=zh{SPLIT}",
        f"/documents/{SPLIT}",
        f"/feed?q={SPLIT}",
        f"/embed?mode={SPLIT}",
        f"/api/v1/search?q={SPLIT}",
        f"/api/v1/suggest?q={SPLIT}&format=opensearch",
        f"/{SPLIT}",
    ],
)
def test_line_breaks_in_an_address_split_no_header(live: Server, address: str) -> None:
    answer = get(live, address)
    status, headers, body = parts(answer)
    assert status < 500
    assert b"set-cookie: tiaokuan=1" not in answer[: answer.index(b"\r\n\r\n")].lower()
    assert len(body) == int(headers["content-length"])
    if "html" in headers["content-type"]:
        assert b"<script>alert" not in body


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static/..%2f..%2fpyproject.toml",
        "/static/..%5c..%5cpyproject.toml",
        "/static/%252e%252e/pyproject.toml",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/demo/../../pyproject.toml",
        "/demo/..%2f..%2fpyproject.toml",
        "/demo/%2fetc%2fpasswd",
        "/documents/..%2f..%2f..%2fetc%2fpasswd",
        "/documents/../../etc/passwd",
        "/api/v1/documents/..%2f..%2fetc%2fpasswd",
        "/api/v1/documents/%2e%2e",
        "/api/v1/documents/．．／etc",
        "/api/v1/clauses/..%2fx/similar",
        "/..%c0%af..%c0%afetc/passwd",
        "/static/style.css%00.html",
        "/documents/opinion%00",
        "/api/v1/documents/%00",
        "/%00",
        "//evil.example/%2e%2e",
        "///evil.example//documents",
        "/\\evil.example/",
        "/\udcff",
    ],
)
def test_no_path_leads_out_of_the_corpus(live: Server, path: str) -> None:
    status, headers, body = parts(get(live, path))
    assert status in (308, 400, 404)
    assert headers.get("location", "http://localhost/").startswith("http://localhost/")
    assert b"root:" not in body
    assert b"setuptools" not in body
    if path.startswith("/api/"):
        assert code_of(body)


@pytest.mark.parametrize(
    "value", ["%00", "民营%00银行", "%ff%fe", "%ed%a0%80", "%u6c11", "%", "a&q=b&q=%00", "%F0%9F%8F%A6"]
)
@pytest.mark.parametrize("name", ["q", *params.FILTERS, "sort", "mode", "limit", "lang", "explain"])
def test_bytes_that_are_no_text_are_no_surprise(live: Server, name: str, value: str) -> None:
    query = f"/api/v1/search?q=民营银行&{name}={value}" if name != "q" else f"/api/v1/search?q={value}"
    status, _, body = parts(get(live, query))
    assert status in (200, 400)
    assert status == 200 or code_of(body)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/api/v1/search?q=民&offset=10001", "bad_parameter"),
        ("/api/v1/search?q=民&limit=101", "bad_parameter"),
        ("/api/v1/search?q=民&limit=99999999999999999999", "bad_parameter"),
        ("/api/v1/search?q=民&limit=１０１", "bad_parameter"),
        ("/api/v1/suggest?q=民&limit=1000", "bad_parameter"),
    ],
)
def test_pages_are_no_deeper_than_the_bounds(client: FlaskClient, address: str, code: str) -> None:
    refused = client.get(address)
    assert refused.status_code == 400
    assert refused.get_json()["error"]["code"] == code


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "TRACE", "CONNECT", "删"])
def test_reading_addresses_take_no_other_method(client: FlaskClient, method: str) -> None:
    refused = client.open("/api/v1/search?q=民营银行", method=method.encode().decode("latin-1"))
    assert refused.status_code == 405
    assert refused.get_json()["error"]["code"] == "method_not_allowed"


# -- names of the service ----------------------------------------------------------------------------------------------


def test_under_a_foreign_name_nothing_is_answered_where_names_are_set(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with("203.0.113.77", trusted_hosts=("tiaokuan.example.gov.cn",))
    assert client.get("/documents", headers={"Host": "tiaokuan.example.gov.cn"}).status_code == 200
    for foreign in ("evil.example", "127.0.0.1", "tiaokuan.example.gov.cn.evil.example", "条款.example"):
        refused = client.get("/api/v1/documents", headers={"Host": foreign.encode().decode("latin-1")})
        assert refused.status_code == 400
        assert refused.get_json()["error"]["code"] in {"unknown_host", "bad_request"}
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_this_machine_may_use_its_own_name_and_no_other(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(trusted_hosts=("tiaokuan.example.gov.cn",))
    assert client.get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "rebound.evil.example"}).status_code == 400


# -- requests that are too large, too slow, or none --------------------------------------------------------------------


def test_a_head_that_is_too_large_is_refused_in_the_one_shape(live: Server) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(100))
    status, headers, body = parts(ask(live, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + many + b"\r\n"))
    assert (status, code_of(body)) == (431, "headers_too_large")
    assert headers["content-type"] == "application/json; charset=utf-8"


def test_the_longest_query_that_is_allowed_fits_into_the_head(live: Server, settings: Settings) -> None:
    query = "𠮷" * settings.max_query_characters  # four bytes each
    escaped = "".join(f"%{byte:02X}" for byte in query.encode()).encode()
    status, _, _ = parts(ask(live, GET % (b"/api/v1/search?q=" + escaped)))
    assert status == 200


def test_a_body_that_is_too_large_is_refused_before_it_comes(live: Server) -> None:
    head = b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n"
    status, _, body = parts(ask(live, head))
    assert (status, code_of(body)) == (413, "too_large")


def test_a_body_in_chunks_is_counted_too(searcher: FakeSearcher, settings: Settings) -> None:
    small = Settings(home=settings.home, cache=settings.cache, max_upload_bytes=1)
    piece = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    with serving(create_app(small, cast(Searcher, searcher)), small) as server:
        head = b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        status, _, body = parts(ask(server, head, *[piece] * 20))
    assert (status, code_of(body)) == (413, "too_large")


def test_the_body_of_a_document_is_read_from_who_may_edit_and_from_nobody_else(settings: Settings) -> None:
    keys = KeyFile(settings.home)
    edit, read = (keys.add(role, role) for role in (Role.EDIT, Role.READ))
    head = b"POST /api/v1/documents?filename=a.exe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    body = b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000
    with serving(create_app(settings), settings) as server:
        for secret, expected in (
            (edit, (415, "unreadable_kind")),
            (read, (413, "too_large")),
            ("x", (413, "too_large")),
        ):
            status, _, answer = parts(ask(server, head + f"Authorization: Bearer {secret}\r\n".encode() + body))
            assert (status, code_of(answer)) == expected


def test_a_form_that_is_too_large_is_refused_by_the_app(client_with: Callable[..., FlaskClient]) -> None:
    refused = client_with(judging=True).post("/judge", data={"q": "民" * 300_000})
    assert refused.status_code == 413


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\x00: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_refused_in_the_one_shape(live: Server, request_bytes: bytes) -> None:
    status, _, body = parts(ask(live, request_bytes))
    assert (status, code_of(body)) == (400, "bad_request")


def test_two_lengths_smuggle_no_second_request(live: Server) -> None:
    smuggled = (
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    answer = ask(live, smuggled)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"status"' not in answer


@pytest.mark.parametrize("rest", [b"X: a", b"X: a\r\n", b"\r\n"])
def test_a_head_that_comes_too_slowly_is_not_waited_for(
    live: Server, monkeypatch: pytest.MonkeyPatch, rest: bytes
) -> None:
    """Whoever sends a byte now and then would else keep a connection for ever."""
    monkeypatch.setattr(server_module, "HEAD_SECONDS", -1)
    assert ask(live, b"GET / HTTP/1.1\r\nHost: local", rest) == b""


def test_a_body_that_comes_too_slowly_is_not_waited_for(live: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "BODY_SECONDS", -1)
    assert ask(live, b"POST /judge HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n", b"q=a") == b""


def test_many_idle_connections_keep_nobody_out(live: Server) -> None:
    """More than waitress' own limit of 100, and each of them with half a head."""
    held = [socket.create_connection(("127.0.0.1", live.port), timeout=30) for _ in range(200)]
    try:
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\n")
        assert parts(ask(live, GET % b"/healthz"))[0] == 200
    finally:
        for connection in held:
            connection.close()


# -- the end -----------------------------------------------------------------------------------------------------------


def test_a_request_under_way_is_answered_before_the_server_stops(settings: Settings) -> None:
    app, begun, may_end = Flask("slow"), Event(), Event()

    @app.get("/")
    def slow() -> str:
        begun.set()
        may_end.wait()
        return "民营银行"

    server = Server(app, "127.0.0.1", 0, settings)
    running = Thread(target=server.run)
    running.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        begun.wait()
        server.stop()
        while _accepts(server):
            sleep(0.01)
        assert running.is_alive()
        may_end.set()
        running.join()
        server.close()
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith("民营银行".encode())


def _accepts(server: Server) -> bool:
    """Whether a new connection is still taken."""
    return any(getattr(each, "accepting", False) for each in list(server._map.values()))


def test_a_port_that_is_taken_is_named(live: Server, settings: Settings) -> None:
    with pytest.raises(PortTaken, match=str(live.port)):
        Server(Flask("other"), "127.0.0.1", live.port, settings)
    with pytest.raises(CannotListen):
        Server(Flask("other"), "203.0.113.1", 0, settings)
