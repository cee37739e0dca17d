"""The analyzer: what stands in a text is found by any part of it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.settings import Settings
from search.text.dictionary import Segmenter
from search.text.normalise import fold, is_cjk
from search.text.segment import _CHINESE, Analyzer, Kind, _resource

POLICY = (
    "请问中国农业发展银行待处理的民营银行如何设立推进三供一业分离移交和采煤沉陷区棚户区改造，"
    "支持东北地区等老工业基地（ＰＰＰ模式）投资3.5亿元，發展農業。的了和什么怎么办"
)
_ALL_CHINESE = re.compile(r"[\u4e00-\u9fd5]+")
CHINESE_TEXTS = st.one_of(
    st.text(st.sampled_from(POLICY), min_size=2, max_size=40),
    st.tuples(st.integers(0, len(POLICY) - 2), st.integers(2, 30)).map(lambda at: POLICY[at[0] : at[0] + at[1]]),
)


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    return Analyzer(tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("中国农业发展银行", "农业"),
        ("尚待处理的事项", "处理"),
        ("在建工程", "工程"),
        ("安装简单", "简单"),
        ("小化妆包", "小化妆"),
        ("發展民營銀行", "民营银行"),
        ("ＰＰＰ模式", "ppp"),
        ("互联网Internet+行动", "internet"),
        ("投资3.5亿元", "3.5"),
        ("5G网络", "5g"),
        ("缴纳各项税款", "税"),
        ("缴纳的税款", "的"),
    ],
)
def test_a_part_of_a_text_shares_a_term_with_it(analyzer: Analyzer, text: str, part: str) -> None:
    assert analyzer.weigh(text).keys() & analyzer.weigh_query(part).keys()


@given(text=CHINESE_TEXTS, data=st.data())
def test_any_two_neighbouring_characters_of_a_text_find_it(analyzer: Analyzer, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    if any(is_cjk(a) and is_cjk(b) for a, b in pairwise(fold(part))):
        assert analyzer.weigh(text).keys() & analyzer.weigh_query(part).keys()


@given(text=CHINESE_TEXTS)
def test_every_term_stands_where_it_says(analyzer: Analyzer, text: str) -> None:
    folded = fold(text)
    for token in analyzer.tokens(text):
        assert folded[token.start : token.end] == token.term
        assert token.term.replace(".", "").isalnum()


@given(text=CHINESE_TEXTS)
def test_folded_text_gives_the_same_terms(analyzer: Analyzer, text: str) -> None:
    assert analyzer.tokens(fold(text)) == analyzer.tokens(text)


@pytest.mark.parametrize("text", ["", " \n", "，。？！", "〔〕——……", "+++", "_"])
def test_punctuation_makes_no_terms(analyzer: Analyzer, text: str) -> None:
    assert analyzer.tokens(text) == []
    assert analyzer.weigh_query(text) == {}


def test_words_are_those_of_the_trade(analyzer: Analyzer) -> None:
    words = [token.term for token in analyzer.words("支持民营银行，推进三供一业和厂办大集体改革")]
    assert words == ["支持", "民营银行", "推进", "三供一业", "厂办大集体改革"]


def test_every_word_of_the_project_dictionary_is_cut_as_one(analyzer: Analyzer) -> None:
    for line in _resource("dictionary.txt").decode().splitlines():
        word, frequency, tag = line.split(" ")
        assert fold(word) == word
        assert frequency.isdigit()
        assert tag.isalpha()
        assert [token.term for token in analyzer.words(word)] == [word]


def test_stop_words_are_single_characters() -> None:
    assert all(len(word) == 1 and is_cjk(word) for word in _resource("stopwords.txt").decode().split())


def test_question_words_do_not_count_beside_others(analyzer: Analyzer) -> None:
    assert analyzer.weigh_query("请问如何设立民营银行？") == analyzer.weigh_query("设立民营银行")


@pytest.mark.parametrize("query", ["如何", "请问", "的", "的 了", "请问的"])
def test_but_alone_they_do(analyzer: Analyzer, query: str) -> None:
    assert analyzer.weigh_query(query)


def test_a_word_weighs_more_than_a_pair_of_characters(analyzer: Analyzer) -> None:
    weights = analyzer.weigh("允许民间资本")
    assert weights["允许"] > weights["许民"]


def test_chinese_characters_are_the_same_here_and_in_folding() -> None:
    chinese = re.compile(f"[{_CHINESE}]")
    assert all(bool(chinese.match(chr(point))) == is_cjk(chr(point)) for point in range(sys.maxunicode + 1))


def test_a_long_run_is_cut_whole(analyzer: Analyzer) -> None:
    assert "民营银行" in analyzer.weigh("政策" * 50_000 + "民营银行")


def test_making_an_analyzer_loads_nothing_and_using_it_says_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from search.text.segment import Analyzer\n"
        f"a = Analyzer(Path({str(tmp_path)!r})); a.fingerprint\n"
        "assert not {'jieba', 'opencc', 'numpy', 'torch'} & sys.modules.keys()\n"
        "a.tokens('民营银行')\n"
        "assert not {'numpy', 'torch', 'paddle', 'jieba.analyse', 'jieba.posseg'} & sys.modules.keys()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_the_prepared_dictionary_is_private_and_mended_when_broken(tmp_path: Path) -> None:
    expected = Analyzer(tmp_path).tokens("民营银行")
    (file,) = (tmp_path / "segmenter").iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    whole = file.read_bytes()
    half = len(whole) // 2
    for broken in (b"", whole[:-1000], b"\0" * 100, whole[:half] + b"?" + whole[half + 1 :], whole + b"\n"):
        file.write_bytes(broken)
        assert Analyzer(tmp_path).tokens("民营银行") == expected
        assert file.read_bytes() == whole


def test_words_are_cut_alike_in_whatever_order_their_characters_are_met(tmp_path: Path, analyzer: Analyzer) -> None:
    """The dictionary's words are unpacked with the first character that they begin with, in any thread."""
    texts = [
        "民營銀行和農村信用社",
        "Ｔ恤衫",
        "“A座”卡拉OK",
        "〔2016〕62号文件",
        "𠮷野家\ud800",
        "未收录的𬬻字",
        "民营银行",
        "",
    ]
    expected = [analyzer.tokens(text) for text in texts]
    for step in (1, -1):
        assert [Analyzer(tmp_path).tokens(text) for text in texts[::step]] == expected[::step]
    at_once = Analyzer(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(at_once.tokens, texts * 20)) == expected * 20


