"""The five documents on the engine `milvus`: adapter logic, tried on milvus-lite. Answers are those of the first rung, of
which tests/acceptance/test_corpus_search.py says what they must be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.pipeline import build_index
from indexer.report import IndexReport
from search.model import Filters, Mode, ResultPage
from search.searcher import Searcher
from search.settings import Settings

pytest.importorskip("milvus_lite", reason="pip install 'tiaokuan[milvus]': adapter logic, tried on milvus-lite")


@pytest.fixture(scope="module")
def on_milvus(settings: Settings, report: IndexReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """The index of `corpus/`, moved: nothing is embedded again."""
    home: Path = tmp_path_factory.mktemp("milvus") / "home"
    shutil.copytree(settings.home, home)
    moved = settings.model_copy(update={"home": home, "engine": "milvus"})
    assert build_index(moved, [settings.corpus], progress=False).embedded == 0
    opened = Searcher.open(moved)
    yield opened
    opened.close()


def _seen(page: ResultPage) -> list[tuple[str, float, tuple[str, ...]]]:
    return [(hit.clause.clause_id, pytest.approx(hit.score, abs=1e-3), tuple(hit.matched_by)) for hit in page.hits]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "query",
    [
        "民营银行",
        "民營銀行",
        "“民营银行”",
        "民营银行？",
        "国发〔2016〕62号",
        "国发【2016】６２号",
        "國發〔2016〕62號",
        "推广ＰＰＰ模式",
        "ppp",
        "“平台+服务”",
        "“银行民营”",
        "民营银行 -吉林 -我省",
        "冬天用风力发电取暖",
        "煤矿塌陷的地方居民怎么安置",
        "东北哪些政策允许民间资本办银行？",
        "绝地求生职业联赛赛程",
        "红烧肉的做法",
        "asdfqwer zxcv",
    ],
)
def test_answers_are_those_of_the_first_rung(searcher: Searcher, on_milvus: Searcher, query: str, mode: Mode) -> None:
    expected, found = (_each.search(query, mode=mode, limit=20) for _each in (searcher, on_milvus))
    assert _seen(found) == _seen(expected)
    assert [notice.key for notice in found.notices] == [notice.key for notice in expected.notices]


def test_filters_and_similar_clauses_are_those_of_the_first_rung(searcher: Searcher, on_milvus: Searcher) -> None:
    jilin = Filters(issuer="吉林省人民政府")
    both = (searcher, on_milvus)
    expected, found = (each.search("民营银行", filters=jilin) for each in both)
    assert found.hits
    assert _seen(found) == _seen(expected)
    expected, found = (each.similar(expected.hits[0].clause.clause_id) for each in both)
    assert [hit.clause.clause_id for hit in found.hits] == [hit.clause.clause_id for hit in expected.hits]
