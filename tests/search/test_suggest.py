"""Suggestions: folded, prefix before infix, and pinyin for Latin letters only."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.report import IndexReport
from search import suggest
from search.generation import CATALOGUE, open_current
from search.searcher import Searcher
from search.settings import Settings
from search.store import Catalogue
from search.suggest import Entry, Index, Suggestion, SuggestionKind, frequent_terms
from search.text.segment import Analyzer

INDEX = Index(
    {
        SuggestionKind.NUMBER: [Entry("国发〔2016〕62号", "d1"), Entry("吉政发〔2016〕41号", "d2")],
        SuggestionKind.TERM: [
            Entry(t) for t in ("民营经济", "民营银行", "银行业", "商业银行", "绿色发展", "ppp项目", "景点")
        ],
        SuggestionKind.TITLE: [Entry("关于支持民营企业的意见", "d1"), Entry("<b>民营</b>𠀀银行", "d3")],
        SuggestionKind.HEADING: [Entry("发展民营银行"), Entry("发展 民营银行")],
    }
)


def texts(typed: str, limit: int = 8) -> list[str]:
    return [found.text for found in INDEX.suggest(typed, limit)]


def shown(found: Suggestion) -> list[str]:
    return [found.text[start:end] for start, end in found.highlights]


def test_what_begins_with_the_typed_text_comes_before_what_holds_it() -> None:
    assert texts("银行") == ["银行业", "民营银行", "商业银行", "<b>民营</b>𠀀银行", "发展民营银行"]


def test_width_case_brackets_and_traditional_characters_do_not_matter() -> None:
    assert texts("國發2016")[0] == texts("国发[2016]６２")[0] == "国发〔2016〕62号"
    assert texts("民營銀")[0] == "民营银行"
    assert texts("ＰＰＰ") == ["ppp项目"]


def test_highlights_are_offsets_into_the_text_as_shown() -> None:
    (number,) = INDEX.suggest("国发201662", 8)
    assert shown(number) == ["国发〔2016〕62"]
    assert number.document_id == "d1"
    assert [shown(found) for found in INDEX.suggest("𠀀银", 8)] == [["𠀀银"]]


def test_pinyin_is_for_latin_letters_only() -> None:
    assert texts("myyh")[0] == texts("minyingyin")[0] == "民营银行"
    assert texts("lvse") == ["绿色发展"]
    assert shown(INDEX.suggest("minyingy", 8)[0]) == ["民营银"]
    assert texts("jingdian") == ["景点"]
    assert texts("经典") == []


def test_pinyin_begins_with_a_syllable() -> None:
    assert texts("ian") == []  # of dian


def test_a_term_typed_whole_leaves_nothing_to_suggest() -> None:
    assert "银行业" not in texts("银行业")


def test_no_kind_takes_more_than_half_while_others_have_any() -> None:
    assert texts("银行", 2) == ["银行业", "<b>民营</b>𠀀银行"]
    assert len(texts("民营", 3)) == 3


def test_nothing_is_suggested_for_nothing() -> None:
    assert texts("") == texts(" 《》") == texts("没有这样的话") == texts("长" * 200) == []


@given(st.text(max_size=12), st.integers(1, 20))
def test_any_text_is_answered_within_the_limit_and_with_sound_offsets(typed: str, limit: int) -> None:
    found = INDEX.suggest(typed, limit)
    assert len(found) <= limit
    assert len({(each.kind, each.text) for each in found}) == len(found)
    assert all(0 <= start < end <= len(each.text) for each in found for start, end in each.highlights)


def test_a_large_corpus_is_answered_in_time() -> None:
    titles = [Entry(f"关于第{n}号项目建设和民营银行发展的通知", str(n)) for n in range(30_000)]
    index = Index({SuggestionKind.TITLE: titles})
    index.suggest("mi", 8)
    began = time.perf_counter()
    for typed in ("关于", "银行", "不在其中", "29999", "minying", "tz"):
        index.suggest(typed, 8)
    assert (time.perf_counter() - began) / 6 < 0.05  # 1 to 5 ms on a quiet machine


def test_the_real_corpus_has_suggestions_of_every_kind(searcher: Searcher) -> None:
    assert searcher.suggest("国发2016")[0].text == "国发〔2016〕62号"
    assert "民营银行" in [found.text for found in searcher.suggest("民營")]
    assert {found.kind for found in searcher.suggest("东北", 20)} >= {SuggestionKind.TERM, SuggestionKind.TITLE}


def test_who_is_not_patient_goes_without_corrections_that_take_long(
    settings: Settings, report: IndexReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are gathered behind their back; who is patient has them at once, and then everybody."""
    monkeypatch.setattr(suggest, "SMALL", 0)
    catalogue = Catalogue(open_current(settings.home).folder / CATALOGUE)
    suggester = suggest.Suggester(catalogue, Analyzer(settings.cache))
    assert suggester.speller(patient=False) is None
    speller = suggester.speller()
    assert speller is not None
    assert suggester.speller(patient=False) is speller
    catalogue.close()
    suggester.gather_soon().join()  # finds all done, or the catalogue closed


def test_phrases_are_whole_and_say_something(tmp_path: Path) -> None:
    sentences = [
        "破除体制机制障碍，设立民营银行。",
        "通过市场化方式，党的十八大以来一批项目。",
        "消除体制机制障碍，扶持民营银行！",
    ]
    terms = frequent_terms(Analyzer(tmp_path), sentences * 3)
    assert "民营银行" in terms
    assert not {"机制障碍", "障碍", "通过", "通过市场化", "十八", "一批"} & set(terms)
