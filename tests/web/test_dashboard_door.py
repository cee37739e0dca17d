"""Who gets in to the dashboard, and that no form from elsewhere does anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from desk import FORMS, PAGES, WORDS, sign_in, token
from flask.testing import FlaskClient

from search.settings import Settings
from web.dashboard.entering import COOKIE, TRIES
from web.dashboard.sessions import HOURS, MOST, Sessions
from web.errors import KeysUnreadable
from web.keys import KeyFile, Role

# -- the door ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_signed_in_is_led_to_the_door(client: FlaskClient, page: str) -> None:
    answer = client.get(f"/dashboard{page}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard/sign-in")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("form", FORMS)
def test_no_form_is_taken_from_who_is_not_signed_in(
    client: FlaskClient, secret: str, settings: Settings, form: str
) -> None:
    for headers in ({}, {"Cookie": f"{COOKIE}=guessed"}, {"Authorization": f"Bearer {secret}"}, {"X-API-Key": secret}):
        answer = client.post(f"/dashboard{form}", data=WORDS, headers=headers)
        assert answer.status_code == 403
        assert "尚未登录" in answer.text
    assert client.post(f"/dashboard{form}", data=WORDS, auth=("编辑部", secret)).status_code == 403
    assert not settings.uploads_folder.exists()
    assert not (settings.home / "synonyms.txt").exists()


def test_a_key_that_may_edit_opens_and_the_cookie_is_for_these_pages_only(client: FlaskClient, secret: str) -> None:
    answer = sign_in(client, f"  {secret} ")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/dashboard" in cookie
    assert "Secure" not in cookie
    assert secret not in cookie
    page = client.get("/dashboard")
    assert page.status_code == 200
    assert "已登录：编辑部" in page.text
    assert secret not in page.text


def test_over_https_the_cookie_goes_nowhere_else(client_with: Callable[..., FlaskClient], secret: str) -> None:
    client = client_with(trusted_proxies=1)
    assert "Secure" in sign_in(client, secret, **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]


@pytest.mark.parametrize("wrong", ["", " ", "tk_错误的密钥", "编辑部", "<script>alert(1)</script>", "𠮷\udc80"])
def test_what_is_no_key_opens_nothing(client: FlaskClient, secret: str, wrong: str) -> None:
    answer = sign_in(client, wrong.encode("utf-8", "replace").decode())
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert 'role="alert"' in answer.text
    assert "<script>alert" not in answer.text
    assert "WWW-Authenticate" not in answer.headers  # the page asks, not the browser


def test_a_key_that_may_only_read_opens_nothing(client: FlaskClient, keys: KeyFile) -> None:
    answer = sign_in(client, keys.add("读者", Role.READ))
    assert answer.status_code == 403
    assert "读者" in answer.text
    assert client.get("/dashboard").status_code == 303


def test_without_any_key_the_page_says_how_to_make_one(client: FlaskClient) -> None:
    page = client.get("/dashboard/sign-in").text
    assert "tiaokuan keys add" in page
    assert "还没有可以编辑的密钥" in page


def test_the_door_is_open_where_reading_takes_a_key(client_with: Callable[..., FlaskClient], secret: str) -> None:
    client = client_with(require_key=True)
    assert client.get("/dashboard/sign-in").status_code == 200
    assert client.get("/documents").status_code == 401
    sign_in(client, secret)
    assert client.get("/dashboard").status_code == 200
    assert client.get("/documents").status_code == 401  # the session is for the dashboard


def test_guesses_are_limited_on_this_machine_too(client: FlaskClient, secret: str) -> None:
    for _ in range(TRIES.count):
        assert sign_in(client, "tk_错").status_code == 403
    refused = sign_in(client, secret)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_signing_out_ends_the_session_itself(editor: FlaskClient) -> None:
    cookie = editor.get_cookie(COOKIE, path="/dashboard")
    assert cookie is not None
    assert editor.post("/dashboard/sign-out").status_code == 303
    assert editor.get("/dashboard").status_code == 303
    editor.set_cookie(COOKIE, cookie.value, path="/dashboard")
    assert editor.get("/dashboard").status_code == 303


def test_a_removed_key_ends_its_sessions_at_once(editor: FlaskClient, keys: KeyFile) -> None:
    keys.remove("编辑部")
    assert editor.get("/dashboard").status_code == 303


def test_a_damaged_file_of_keys_opens_nothing(editor: FlaskClient, keys: KeyFile) -> None:
    keys.path.write_text("{", "utf-8")
    assert editor.get("/dashboard").status_code == 503
    assert editor.get("/dashboard/sign-in").status_code == 503


def test_signing_in_again_makes_another_session(editor: FlaskClient, secret: str) -> None:
    before = editor.get_cookie(COOKIE, path="/dashboard")
    sign_in(editor, secret)
    after = editor.get_cookie(COOKIE, path="/dashboard")
    assert before
    assert after
    assert before.value != after.value
    editor.set_cookie(COOKIE, before.value, path="/dashboard")
    assert editor.get("/dashboard").status_code == 303


def test_sessions_end_in_time_and_are_bounded(keys: KeyFile, secret: str) -> None:
    now = [0.0]
    sessions = Sessions(keys, lambda: now[0])
    key = keys.find(secret)
    assert key
    first = sessions.begin(key)
    assert sessions.editor(first) == key
    assert sessions.editor("") is None
    now[0] = HOURS * 3600 + 1
    assert sessions.editor(first) is None
    many = [sessions.begin(key) for _ in range(MOST + 1)]
    assert sessions.editor(many[0]) is None
    assert sessions.editor(many[-1]) == key
    keys.path.write_text("{", "utf-8")
    with pytest.raises(KeysUnreadable):
        sessions.editor(many[-1])


def test_the_log_names_the_editor_and_never_the_session(
    editor: FlaskClient, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    cookie = editor.get_cookie(COOKIE, path="/dashboard")
    assert cookie
    with caplog.at_level("INFO", logger="tiaokuan.access"):
        editor.get("/dashboard")
    assert "key=编辑部" in caplog.text
    assert cookie.value not in caplog.text
    assert secret not in caplog.text


# -- forged forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_form_without_the_token_of_its_session_is_refused(editor: FlaskClient, settings: Settings, form: str) -> None:
    for given in ({}, {"token": ""}, {"token": "0" * 64}, {"token": "令牌"}):
        answer = editor.post(f"/dashboard{form}", data={**WORDS, **given})
        assert answer.status_code == 403
    assert not settings.uploads_folder.exists()
    assert not (settings.home / "synonyms.txt").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("form", [*FORMS, "/sign-out", "/sign-in"])
def test_a_form_of_another_site_is_refused(
    editor: FlaskClient, secret: str, synonyms: Path, headers: dict[str, str], form: str
) -> None:
    answer = editor.post(f"/dashboard{form}", data={**WORDS, "token": token(editor), "key": secret}, headers=headers)
    assert answer.status_code == 403
    assert "另一个网站" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert editor.get("/dashboard").status_code == 200
    assert not synonyms.exists()


def test_the_token_of_one_session_is_of_no_use_in_another(
    editor: FlaskClient, client_with: Callable[..., FlaskClient], secret: str, synonyms: Path
) -> None:
    other = client_with()
    sign_in(other, secret)
    assert other.post("/dashboard/words/add", data={**WORDS, "token": token(editor)}).status_code == 403
    assert not synonyms.exists()
