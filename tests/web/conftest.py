"""The front doors on a hand-built searcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from desk import sign_in
from fake_searcher import HOSTILE, FakeSearcher, FakeText, document
from flask.testing import FlaskClient

from search.model import ClauseKind
from search.settings import Settings
from web.app import create_app
from web.keys import KeyFile, Role

if TYPE_CHECKING:
    from search.searcher import Searcher

HEADING, TEXT = ClauseKind.HEADING, ClauseKind.TEXT


@pytest.fixture
def searcher() -> FakeSearcher:
    opinion = document(
        "opinion",
        "关于振兴东北的意见",
        [
            (HEADING, (), "一、全面深化改革"),
            (TEXT, ("一、全面深化改革",), "（一）推进金融改革。至少设立一家民营银行。" + "稳步推进各项改革。" * 40),
            (TEXT, ("一、全面深化改革",), "（二）支持民营银行发展。"),
        ],
    )
    facts = replace(
        opinion.facts,
        issuers=("国务院",),
        document_number="国发〔2016〕62号",
        issued_on=date(2016, 11, 1),
        same_work_as=("copy",),
    )
    copy = document("copy", f"转载{HOSTILE}", [(TEXT, (HOSTILE,), f"民营{HOSTILE}银行")])
    many = document("many", "长清单", [(TEXT, (), f"{number}.发展第{number}项产业。") for number in range(1, 26)])
    return FakeSearcher([FakeText(facts, opinion.clauses), copy, many])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "data", cache=tmp_path / "cache")


@pytest.fixture
def client(searcher: FakeSearcher, settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings, cast("Searcher", searcher))
    with app.test_client() as client:
        yield client


@pytest.fixture
def keys(settings: Settings) -> KeyFile:
    return KeyFile(settings.home)


@pytest.fixture
def secret(keys: KeyFile) -> str:
    """A key that may edit."""
    return keys.add("编辑部", Role.EDIT)


@pytest.fixture
def editor(client: FlaskClient, secret: str) -> FlaskClient:
    """A browser that is signed in to the dashboard."""
    assert sign_in(client, secret).status_code == 303
    return client


@pytest.fixture
def synonyms(settings: Settings) -> Path:
    return settings.home / "synonyms.txt"


@pytest.fixture
def client_with(searcher: FakeSearcher, settings: Settings) -> Callable[..., FlaskClient]:
    """A client of an app with other settings: `client_with(require_key=True)`. `address` is where its requests come from."""

    def make(address: str = "127.0.0.1", **changes: object) -> FlaskClient:
        changed = Settings(**{**settings.model_dump(), **changes})
        client = create_app(changed, cast("Searcher", searcher)).test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return client

    return make
