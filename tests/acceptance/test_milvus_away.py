"""A server whose index is in Milvus, when Milvus goes away: adapter logic, tried on milvus-lite's own server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.pipeline import build_index
from indexer.report import IndexReport
from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

pytest.importorskip("milvus_lite", reason="pip install 'tiaokuan[milvus]': adapter logic, tried on milvus-lite")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process that is no other than a Milvus server as far as our side can tell, and its URI."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "milvus_lite",
        "server",
        "--data-dir",
        str(tmp_path / "milvus"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        for _ in range(600):
            if process.poll() is not None or _answers(port):
                break
            time.sleep(0.1)
        yield process, f"http://127.0.0.1:{port}"
        process.kill()


def test_health_and_searches_say_that_milvus_is_away(
    server: tuple[subprocess.Popen[bytes], str], settings: Settings, report: IndexReport, tmp_path: Path
) -> None:
    process, uri = server
    shutil.copytree(settings.home, tmp_path / "home")
    own = settings.model_copy(update={"home": tmp_path / "home", "engine": "milvus", "milvus_uri": uri})
    assert build_index(own, [settings.corpus], progress=False).embedded == 0
    searcher = Searcher.open(own)
    client = create_app(own, searcher).test_client()
    query = {"q": "民營銀行", "mode": "keyword"}
    found = client.get("/api/v1/search", query_string=query)
    assert "民营银行" in found.json["hits"][0]["text"]
    assert client.get("/readyz").status_code == 200

    process.kill()
    process.wait()
    for mode in ("keyword", "hybrid", "semantic"):
        answer = client.get("/api/v1/search", query_string={**query, "mode": mode})
        assert answer.status_code == 503
        assert answer.json["error"]["code"] == "engine_unreachable"
        assert uri in answer.json["error"]["message"]
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").json["status"] == "engine_unreachable"
    searcher.close()
