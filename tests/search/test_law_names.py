"""The names of laws: the nearest to what was typed, among many, in whatever way it was written."""

from __future__ import annotations

import pytest

from search.law_names import LawNames, distance, name_of

TITLES = {
    "gs": "中华人民共和国公司法",
    "gs2013": "中华人民共和国公司法",
    "gs60": "中华人民共和国公司法第六十条",
    "jie": "最高人民法院关于适用《中华人民共和国公司法》若干问题的规定",
    "lao": "中華人民共和國勞動合同法",
    "lss": "劳动合同法实施条例",
    "ppp": "ＰＰＰ项目管理办法（试行）",
    "di": "第十三届全国人民代表大会第一次会议公报",
    "blank": "　\n",
    "broken": "两行的\n条例",
}
NAMES = LawNames(TITLES.items())


@pytest.mark.parametrize(
    ("law", "found"),
    [
        ("公司法", {"gs", "gs2013", "gs60"}),
        ("关于公司法", {"gs", "gs2013", "gs60"}),
        ("劳动合同法", {"lao"}),
        ("劳动合同法实施", {"lao", "lss"}),
        ("合同法实施条例", {"lss"}),
        ("ppp项目管理办法(试行)", {"ppp"}),
        ("条例", {"broken"}),
        ("刑法", set()),
        ("民" * 500 + "公司法" + "银" * 490, {"gs", "gs2013", "gs60"}),
    ],
)
def test_the_nearest_name_in_or_around_what_was_typed(law: str, found: set[str]) -> None:
    assert set(NAMES.nearest(law)) == found == set(_one_by_one(law, TITLES))


@pytest.mark.parametrize("within", [{"jie", "lss"}, {"lao"}, set()])
@pytest.mark.parametrize("law", ["公司法", "劳动合同法", "劳动合同法实施", "条例"])
def test_only_among_the_documents_asked_for(law: str, within: set[str]) -> None:
    titles = {i: title for i, title in TITLES.items() if i in within}
    assert set(NAMES.nearest(law, within)) == set(_one_by_one(law, titles))


def test_no_names_have_none_near() -> None:
    assert LawNames(()).nearest("公司法") == []
    assert LawNames([("d", "第十条")]).nearest("公司法") == []


def _one_by_one(law: str, titles: dict[str, str]) -> list[str]:
    """Each title compared with the law's name."""
    far = {i: d for i, title in titles.items() if (d := distance(name_of(title), law)) is not None}
    return [i for i, d in far.items() if d == min(far.values())]
