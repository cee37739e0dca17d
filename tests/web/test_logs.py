"""What the server writes down, and what it must not."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search.settings import Settings
from web import logs
from web.keys import KeyFile, Role
from web.logs import JsonFormatter, TextFormatter

ROOT = Path(__file__).parents[2]
SEARCH = "/api/v1/search?q=民营银行"


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, object]]]:
    """The facts of the lines about requests so far."""
    caplog.set_level(logging.INFO, "tiaokuan")
    return lambda: [record.facts for record in caplog.records if record.name == "tiaokuan.access"]  # type: ignore[attr-defined]


def test_each_request_has_a_line_with_route_status_and_time(
    client: FlaskClient, written: Callable[[], list[dict[str, object]]]
) -> None:
    client.get("/documents/opinion")
    client.get("/documents/没有")
    client.get("/没有")
    lines = written()
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/documents/<document_id>", 200),
        ("/documents/<document_id>", 404),
        ("-", 404),
    ]
    assert lines[1]["error"] == "unknown_document"
    assert all(isinstance(line["ms"], float) for line in lines)


def test_a_search_says_what_it_found_and_not_what_was_asked(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, written: Callable[[], list[dict[str, object]]]
) -> None:
    client.get(SEARCH)
    client.get("/search?q=民营银行")
    assert [(line["mode"], line["total"], line["search_ms"]) for line in written()] == [("hybrid", 2, 1.25)] * 2
    assert "民营" not in caplog.text
    assert not any("query" in line for line in written())


def test_a_query_is_written_only_where_the_setting_says_so(
    client_with: Callable[..., FlaskClient], written: Callable[[], list[dict[str, object]]]
) -> None:
    client_with(log_queries=True).get("/api/v1/search?q=“民营銀行”　〔２〕")
    assert written()[0]["query"] == "“民营銀行”　〔２〕"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("无", "-"),
    ],
)
def test_addresses_are_cut(
    client_with: Callable[..., FlaskClient],
    written: Callable[[], list[dict[str, object]]],
    caplog: pytest.LogCaptureFixture,
    address: str,
    kept: str,
) -> None:
    client_with(address).get(SEARCH)
    assert written()[0]["address"] == kept
    assert address not in caplog.text


def test_a_key_is_named_and_never_written(
    client_with: Callable[..., FlaskClient],
    settings: Settings,
    written: Callable[[], list[dict[str, object]]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = KeyFile(settings.home).add("编辑部", Role.EDIT)
    client = client_with(require_key=True, log_queries=True)
    client.get(SEARCH, headers={"Authorization": f"Bearer {secret}"})
    client.get(SEARCH, headers={"X-API-Key": secret + "x"})
    client.get(SEARCH, headers={"Authorization": f"Basic {secret}"})
    assert [line.get("key") for line in written()] == ["编辑部", None, None]
    assert secret not in caplog.text
    assert secret[3:20] not in caplog.text


def test_the_path_and_the_query_of_a_failure_do_not_break_the_line(settings: Settings) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed at %s", ("/a\r\n2026 INFO 伪造\x1b[31m\u2028",), None)
    text = TextFormatter().format(record)
    assert len(text.splitlines()) == 1
    assert r"\r\n" in text
    told = json.loads(JsonFormatter().format(record))
    assert told["message"] == "failed at /a\r\n2026 INFO 伪造\x1b[31m\u2028"
    assert JsonFormatter().format(record).count("\n") == 0


# -- request ids -------------------------------------------------------------------------------------------------------


def test_an_id_that_came_along_goes_back_and_into_the_line(client: FlaskClient) -> None:
    answer = client.get(SEARCH, headers={"X-Request-Id": "portal-7.a_B"})
    assert answer.headers["X-Request-Id"] == "portal-7.a_B"


@pytest.mark.parametrize("given", [None, "", "a b", "编号", "x" * 65, "<script>", "a;b", "a,b"])
def test_an_id_that_is_none_is_replaced(client: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given.encode().decode("latin-1")}
    made = [client.get(SEARCH, headers=headers).headers["X-Request-Id"] for _ in range(2)]
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in made)
    assert made[0] != made[1]


def test_errors_carry_an_id_too(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with("203.0.113.77", require_key=True, rate_limit="1/hour")
    for status in (401, 429):
        answer = client.get(SEARCH, headers={"X-Request-Id": "a"})
        assert (answer.status_code, answer.headers["X-Request-Id"]) == (status, "a")


def test_what_is_logged_within_a_request_has_its_id() -> None:
    app = Flask("x")
    record = logging.LogRecord("tiaokuan", logging.WARNING, "", 0, "注意", (), None)
    with app.test_request_context(headers={"X-Request-Id": "r1"}):
        assert json.loads(JsonFormatter().format(record))["request_id"] == "r1"
        assert TextFormatter().format(record).endswith("request_id=r1")
    assert "request_id" not in json.loads(JsonFormatter().format(record))


# -- the whole program -------------------------------------------------------------------------------------------------


def test_the_server_logs_json_and_stops_when_told(tmp_path: Path) -> None:
    environment = {**os.environ, "TIAOKUAN_HOME": str(tmp_path), "TIAOKUAN_LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "web.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as server:
        assert server.stdout is not None
        found = re.search(r"http://(127\.0\.0\.1:\d+)", server.stdout.readline())
        assert found is not None
        connection = HTTPConnection(found[1])
        connection.request("GET", "/healthz", headers={"X-Request-Id": "h1"})
        assert connection.getresponse().read()
        connection.close()
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=60)
    assert server.returncode == 0
    lines = [json.loads(line) for line in log.splitlines()]
    (request,) = [line for line in lines if line["logger"] == "tiaokuan.access"]
    assert (request["route"], request["status"], request["request_id"]) == ("/healthz", 200, "h1")


def test_configuring_leaves_one_handler_and_libraries_quiet(settings: Settings) -> None:
    root, own = logging.getLogger(), logging.getLogger("tiaokuan")
    before = root.handlers[:], root.level, own.level
    try:
        root.handlers.clear()
        logs.configure(settings)
        logs.configure(settings)
        assert [type(handler.formatter) for handler in root.handlers] == [TextFormatter]
        assert logging.getLogger("waitress").getEffectiveLevel() == logging.WARNING
        assert logging.getLogger("tiaokuan.access").isEnabledFor(logging.INFO)
    finally:
        root.handlers[:], root.level, own.level = before
        logging.getLogger("waitress.queue").setLevel(logging.NOTSET)
