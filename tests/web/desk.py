"""What the tests of the dashboard share: its pages and forms, and how a browser enters and sends one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask.testing import FlaskClient

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

PAGES = ("", "/documents", "/generations", "/queries", "/words", "/documents/opinion/remove")
FORMS = (
    "/documents",
    "/documents/opinion/remove",
    "/generations/000001/go-back",
    "/queries/clear",
    "/words/add",
    "/words/remove",
)
WORDS = {"typed": "幼儿园", "meant": "学前教育"}


def sign_in(client: FlaskClient, key: str, **headers: str) -> TestResponse:
    return client.post("/dashboard/sign-in", data={"key": key}, headers=headers)


def token(client: FlaskClient, page: str = "/dashboard/words") -> str:
    found = re.search(r'name="token" value="(\w+)"', client.get(page).text)
    assert found
    return found[1]
