"""How often one caller may ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from search.settings import Settings
from web.keys import KeyFile, Role
from web.limits import Limiter, Rate

SEARCH = "/api/v1/search?q=民营银行"
OUTSIDE = "203.0.113.77"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 50), st.sampled_from([1, 60, 3600]), st.lists(st.floats(0, 30), max_size=200))
def test_no_window_of_time_ever_holds_more_than_twice_the_rate(count: int, seconds: int, pauses: list[float]) -> None:
    clock, let_in = Clock(), []
    limiter = Limiter(Rate(count, seconds), clock)
    for pause in pauses:
        clock.now += pause
        if not limiter.wait("甲"):
            let_in.append(clock.now)
    for began in let_in:
        assert sum(began <= each < began + seconds for each in let_in) <= 2 * count


@given(st.integers(1, 100), st.sampled_from([1, 60, 3600]))
def test_the_whole_rate_may_come_at_once_and_the_wait_is_long_enough(count: int, seconds: int) -> None:
    clock = Clock()
    limiter = Limiter(Rate(count, seconds), clock)
    assert [limiter.wait("甲") for _ in range(count)] == [0.0] * count
    wait = limiter.wait("甲")
    assert 0 < wait <= seconds
    assert limiter.wait("甲") == wait
    clock.now += wait
    assert limiter.wait("甲") == 0


def test_callers_do_not_count_for_one_another() -> None:
    limiter = Limiter(Rate(1, 60), Clock())
    assert limiter.wait("甲") == 0
    assert limiter.wait("甲") > 0
    assert limiter.wait("乙") == 0


def test_however_many_callers_come_few_are_remembered() -> None:
    limiter = Limiter(Rate(1, 60), Clock(), callers=10)
    for number in range(1000):
        assert limiter.wait(f"203.0.113.{number}") == 0
    assert len(limiter._due) == 10


@pytest.mark.parametrize(
    "text", ["600", "0/minute", "每分钟600", "1/week", "1/minute;", "-1/minute", "1/minute\n2/hour"]
)
def test_a_rate_that_is_none_is_no_setting(text: str) -> None:
    with pytest.raises(ValidationError):
        Settings(rate_limit=text)


def test_a_setting_may_have_several_rates_or_none() -> None:
    assert Rate.parse(Settings(rate_limit="20/second; 600/minute").rate_limit) == [Rate(20, 1), Rate(600, 60)]
    assert Rate.parse(Settings(rate_limit="").rate_limit) == []


def test_over_the_limit_is_429_in_the_one_shape_and_says_when_to_come_again(
    client_with: Callable[..., FlaskClient],
) -> None:
    client = client_with(OUTSIDE, rate_limit="2/hour")
    assert [client.get(SEARCH).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(SEARCH)
    assert refused.get_json()["error"]["code"] == "too_many_requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["Retry-After"] in refused.get_json()["error"]["remedy"]
    assert client.get("/search?q=民营银行").status_code == 429


def test_supervision_and_style_are_not_counted(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(OUTSIDE, rate_limit="1/hour")
    for _ in range(3):
        assert client.get("/healthz").status_code == 200
        with client.get("/static/style.css") as style:
            assert style.status_code == 200
    assert client.get(SEARCH).status_code == 200


def test_this_machine_itself_is_not_limited(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(rate_limit="1/hour")
    assert {client.get(SEARCH).status_code for _ in range(5)} == {200}


def test_without_a_rate_nobody_is(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(OUTSIDE, rate_limit="")
    assert {client.get(SEARCH).status_code for _ in range(5)} == {200}


def test_a_key_counts_for_itself_wherever_it_comes_from(
    client_with: Callable[..., FlaskClient], settings: Settings
) -> None:
    client = client_with(OUTSIDE, rate_limit="1/hour")
    keys = KeyFile(settings.home)
    first, second = ({"X-API-Key": keys.add(name, Role.READ)} for name in ("甲", "乙"))
    assert client.get(SEARCH).status_code == 200
    assert client.get(SEARCH, headers=first).status_code == 200
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    assert client.get(SEARCH, headers=first, environ_overrides=elsewhere).status_code == 429
    assert client.get(SEARCH, headers=second).status_code == 200


def test_guessed_keys_count_for_the_address(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(OUTSIDE, rate_limit="3/hour", require_key=True)
    tried = [client.get(SEARCH, headers={"X-API-Key": f"tk_{guess}"}).status_code for guess in range(5)]
    assert tried == [401, 401, 401, 429, 429]


def test_the_addresses_of_one_ipv6_customer_are_one_caller(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with("2001:db8:1:2::1", rate_limit="1/hour")
    assert client.get(SEARCH).status_code == 200
    assert client.get(SEARCH, environ_overrides={"REMOTE_ADDR": "2001:db8:1:2:ffff::9"}).status_code == 429
    assert client.get(SEARCH, environ_overrides={"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code == 200


def test_behind_a_proxy_the_caller_is_who_the_proxy_names(client_with: Callable[..., FlaskClient]) -> None:
    client = client_with(rate_limit="1/hour", trusted_proxies=1)
    assert client.get(SEARCH, headers={"X-Forwarded-For": OUTSIDE}).status_code == 200
    assert client.get(SEARCH, headers={"X-Forwarded-For": f"198.51.100.1, {OUTSIDE}"}).status_code == 429
    assert client.get(SEARCH, headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 200


def test_nobody_from_outside_passes_for_this_machine(client_with: Callable[..., FlaskClient]) -> None:
    feigned = {"X-Forwarded-For": "127.0.0.1"}
    for proxies in (0, 1):
        client = client_with(OUTSIDE, rate_limit="1/hour", trusted_proxies=proxies)
        assert [client.get(SEARCH, headers=feigned).status_code for _ in range(2)] == [200, 429]
        unlimited = client_with(OUTSIDE, rate_limit="", trusted_proxies=proxies)
        assert unlimited.get("/metrics", headers=feigned).status_code == 401
