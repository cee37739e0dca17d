"""Many texts analysed at once have the terms, weights and hashes that each has alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text import weighing
from search.text.lattice import Trie, cut
from search.text.normalise import fold, fold_all, letters, letters_all, simplify, simplify_all
from search.text.segment import Analyzer
from search.text.weighing import FEW, Weighed, hash_of

CORPUS = Path(__file__).parents[2] / "corpus"
ODD = [
    "",
    " ",
    "\0",
    "第",
    "十二条",  # not 第 of one text and 十二条 of the next
    "第\n十二条第三款",
    "民營銀行〔２０１６〕６２號「振興東北」",
    "二〇一六年，PPP模式ｐｐｐ；3.5%，3.",
    ".5万元",
    "5G和v2.0.1版本",
    "中国农业发展银行中国农业发展银行",
    "㐀〇々鿿\U00020000\U0002a6d6字",
    "㈠加快……①推进㎡",
    "\ud800高代理",
    "的了和及",
    "政策" * 300,
    "⽂件",
    "한국어 текст ½ Ⅷ",
]


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    """One that has been given many texts already, so that it takes all texts together."""
    made = Analyzer(tmp_path_factory.mktemp("cache"))
    made.weigh_all(["条款"] * FEW)
    return made


def check(weighed: Weighed, texts: Sequence[str], analyzer: Analyzer) -> None:
    """Compare with the way for single texts."""
    assert list(weighed.folded) == [fold(text) for text in texts]
    expected = [analyzer.weigh(text) for text in texts]
    for number, (terms, own) in enumerate(zip(weighed.mappings(), expected, strict=True)):
        assert terms == pytest.approx(own), texts[number]
        first, last = weighed.first[number : number + 2]
        stored = dict(zip(weighed.hashes[first:last].tolist(), weighed.weights[first:last].tolist(), strict=True))
        assert stored == pytest.approx({hash_of(term): weight for term, weight in own.items()})
        assert weighed.lengths[number] == pytest.approx(sum(own.values()))
    assert weighed.letters() == {term for own in expected for term in own if not "\u3400" <= term < "\ua000"}
    for spelled, own in zip(weighed.repeated(np.full(len(texts), 4.0)), expected, strict=True):
        assert Counter(spelled.split()) == {t: min(max(1, int(4 * weight + 0.5)), 255) for t, weight in own.items()}


def test_the_documents_line_by_line(analyzer: Analyzer) -> None:
    lines = [line for file in sorted(CORPUS.glob("*.txt")) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 300
    check(analyzer.weigh_all(lines), lines, analyzer)


def test_odd_texts_side_by_side(analyzer: Analyzer) -> None:
    check(analyzer.weigh_all(ODD), ODD, analyzer)
    check(analyzer.weigh_all(ODD[::-1]), ODD[::-1], analyzer)
    for text in ODD:
        check(analyzer.weigh_all([text]), [text], analyzer)
    check(analyzer.weigh_all([]), [], analyzer)


def test_few_texts_do_without_preparation(tmp_path: Path) -> None:
    analyzer = Analyzer(tmp_path)
    check(analyzer.weigh_all(ODD), ODD, analyzer)


def test_a_long_run_and_a_long_text_are_left_to_the_other_way(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["民间资本" * 4, "办银行，" * 9, "民营银行", "允许设立"]
    monkeypatch.setattr(weighing, "_LONG_RUN", 10)
    monkeypatch.setattr(weighing, "_LONG_TEXT", 30)
    check(analyzer.weigh_all(texts), texts, analyzer)


def test_many_characters_are_taken_in_lots(analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "_TOGETHER", 20)
    texts = [*ODD, "支持符合条件的民营企业发起设立民营银行。", *ODD]
    check(analyzer.weigh_all(texts), texts, analyzer)


_PIECES = st.sampled_from(
    [
        *"的一二三十〇条款项第章中国人民银行政策省〔〕（）。，、 \n.3a",
        "民营银行",
        "振興",
        "中华人民共和国",
        "第十二条",
        "３．５",
    ]
)
_TEXTS = st.lists(st.lists(_PIECES | st.characters(), max_size=12).map("".join), max_size=6)


@given(texts=_TEXTS)
def test_any_texts(analyzer: Analyzer, texts: list[str]) -> None:
    check(analyzer.weigh_all(texts), texts, analyzer)


@given(texts=_TEXTS, repeated=st.sampled_from([1, 100]))
def test_many_texts_are_translated_as_each_is(texts: list[str], repeated: int) -> None:
    many = texts * repeated
    for of_all, of_one in ((fold_all, fold), (letters_all, letters), (simplify_all, simplify)):
        assert of_all(many) == [of_one(text) for text in many]


_WORDS = st.text("甲乙丙", min_size=1, max_size=4)


@given(words=st.dictionaries(_WORDS, st.integers(1, 4), max_size=8), text=st.text("甲乙丙丁，", max_size=12))
def test_runs_are_cut_as_jieba_cuts_them_with_any_dictionary(words: dict[str, int], text: str) -> None:
    """Few characters and few frequencies: many ways are as good as each other."""
    import jieba

    frequencies = {word[:end]: 0 for word in words for end in range(1, len(word) + 1)} | words
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = frequencies, sum(frequencies.values()) or 1, True
    expected = [word for word in tokenizer.cut(text, HMM=False) if word != "，"]
    found = cut(Trie(frequencies), np.array([*map(ord, text), 0], np.uint32))
    assert [
        text[start : start + length]
        for start, length in zip(found.starts.tolist(), found.lengths.tolist(), strict=True)
    ] == expected


def test_function_words_are_single_characters() -> None:
    """`Weigher` relies on it."""
    words = (Path(weighing.__file__).with_name("stopwords.txt")).read_text(encoding="utf-8").split()
    assert {len(word) for word in words} == {1}
