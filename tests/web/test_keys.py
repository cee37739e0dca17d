"""Keys: in their file, on the command line, and over HTTP."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from search.settings import Settings
from web import access
from web.cli import main
from web.errors import BadKeyName, KeyNameTaken, KeysUnreadable, UnknownKeyName
from web.keys import KeyFile, Role

SEARCH = "/api/v1/search?q=民营银行"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_key_is_found_again_and_stands_nowhere(keys: KeyFile) -> None:
    secret = keys.add("编辑部", Role.EDIT)
    found = keys.find(secret)
    assert found is not None
    assert (found.name, found.role) == ("编辑部", Role.EDIT)
    assert keys.find(secret[:-1]) is None
    assert keys.find("") is None
    for file in keys.path.parent.iterdir():
        assert secret not in file.read_text("utf-8")
        assert secret.removeprefix("tk_") not in file.read_text("utf-8")


def test_the_file_is_its_owners_alone(keys: KeyFile) -> None:
    keys.add("读者", Role.READ)
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    keys.add("编辑", Role.EDIT)
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert not keys.path.with_name("keys.json.new").exists()


def test_two_keys_are_never_the_same(keys: KeyFile) -> None:
    made = {keys.add(f"读者{number}", Role.READ) for number in range(20)}
    assert len(made) == 20
    assert all(len(secret) >= 43 for secret in made)


def test_what_another_process_changes_is_seen_at_once(keys: KeyFile, settings: Settings) -> None:
    other = KeyFile(settings.home)
    assert keys.stored() == ()
    secret = other.add("读者", Role.READ)
    assert keys.find(secret) is not None
    again = other.remove("读者") and other.add("读者", Role.READ)
    assert keys.find(secret) is None
    assert keys.find(again) is not None
    keys.path.unlink()
    assert keys.find(again) is None


def test_a_name_is_the_same_in_full_and_half_width(keys: KeyFile) -> None:
    keys.add("ｅｄｉｔ１", Role.EDIT)
    assert [key.name for key in keys.stored()] == ["edit1"]
    with pytest.raises(KeyNameTaken):
        keys.add("edit1", Role.READ)
    keys.remove("ｅｄｉｔ１")
    assert keys.stored() == ()
    with pytest.raises(UnknownKeyName):
        keys.remove("edit1")


@pytest.mark.parametrize("name", ["", "  ", "a b", "名\n称", "../x", "“引号”", "字" * 65, "\x00"])
def test_a_name_that_would_blur_a_log_is_refused(keys: KeyFile, name: str) -> None:
    with pytest.raises(BadKeyName):
        keys.add(name, Role.READ)
    assert not keys.path.exists()


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"keys": [{"name": "x"}]}', '{"keys": [{"role": "root"}]}', "\udcff"]
)
def test_a_damaged_file_opens_nothing_and_says_so(keys: KeyFile, content: str) -> None:
    secret = keys.add("读者", Role.READ)
    keys.path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(KeysUnreadable, match=r"keys\.json"):
        keys.find(secret)
    with pytest.raises(KeysUnreadable):
        keys.add("编辑", Role.EDIT)


def test_who_may_edit_may_read_and_not_the_other_way() -> None:
    assert Role.EDIT.allows(Role.READ)
    assert Role.EDIT.allows(Role.EDIT)
    assert Role.READ.allows(Role.READ)
    assert not Role.READ.allows(Role.EDIT)


# -- the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIAOKUAN_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_command_makes_lists_and_removes_keys(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "编辑部", "--role", "edit", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["role"]) == ("编辑部", "edit")
    assert KeyFile(home).find(made["key"]) is not None
    assert main(["keys", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(key["name"], key["role"]) for key in listed["keys"]] == [("编辑部", "edit")]
    assert "digest" not in str(listed)
    assert main(["keys", "remove", "编辑部", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"removed": "编辑部"}
    assert KeyFile(home).stored() == ()


def test_the_key_alone_goes_to_stdout(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "读者"]) == 0
    said = capsys.readouterr()
    found = KeyFile(home).find(said.out.strip())
    assert found is not None
    assert found.role is Role.READ
    assert "只显示这一次" in said.err
    assert main(["keys", "list"]) == 0
    assert "读者" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["keys", "add", "a b"], "不能作密钥的名称"),
        (["keys", "remove", "无此人"], "没有名为“无此人”的密钥"),
        (["keys", "ad"], "没有“ad”这个命令"),
        (["keys", "add"], "缺少参数 NAME"),
        (["keys", "add", "x", "--role", "root"], "root"),
    ],
)
def test_a_wrong_command_is_one_line(
    home: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert not (home / "keys.json").exists()


# -- over HTTP ---------------------------------------------------------------------------------------------------------


def test_reading_takes_no_key_unless_the_setting_says_so(client: FlaskClient) -> None:
    assert client.get(SEARCH).status_code == 200
    assert client.get(SEARCH, headers=bearer("tk_wrong")).status_code == 200


@pytest.mark.parametrize(
    "address",
    [SEARCH, "/", "/search?q=民营银行", "/documents", "/documents/opinion", "/api/v1/suggest?q=民", "/feed?q=民"],
)
def test_with_the_setting_everything_of_the_corpus_takes_one(
    client_with: Callable[..., FlaskClient], keys: KeyFile, address: str
) -> None:
    client = client_with(require_key=True)
    refused = client.get(address)
    assert refused.status_code == 401
    assert "民营" not in refused.text.replace("民营银行", "") or address.startswith("/search")
    secret = keys.add("读者", Role.READ)
    assert client.get(address, headers=bearer(secret)).status_code == 200
    assert client.get(address, headers={"X-API-Key": secret}).status_code == 200


def test_each_place_is_open_or_takes_a_key(client_with: Callable[..., FlaskClient]) -> None:
    app = client_with(require_key=True).application
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= access.OPEN
    client = app.test_client()
    for address in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/embed.js",
        "/embed.json",
        "/openapi.json",
        "/static/style.css",
    ):
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_the_refusals_have_the_one_shape_and_say_how_to_send_a_key(
    client_with: Callable[..., FlaskClient], keys: KeyFile
) -> None:
    client = client_with(require_key=True)
    none, wrong = client.get(SEARCH), client.get(SEARCH, headers=bearer("tk_错"))
    assert (none.status_code, wrong.status_code) == (401, 401)
    assert none.get_json()["error"]["code"] == "key_required"
    assert wrong.get_json()["error"]["code"] == "unknown_key"
    assert none.headers["WWW-Authenticate"] == 'Bearer realm="Tiaokuan"'
    assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]


def test_a_browser_asks_its_user_and_sends_the_key_as_the_password(
    client_with: Callable[..., FlaskClient], keys: KeyFile
) -> None:
    client = client_with(require_key=True)
    assert client.get("/").headers["WWW-Authenticate"].startswith("Basic ")
    secret = keys.add("读者", Role.READ)
    basic = base64.b64encode(f"任意:{secret}".encode()).decode()
    assert client.get("/", headers={"Authorization": f"Basic {basic}"}).status_code == 200


def test_a_removed_key_opens_nothing_from_the_next_request_on(
    client_with: Callable[..., FlaskClient], keys: KeyFile
) -> None:
    client = client_with(require_key=True)
    secret = keys.add("读者", Role.READ)
    assert client.get(SEARCH, headers=bearer(secret)).status_code == 200
    keys.remove("读者")
    assert client.get(SEARCH, headers=bearer(secret)).status_code == 401


def test_an_answer_to_a_key_is_kept_by_no_shared_cache(client_with: Callable[..., FlaskClient], keys: KeyFile) -> None:
    client = client_with(require_key=True)
    headers = bearer(keys.add("读者", Role.READ))
    for address in (SEARCH, "/", "/api/v1/suggest?q=民"):
        answer = client.get(address, headers=headers)
        assert answer.cache_control.private
        assert {"Authorization", "X-API-Key"} <= set(answer.vary)


def test_a_damaged_file_of_keys_opens_nothing_over_http(client_with: Callable[..., FlaskClient], keys: KeyFile) -> None:
    client = client_with(require_key=True)
    headers = bearer(keys.add("读者", Role.READ))
    keys.path.write_text("{", "utf-8")
    refused = client.get(SEARCH, headers=headers)
    assert refused.status_code == 503
    assert refused.get_json()["error"]["code"] == "keys_unreadable"
