"""More people ask a real server than it has search processes: several questions go to one process at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from indexer.report import IndexReport
from search.pool import PooledSearcher
from search.searcher import Searcher
from search.settings import Settings
from search.worker import Worker
from web.app import create_app
from web.server import THREADS, Server

WORDS = (
    "民营银行",
    "民營銀行",
    "“工业用地”",
    "国发〔2016〕62号",
    "ＰＰＰ",
    "东北哪些政策允许民间资本办银行？",
    "森林防火",
)


def test_everybody_gets_his_own_answer(
    settings: Settings, report: IndexReport, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are answered, as each would be alone, and what is counted of it can be read afterwards."""
    together: list[int] = []
    ask = Worker.ask
    unlimited = settings.model_copy(update={"rate_limit": ""})
    pooled = PooledSearcher(unlimited, 1)
    pooled.warm_up()
    monkeypatch.setattr(
        Worker, "ask", lambda self, told, asked: (together.append(len(asked)), ask(self, told, asked))[1]
    )
    server = Server(create_app(unlimited, pooled), "127.0.0.1", 0, unlimited)
    running = Thread(target=server.run)
    running.start()

    def get(path: str) -> str:
        with urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def hits(query: str) -> list[str]:
        found: dict[str, Any] = json.loads(get(f"/api/v1/search?q={quote(query)}"))
        return [hit["clause_id"] for hit in found["hits"]]

    queries = [f"{word} {number}条" for number in "一二三四五六" for word in WORDS]
    try:
        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(hits, queries))
        metrics = get("/metrics")
    finally:
        server.stop()
        running.join()
        server.close()
        pooled.close()
    assert found == [[hit.clause.clause_id for hit in searcher.search(query).hits] for query in queries]
    assert max(together) > 1
    assert "query_vectors" in metrics
