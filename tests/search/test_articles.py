"""Whoever names an article of a law gets it first, then its parts as they are read, in every way to search by words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.pipeline import build_index
from search.model import Filters, Mode
from search.searcher import Searcher
from search.settings import Settings

LAW = """中华人民共和国河湖养护法

第一章　总则
第一条　为了养护河湖，制定本法。
第二章　养护
第十二条　下列河湖可以设立养护区：
（一）跨省的河湖；
（二）作为水源的河湖；
（三）其他需要养护的河湖。
第十三条　养护区应当设立标志。
第十四条　本法第十二条所列河湖，省级人民政府可以先行设立养护区：
（一）经过论证的；
（二）经过公示的。
"""
RULES = """河湖养护法实施细则

第一条　根据河湖养护法第十二条、第十三条，制定本细则。
第十二条　河湖养护法第十二条所称跨省的河湖，依照河湖养护法第十二条的规定办理。
"""
OTHERS = """关于贯彻河湖养护法第十二条的意见

一、学习河湖养护法第十二条，宣传河湖养护法第十二条。
二、依照河湖养护法第十二条设立养护区，依照河湖养护法第十三条设立标志。
"""
ARTICLE = ["第十二条　下列河湖可以设立养护区：", "（一）跨省", "（二）作为水源", "（三）其他需要"]
THIRTEEN = "第十三条　养护区应当设立标志。"


@pytest.fixture(scope="module", params=["embedded", "tantivy"])
def laws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder: Path = tmp_path_factory.mktemp("laws")
    (folder / "documents").mkdir()
    for name, text in {"法": LAW, "细则": RULES, "意见": OTHERS}.items():
        (folder / "documents" / f"{name}.txt").write_text(text, "utf-8")
    settings = Settings(home=folder / "home", engine=request.param)
    build_index(settings, [folder / "documents"], progress=False)
    searcher = Searcher.open(settings)
    yield searcher
    searcher.close()


def first(searcher: Searcher, query: str, mode: Mode, count: int = 4) -> list[str]:
    return [hit.clause.text for hit in searcher.search(query, mode=mode).hits[:count]]


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.KEYWORD])
@pytest.mark.parametrize(
    "query",
    [
        "河湖养护法第十二条",
        "河湖養護法第十二條",
        "河湖养护法１２条",
        "《中华人民共和国河湖养护法》第12条是什么？",
        "河湖养护法 第十二条 意见",
    ],
)
def test_the_article_and_its_parts_go_first(laws: Searcher, query: str, mode: Mode) -> None:
    found = first(laws, query, mode)
    assert [text.startswith(begins) for text, begins in zip(found, ARTICLE, strict=True)] == [True] * 4, found


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.KEYWORD])
@pytest.mark.parametrize(
    "query", ["河湖养护法第十三条和第１２条", "河湖养护法第12条、13条", "河湖养护法第十二条以及第十三条"]
)
def test_several_articles_of_one_law(laws: Searcher, query: str, mode: Mode) -> None:
    assert first(laws, query, mode, 2) == [ARTICLE[0], THIRTEEN]


def test_a_law_of_a_longer_name_is_another_one(laws: Searcher) -> None:
    assert first(laws, "河湖养护法实施细则第十二条", Mode.KEYWORD, 1)[0].startswith("第十二条　河湖养护法第十二条所称")


def test_what_is_asked_beside_the_article_binds_it_too(laws: Searcher) -> None:
    found = first(laws, "河湖养护法第十二条 -水源", Mode.KEYWORD)
    assert not any("水源" in text for text in found)
    assert found[:2] == [ARTICLE[0], "（一）跨省的河湖；"]
    page = laws.search("河湖养护法第十二条", mode=Mode.KEYWORD, filters=Filters(kind="意见"))
    assert {hit.document.kind for hit in page.hits} == {"意见"}


def test_meaning_alone_looks_nothing_up(laws: Searcher) -> None:
    """There the article's first sentence weighs less, as any heading does, and no channel but the one asked speaks."""
    for mode, weighed in ((Mode.SEMANTIC, True), (Mode.KEYWORD, False)):
        hits = laws.search("河湖养护法第十二条", mode=mode, limit=50, explained=True).hits
        explanation = next(hit.explanation for hit in hits if hit.clause.text == ARTICLE[0])
        assert explanation is not None
        assert ("heading" in [factor.name for factor in explanation.factors]) is weighed
        assert {name for hit in hits for name in hit.matched_by} == {mode.value}
