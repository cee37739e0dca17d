from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import BadParameter, BadRequest, UnknownMode
from search.model import Filters, Level, Mode, Validity
from web import params


def test_what_is_not_given_has_its_default() -> None:
    asked = params.search_parameters({"q": "民营银行"}, "zh")
    assert asked == params.SearchParameters("民营银行", Mode.HYBRID, 10, 0, Filters())


def test_untouched_form_fields_count_as_not_given() -> None:
    fields = dict.fromkeys(("mode", "limit", "offset", "sort", *params.FILTERS), " ")
    assert params.search_parameters({"q": "民营银行", **fields}, "zh") == params.search_parameters(
        {"q": "民营银行"}, "zh"
    )


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2016-11-01", date(2016, 11, 1), date(2016, 11, 1)),
    ],
)
def test_a_year_or_month_means_the_whole_of_it(value: str, first: date, last: date) -> None:
    assert params.filters({"since": value, "until": value}, "zh") == Filters(since=first, until=last)


@pytest.mark.parametrize("value", ["去年", "2016-13", "2016-02-30", "0000", "2016-", "20161101", "2016-1-1-1"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_what_is_no_date_is_refused_with_an_example(name: str, value: str) -> None:
    with pytest.raises(BadParameter) as refused:
        params.filters({name: value}, "zh")
    assert value in refused.value.message()
    assert "2016-11-01" in refused.value.remedy()


def test_dates_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(BadParameter):
        params.filters({"since": "2017", "until": "2016"}, "zh")


@pytest.mark.parametrize("value", ["0", "-1", "101", "十", "1.5", "1e3", "9" * 40])
def test_a_limit_is_a_whole_number_from_1_to_100(value: str) -> None:
    with pytest.raises(BadParameter) as refused:
        params.limit({"limit": value}, "zh")
    assert refused.value.remedy() == "limit 应为1 到 100 的整数"


def test_every_filter_is_read() -> None:
    fields = {"issuer": "国务院", "kind": "意见", "region": "河北省", "validity": "in_force", "level": "central"}
    assert params.filters({"since": "2016", **fields}, "zh") == Filters(
        issuer="国务院",
        since=date(2016, 1, 1),
        kind="意见",
        region="河北省",
        validity=Validity.IN_FORCE,
        level=Level.CENTRAL,
    )


@pytest.mark.parametrize(("name", "last"), [("sort", "oldest"), ("level", "local"), ("validity", "unstated")])
@pytest.mark.parametrize("value", ["最新", "NEWEST", "in force", "<script>"])
def test_a_word_that_is_no_choice_is_refused_with_the_choices(name: str, last: str, value: str) -> None:
    with pytest.raises(BadParameter) as refused:
        params.search_parameters({"q": "民营银行", name: value}, "zh")
    assert value in refused.value.message()
    assert f"{last} 之一" in refused.value.remedy()


def test_bounds_are_included() -> None:
    assert params.limit({"limit": "100"}, "zh") == 100
    assert params.search_parameters({"q": "x", "offset": "10000"}, "zh").offset == 10_000
    assert params.page({"page": str(params.MAX_PAGE)}, "zh") == 1001


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(UnknownMode, match="fuzzy"):
        params.mode({"mode": "fuzzy"})


def test_an_unknown_language_is_refused() -> None:
    assert params.chosen_language({"lang": "en"}, "zh") == "en"
    assert params.chosen_language({}, "zh") is None
    with pytest.raises(BadParameter):
        params.chosen_language({"lang": "fr"}, "zh")


@given(
    st.dictionaries(
        st.sampled_from(["q", "mode", "limit", "offset", "sort", *params.FILTERS, "page", "lang"]), st.text()
    )
)
def test_no_text_makes_parsing_fail_in_another_way(values: dict[str, str]) -> None:
    for parse in (params.search_parameters, params.page, params.chosen_language):
        with suppress(BadRequest):
            parse(values, "en")
