"""Places, issuers and years in a query reorder what was found, and take nothing away."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from search.lookup import Named
from search.preferring import prefer
from search.query import parse
from search.ranked import Placed, Ranked
from search.understanding.places import provinces_in

NAMED = {
    "jilin": Named("吉林省实施意见", (), "争取尽快设立民营银行", "吉林省", ("吉林省人民政府",), 2016),
    "nation": Named("国务院意见", (), "设立一家民营银行", "全国", ("国务院",), 2014),
    "zhejiang": Named("实施办法", ("一、杭州市",), "支持民營銀行", None, ("浙江省人民政府",), 2018),
}


def order(query: str, names: Collection[str] = tuple(NAMED)) -> list[str]:
    ranked = [Ranked(name, 1 - i / 100, {}) for i, name in enumerate(names)]

    def named(clauses: Sequence[Placed], *, texts: bool = True) -> list[Named]:
        known = [NAMED[c.clause_id] for c in clauses]
        return known if texts else [each._replace(path=(), text="") for each in known]

    preferred = prefer(ranked, parse(query), named)
    assert [r.score for r in preferred] == sorted((r.score for r in preferred), reverse=True)
    assert all(0 < r.score <= 1 for r in preferred)
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
        ("", set()),
        ("东北地区", set()),
    ],
)
def test_a_province_is_named_by_itself_or_by_a_city(text: str, provinces: set[str]) -> None:
    assert provinces_in(text) == provinces