def test_the_dictionary_is_jiebas_with_the_projects_words(tmp_path: Path) -> None:
    """Read back from the file: what jieba itself would look up, beginnings of words and the sum of all included."""
    import jieba

    own = "民营银行 7 n\n某县某镇 3 ns\n".encode()
    lines = Path(jieba.__file__).with_name("dict.txt").read_bytes().splitlines() + own.splitlines()
    file = tmp_path / "dictionary"
    file.write_bytes(b"\n".join(lines))
    tokenizer = jieba.Tokenizer(str(file))
    tokenizer.tmp_dir = str(tmp_path)
    tokenizer.initialize()
    for _ in ("made", "read"):
        segmenter = Segmenter(own, tmp_path / "prepared")
        text = "某县某镇的民营银行与卡拉OK，某县城关镇的T恤"
        assert list(segmenter.cut(text)) == list(tokenizer.cut(text, HMM=False))
        assert segmenter.known("某县某镇")
        assert not segmenter.known("某县某")  # only a beginning
        assert not segmenter.known("")
        assert set(segmenter.trie().words) == {word for word in tokenizer.FREQ if _ALL_CHINESE.fullmatch(word)}


def test_no_cache_folder_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Analyzer(tmp_path / "file").tokens("民营银行")


def test_processes_and_threads_that_start_together_do_not_disturb_each_other(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    code = (
        f"from pathlib import Path; from search.text.segment import Analyzer\n"
        f"print(list(Analyzer(Path({str(tmp_path)!r})).weigh('中国农业发展银行')))"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    shared = Analyzer(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: list(shared.weigh("中国农业发展银行")), range(4)))
    assert all(answer == list(analyzer.weigh("中国农业发展银行")) for answer in answers)
    assert {process.communicate()[0] for process in processes} == {f"{answers[0]}\n"}
    assert len(list((tmp_path / "segmenter").iterdir())) == 1


def test_the_fingerprint_names_what_terms_depend_on(analyzer: Analyzer) -> None:
    assert analyzer.fingerprint.keys() == {"scheme", "jieba", "opencc", "dictionary", "stopwords", "question_words"}


def test_kinds_are_told_apart(analyzer: Analyzer) -> None:
    kinds = {(token.term, token.kind) for token in analyzer.tokens("中国农业发展银行")}
    assert {("农业发展银行", Kind.WORD), ("农业", Kind.PART), ("业发", Kind.BIGRAM), ("农", Kind.CHARACTER)} <= kinds


def test_with_the_whole_dictionary_at_hand_texts_are_cut_alike(settings: Settings) -> None:
    texts = ["在东北地区至少设立一家民营银行", "鼓勵民間資本進入銀行業", "ＰＰＰ项目〔2016〕62号"]
    made = Analyzer(settings.cache)
    before = [made.tokens(text) for text in texts]
    made.unpack()
    made.unpack()
    whole = Analyzer(settings.cache)
    whole.unpack()
    assert [made.tokens(text) for text in texts] == [whole.tokens(text) for text in texts] == before
