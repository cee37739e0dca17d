from __future__ import annotations

from datetime import date

import pytest

from search.facets import count, count_facets, without
from search.filtering import admits
from search.levels import level_of
from search.model import Document, FacetCount, Filters, Level, Validity

TODAY = date(2026, 1, 1)


def document(document_id: str, **facts: object) -> Document:
    return Document(document_id, f"{document_id}.txt", "标题", "", **facts)  # type: ignore[arg-type]


STATE = document("state", issuers=("国务院",), issued_on=date(2016, 11, 1), kind="意见", region="全国")
OFFICE = document(
    "office", issuers=("国务院办公厅",), issued_on=date(2018, 5, 2), kind="指导意见", region="全国", repealed_by=("x",)
)
HEBEI = document("hebei", issuers=("河北省人民政府", "河北省财政厅"), kind="通知", region="河北省")
CITY = document("city", issuers=("石家庄市人民政府",), issued_on=date(2018, 1, 9), kind="通知", region="河北省石家庄市")
ALL = [STATE, OFFICE, HEBEI, CITY]


def counted(name: str, *hits: list[Document]) -> dict[str, int]:
    return {each.value: each.count for each in count(name, hits, TODAY)}


@pytest.mark.parametrize(
    ("region", "level"),
    [
        ("全国", Level.CENTRAL),
        ("河北省", Level.PROVINCIAL),
        ("北京市", Level.PROVINCIAL),
        ("内蒙古自治区", Level.PROVINCIAL),
        ("新疆维吾尔自治区", Level.PROVINCIAL),
        ("北京市海淀区", Level.LOCAL),
        ("河北省石家庄市", Level.LOCAL),
        ("深圳市", Level.LOCAL),
        ("延边朝鲜族自治州", Level.LOCAL),
        (None, None),
        ("", None),
    ],
)
def test_the_level_follows_from_the_region(region: str | None, level: Level | None) -> None:
    assert level_of(region) is level


def test_a_hit_counts_for_each_value_of_its_document_and_once_for_each() -> None:
    assert counted("issuer", [HEBEI], [HEBEI, CITY]) == {"河北省人民政府": 2, "河北省财政厅": 2, "石家庄市人民政府": 1}
    assert counted("level", [STATE], [HEBEI, CITY]) == {"central": 1, "provincial": 1, "local": 1}


@pytest.mark.parametrize("name", ["issuer", "kind", "region", "level", "validity"])
def test_a_count_is_what_the_filter_of_the_value_keeps(name: str) -> None:
    for value, number in counted(name, *([d] for d in ALL)).items():
        wanted = {"level": Level, "validity": Validity}.get(name, str)(value)
        kept = [d for d in ALL if admits(Filters(**{name: wanted}), d, TODAY)]  # type: ignore[arg-type]
        assert len(kept) == number, value


def test_the_most_frequent_value_comes_first_and_years_in_their_order() -> None:
    assert count("kind", [[STATE], [HEBEI], [CITY], [CITY]], TODAY)[0] == FacetCount("通知", 3)
    assert count("year", [[OFFICE], [CITY], [STATE], [HEBEI]], TODAY) == (FacetCount("2016", 1), FacetCount("2018", 2))


def test_a_facets_own_filter_leaves_its_counts_alone() -> None:
    def found(wanted: Filters) -> list[list[Document]]:
        return [[d] for d in ALL if admits(wanted, d, TODAY)]

    facets = count_facets(Filters(kind="通知", since=date(2018, 1, 1), until=date(2018, 12, 31)), found, TODAY)
    assert {each.value: each.count for each in facets["kind"]} == {"指导意见": 1, "通知": 1}
    assert facets["year"] == (FacetCount("2018", 1),)  # of the 通知
    assert [each.value for each in facets["issuer"]] == ["石家庄市人民政府"]
    assert without(Filters(since=date(2018, 1, 1), issuer="国务院"), "year") == Filters(issuer="国务院")


def test_nothing_found_has_no_values() -> None:
    assert set(count_facets(Filters(), lambda _: [], TODAY).values()) == {()}
