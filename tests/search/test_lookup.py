"""Articles asked for by name and number, in every notation."""

from __future__ import annotations

import pytest

from search.lookup import Named, articles_in
from search.query import Article, parse

CLAUSES = {
    "other": Named("中华人民共和国公司法", ("第三章",), "第六十一条 股东会由全体股东组成，依照第六十条执行。"),
    "foreign": Named("外商投资公司法实施办法", (), "第六十条 外商投资公司参照执行。"),
    "wanted": Named("中华人民共和国公司法", ("第三章",), "第六十条 一人有限责任公司不设股东会。"),
    "later": Named("中华人民共和国公司法", ("第三章", "第六十一条 本法第六十条所列事项"), "（一）由董事会决定。"),
    "part": Named("中华人民共和国公司法", ("第三章", "第六十条 一人有限责任公司"), "（二）书面记录置备于公司。"),
    "titled": Named("中华人民共和国民法典第一千零四十三条", (), "家庭应当树立优良家风。"),
}


def wanted(query: str) -> list[str]:
    names = list(CLAUSES)
    return [names[place] for place in articles_in(list(CLAUSES.values()), range(len(names)), parse(query).articles)]


@pytest.mark.parametrize(
    "query",
    [
        "公司法第六十条的内容是什么？",
        "《中华人民共和国公司法》第60条",
        "请问公司法60条怎么规定",
        "公司法第６０条",
        "公司法的第六十條",
    ],
)
def test_the_article_goes_first_and_its_parts_follow(query: str) -> None:
    assert wanted(query)[:2] == ["wanted", "part"]
    assert "later" not in wanted(query)


def test_parts_of_an_article_come_as_they_are_read() -> None:
    law, path = "中华人民共和国公司法", ("第六十条 下列事项由股东会决定",)
    parts = [Named(law, path, f"（{number}）某事项。") for number in "三一二"]
    named = [*parts, Named(law, (), "第六十条 下列事项由股东会决定：")]
    assert articles_in(named, [13, 11, 12, 10], parse("公司法第60条").articles) == [3, 1, 2, 0]


@pytest.mark.parametrize("query", ["民法典第一千零四十三条", "民法典1043条", "中华人民共和国民法典第1043条"])
def test_an_article_may_be_a_document_of_its_own(query: str) -> None:
    assert wanted(query)[0] == "titled"


@pytest.mark.parametrize("query", ["第六十条", "2016年出台60条措施", "刑法第六十条", "本法第六十条", "民营银行"])
def test_without_a_law_of_that_name_the_order_stays(query: str) -> None:
    assert wanted(query) == []


@pytest.mark.parametrize(
    "query", ["条例第三条", "本办法第３条", "《实施细则》第三条", "该法第三条和第四条", "有关規定第三條"]
)
def test_a_kind_of_text_is_no_law_to_look_in(query: str) -> None:
    assert parse(query).articles == ()


@pytest.mark.parametrize(
    ("query", "law"), [("刑法第三条", "刑法"), ("物业管理条例第三条", "物业管理条例"), ("民法典3条", "民法典")]
)
def test_the_shortest_names_of_laws_are_known(query: str, law: str) -> None:
    assert parse(query).articles == (Article(law, "第3条"),)
