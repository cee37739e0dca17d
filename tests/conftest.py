"""What the tests share: the real corpus, indexed once with the real model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask.testing import FlaskClient

from indexer.pipeline import build_index
from indexer.report import IndexReport
from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

# The same examples in every run: a build that passes once passes again. `--hypothesis-profile=search` looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index of `corpus/`, in a folder of the test run. The model is converted once, in the cache."""
    return Settings(home=tmp_path_factory.mktemp("home"), corpus=CORPUS)


@pytest.fixture(scope="session")
def report(settings: Settings) -> IndexReport:
    """The report of indexing `corpus/`."""
    return build_index(settings, [CORPUS], progress=False)


@pytest.fixture(scope="session")
def searcher(settings: Settings, report: IndexReport) -> Iterator[Searcher]:
    """A searcher on the real corpus with the real model."""
    opened = Searcher.open(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def documents(searcher: Searcher) -> dict[str, Any]:
    """The five documents by the number that their file's name begins with."""
    return {d.file[:3]: d for d in searcher.documents()}


@pytest.fixture(scope="session")
def tiaokuan(settings: Settings, report: IndexReport) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command on the real index, as a user would: `tiaokuan("search", "民营银行", "--json")`. With `as_code` the
    argument is Python code that runs instead."""

    def run(*arguments: str, as_code: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *(["-c"] if as_code else ["-m", "web.cli"]), *arguments],
            env={**os.environ, "TIAOKUAN_HOME": str(settings.home), "PYTHONIOENCODING": "utf-8", **environment},
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def client(settings: Settings, searcher: Searcher) -> FlaskClient:
    """A client of the whole web application, on the real searcher."""
    return create_app(settings, searcher).test_client()


@pytest.fixture(scope="session")
def answer(client: FlaskClient) -> Callable[..., Any]:
    """What the API answers: `answer("search", q="民营银行")`, `answer("documents/ID")`."""

    def get(path: str, **parameters: Any) -> Any:
        response = client.get(f"/api/v1/{path}", query_string=parameters)
        assert response.status_code == 200, response.text
        return response.get_json()

    return get
