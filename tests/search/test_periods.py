"""Limits in words: when a period limits the documents, and when a date is content."""

from __future__ import annotations

from datetime import date

import pytest

from search.query import parse

TODAY = date(2024, 2, 29)
D = date


@pytest.mark.parametrize(
    ("query", "since", "until", "words"),
    [
        ("2016年以后 民营银行", D(2016, 1, 1), None, "民营银行"),
        ("2016年以後的 民營銀行", D(2016, 1, 1), None, "民营银行"),
        ("２０１６年以来出台了哪些民营银行政策？", D(2016, 1, 1), None, "哪些民营银行政策?"),
        ("自2016年起 民营银行", D(2016, 1, 1), None, "民营银行"),
        ("民营银行 2014年至2016年", D(2014, 1, 1), D(2016, 12, 31), "民营银行"),
        ("2014-2016年 民营银行", D(2014, 1, 1), D(2016, 12, 31), "民营银行"),
        ("从2014年到2016年的民营银行政策有哪些？", D(2014, 1, 1), D(2016, 12, 31), "民营银行政策有哪些?"),
        ("2016年前 民营银行", None, D(2015, 12, 31), "民营银行"),
        ("2016年11月1日之前印发的 民营银行", None, D(2016, 10, 31), "民营银行"),
        ("近三年民营银行政策", D(2021, 3, 1), None, "民营银行政策"),
        ("最近2年内发布的民营银行文件", D(2022, 3, 1), None, "民营银行文件"),
        ("去年 民营银行", D(2023, 1, 1), D(2023, 12, 31), "民营银行"),
        ("今年国务院出台的 民营银行", D(2024, 1, 1), D(2024, 12, 31), "民营银行"),
        ("“十三五”期间 民营银行", D(2016, 1, 1), D(2020, 12, 31), "民营银行"),
        ("十二五期间东北振兴政策", D(2011, 1, 1), D(2015, 12, 31), "东北振兴政策"),
        ("二〇一六年以来 民营银行", D(2016, 1, 1), None, "民营银行"),
    ],
)
def test_a_period_that_says_when_documents_were_issued_limits_them(
    query: str, since: date | None, until: date | None, words: str
) -> None:
    parsed = parse(query, TODAY)
    assert (parsed.filters.since, parsed.filters.until, parsed.words) == (since, until, words)
    assert parsed.understood is not None


@pytest.mark.parametrize(
    "query",
    [
        "到2020年的目标是什么",
        "2016年11月1日起施行的办法",
        "自2020年起取得的职称证书都是电子证书吗？",
        "2005年1月1日之前发放的住房公积金贷款如何办理提前还清？",
        "2010年以后成立的公司可以申报吗",
        "企业近三年无违法记录",
        "今年中央一号文件的补短板任务指什么？",
        "十三五时期的目标",
        "“2016年以后” 民营银行",
        "“2016年以来发布的”民营银行",
        "2016年以后",
        "2016年 民营银行",
        "9999年以后 民营银行",
    ],
)
def test_a_date_that_is_content_stays(query: str) -> None:
    parsed = parse(query, TODAY)
    assert parsed.understood is None
    assert not parsed.filters
    assert parsed.meaning == " ".join(query.replace("“", " ").replace("”", " ").split())


def test_the_notice_can_quote_the_words_as_typed() -> None:
    understood = parse("２０１６年以來 民營銀行", TODAY).understood
    assert understood is not None
    assert understood.words == "２０１６年以來"


@pytest.mark.parametrize(
    ("query", "year"),
    [
        ("2016年东北振兴", 2016),
        ("二〇一六年的政策", 2016),
        ("到2020年的目标", None),
        ("2016年和2017年", None),
        ("2016年11月的通知", None),
        ("2016年底前完成", None),
        ("12016年", None),
    ],
)
def test_a_bare_year_is_a_preference(query: str, year: int | None) -> None:
    assert parse(query, TODAY).year == year
