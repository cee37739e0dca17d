"""Places, issuers and years in a query reorder what was found, and take nothing away."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import pytest

from search.lookup import Named
from search.preferring import prefer
from search.query import parse
from search.ranked import Ranked, RankedList
from search.understanding.places import as_bits, provinces_in

NAMED = {
    "jilin": Named("吉林省实施意见", (), "", as_bits({"吉林"}), ("吉林省人民政府",), 2016),
    "nation": Named("国务院意见", (), "", 0, ("国务院",), 2014),
    "zhejiang": Named("实施办法", (), "", as_bits({"浙江", "上海"}), ("浙江省人民政府",), 2018),
}


def order(query: str, names: Sequence[str] = tuple(NAMED)) -> list[str]:
    ranked = RankedList.of([Ranked(name, 1 - i / 100, {}) for i, name in enumerate(names)], range(len(names)))

    def named(places: Sequence[int], *, texts: bool = True) -> list[Named]:
        return [NAMED[names[place]] for place in places]

    preferred = prefer(ranked, parse(query), named)
    assert [r.score for r in preferred] == sorted((r.score for r in preferred), reverse=True)
    assert all(0 < r.score <= 1 for r in preferred)
    for r in preferred:
        before = 1 - list(names).index(r.clause_id) / 100
        assert r.score == pytest.approx(before * prod(factor.value for factor in r.factors), abs=2e-4)
    return [r.clause_id for r in preferred]


@pytest.mark.parametrize("query", ["浙江的民营银行政策", "杭州市的民营银行", "宁波 民营银行", "浙江省民營銀行"])
def test_the_place_asked_for_comes_before_elsewhere(query: str) -> None:
    assert order(query) == ["zhejiang", "nation", "jilin"]


def test_where_nothing_speaks_of_elsewhere_a_place_says_nothing() -> None:
    assert order("浙江的民营银行", ["nation", "zhejiang"]) == ["nation", "zhejiang"]


def test_the_issuer_and_the_year_asked_for_come_first() -> None:
    assert order("国务院的民营银行政策") == ["nation", "jilin", "zhejiang"]
    assert order("2018年民营银行") == ["zhejiang", "jilin", "nation"]
    assert order("2020年民营银行") == order("民营银行") == list(NAMED)


def test_several_preferences_in_one_query_each_weigh_the_clauses_they_are_about() -> None:
    assert order("浙江省人民政府2016年的民营银行") == ["zhejiang", "nation", "jilin"]
    assert order("国务院2016年 吉林 民营银行") == ["jilin", "nation", "zhejiang"]


@pytest.mark.parametrize(
    ("text", "provinces"),
    [
        ("浙江省", {"浙江"}),
        ("内蒙古自治区赤峰市", {"内蒙古"}),
        ("武汉中心和大连", {"湖北", "辽宁"}),
        ("汉中市", {"陕西"}),
        ("广西壮族自治区梧州市", {"广西"}),
        ("白银和日照时间，大同小异，阿里巴巴", set()),
        ("伊犁州与伊春市", {"新疆", "黑龙江"}),
        ("在上海南站和南京", {"上海", "江苏"}),
        ("", set()),
        ("东北地区", set()),
    ],
)
def test_a_province_is_named_by_itself_or_by_a_city(text: str, provinces: set[str]) -> None:
    assert provinces_in(text) == provinces
