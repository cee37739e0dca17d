"""`字段:值` in a query, and which documents it lets through."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.filtering import admits
from search.model import Document, Filters, Validity
from search.query import parse

TODAY = date(2026, 11, 1)
OPINION = Document(
    "d1",
    "a.txt",
    "国务院关于深入推进实施新一轮东北振兴战略的意见",
    "",
    issuers=("国务院",),
    document_number="国发〔2016〕62号",
    issued_on=date(2016, 11, 1),
    kind="意见",
    region="全国",
    effective_on=date(2016, 11, 1),
)
NOTICE = Document(
    "d2",
    "b.txt",
    "浙江省人民政府办公厅关于民营银行的通知",
    "",
    issuers=("浙江省人民政府办公厅", "国家发展和改革委员会"),
    document_number="浙政办发〔2018〕7号",
    kind="通知",
    region="浙江省杭州市",
    repealed_by=("d9",),
)


def admitted(query: str) -> list[str]:
    filters = parse(query, TODAY).filters
    return [d.document_id for d in (OPINION, NOTICE) if admits(filters, d, TODAY)]


@pytest.mark.parametrize(
    "field",
    [
        "发文机关:国务院",
        "发文机关：国务院",
        "發文機關:國務院",
        "issuer:国务院",
        "Issuer：“国务院”",
        "ＩＳＳＵＥＲ:国务院",
        "发布机关 : 《国务院》",
    ],
)
def test_a_field_is_one_in_every_notation(field: str) -> None:
    query = parse(f"民营银行 {field}")
    assert query.filters == Filters(issuer="国务院")
    assert (query.words, query.meaning) == ("民营银行", "民营银行")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("文号:国发〔2016〕62号", ["d1"]),
        ("number:国发[2016]62", ["d1"]),
        ("文号：国发 （２０１６） 62 号", ["d1"]),
        ("文号:国发〔2016〕6号", []),
        ("文号:浙政办发", ["d2"]),
        ("标题:民营银行", ["d2"]),
        ("标题:“新一轮 东北振兴”", ["d1"]),
        ("类型:通知", ["d2"]),
        ("文种:意見", ["d1"]),
        ("地区:浙江", ["d2"]),
        ("region:杭州", ["d2"]),
        ("效力:现行有效", ["d1"]),
        ("效力:已废止", ["d2"]),
        ("年份:2016", ["d1"]),
        ("year:2014-2016", ["d1"]),
        ("年份:2016-2014", ["d1"]),
        ("年份：二〇一六", ["d1"]),
        ("年份:>=2016", ["d1"]),
        ("年份：＞2016", []),
        ("日期:2016-01-01..2016-12-31", ["d1"]),
        ("日期:2016年11月1日", ["d1"]),
        ("日期:2016-11-02..", []),
        ("-类型:通知", ["d1"]),
        ("－地区：浙江", ["d1"]),
        ("-年份:2016", ["d2"]),
        ("发文机关:发改委", ["d2"]),
        ("发文机关:浙江省政府办公厅", ["d2"]),
        ("类型:通知 年份:2016", []),
        ("类型:意见 年份:2016", ["d1"]),
        ("发文机关:国务院 -效力:废止 民营", ["d1"]),
    ],
)
def test_a_field_lets_the_right_documents_through(query: str, found: list[str]) -> None:
    assert admitted(query) == found


@pytest.mark.parametrize(
    "query",
    [
        "通知：关于召开会议",
        "会议时间12:30",
        "http://www.gov.cn/a:b",
        "年份:abc",
        "年份:2016-13",
        "效力:很强",
        "标题:",
        "标题：，",
        "查询发文机关:国务院",
        "作者:张三",
        "“发文机关:国务院”",
        '"东北 年份:2016"',
    ],
)
def test_a_colon_in_ordinary_text_is_no_field(query: str) -> None:
    parsed = parse(query, TODAY)
    assert not parsed.filters
    assert all(part in parsed.meaning for part in ("年份:abc", "通知：关于召开会议") if part in query)


def test_a_query_of_fields_alone_is_a_listing_and_not_empty() -> None:
    assert parse("发文机关:国务院").is_listing
    assert parse("-类型:通知").is_listing
    assert not parse("发文机关:国务院").is_empty
    assert not parse("发文机关:国务院 “民营银行”").is_listing
    assert parse("，").is_empty


def test_what_is_excluded_is_kept_apart_from_what_is_asked() -> None:
    query = parse("民营银行 -公司 -类型:通知 标题:东北")
    assert query.excluded == ("公司",)
    assert query.filters == Filters(also=(Filters(title="东北"),), excluded=(Filters(kind="通知"),))


def test_filters_of_the_page_and_of_the_query_hold_together() -> None:
    page, typed = Filters(issuer="国务院"), Filters(since=date(2017, 1, 1))
    assert page.joined(Filters()) == Filters().joined(page) == page
    assert not admits(page.joined(typed), OPINION, TODAY)
    assert page.joined(typed).by_date
    assert page.joined(Filters(excluded=(Filters(validity=Validity.EXPIRED),))).by_validity


_BITS = st.sampled_from(
    [
        *"-:：“”\"'<>《》〔〕[]()（） .。，~至到年月日号第条",
        "年份:",
        "日期:",
        "文号:",
        "标题:",
        "-类型:",
        "2016",
        "2014年",
        "以来",
        "近三年",
        "十三五期间",
        "国发",
        "发文机关：",
        "浙江",
        "\ud800",
        "𠀀",
    ]
)


@given(st.one_of(st.text(max_size=1000), st.lists(_BITS, max_size=300).map(lambda bits: "".join(bits)[:1000])))
def test_nothing_a_user_types_raises(text: str) -> None:
    query = parse(text, TODAY)
    query.keyword()
    assert admits(query.filters, OPINION, TODAY) in {True, False}


@pytest.mark.parametrize(
    "text",
    [
        "年份:" * 333,
        "文号:发 " * 200,
        "2016年" * 200,
        "2016年至" * 166,
        '"' * 1000,
        "-" * 1000,
        "标题:“" * 250,
        "自" * 1000,
    ],
)
def test_long_repetitions_are_read_at_once(text: str) -> None:
    query = parse(text, TODAY)
    assert query.is_empty or query.is_listing or query.meaning
