"""The tokenizer that the bundled model is converted with: fewer pieces, the same cuts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from search.embedding.bundled import read_source
from search.embedding.convert import tokenizer
from search.embedding.vocabulary import is_kept, kept_pieces

CORPUS = Path(__file__).parents[2] / "corpus"
SIGNS = st.sampled_from("，。、；：“”‘’《》〈〉〔〕【】（）—…·％～　〇①Ⅲ℃×≥０９ＡｚＧ()[]%-_/:.,'\" 0123456789")
HAN = st.sampled_from("".join(map(chr, range(0x4E00, 0x4E00 + 3000))) + "民營銀行條款國發號")
TEXTS = st.text(st.one_of(HAN, SIGNS, st.characters(codec="ascii")), max_size=60)


@pytest.fixture(scope="module")
def whole() -> Tokenizer:
    return tokenizer(read_source().pieces)


@pytest.fixture(scope="module")
def trimmed() -> Tokenizer:
    pieces = read_source().pieces
    return tokenizer(pieces.only(kept_pieces(pieces)))


def test_less_than_half_of_the_pieces_stay(whole: Tokenizer, trimmed: Tokenizer) -> None:
    assert trimmed.get_vocab_size() < whole.get_vocab_size() / 2
    assert trimmed.get_vocab().keys() <= whole.get_vocab().keys()
    assert [trimmed.token_to_id(text) for text in ("<s>", "<pad>", "</s>", "<unk>")] == [0, 1, 2, 3]


def test_the_corpus_is_cut_alike(whole: Tokenizer, trimmed: Tokenizer) -> None:
    lines = [line for path in sorted(CORPUS.glob("*.txt")) for line in path.read_text("utf-8").splitlines() if line]
    assert len(lines) > 100
    cuts = (each.encode_batch(lines) for each in (whole, trimmed))
    assert all(a.tokens == b.tokens for a, b in zip(*cuts, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "东北哪些政策允许民间资本办银行？",
        "民營銀行條例（試行）",
        "国发〔2016〕62号",
        "ＧＤＰ增长３～５％，“十三五”",
        "Made in China 2025, see http://www.gov.cn/zhengce/",
        "第①项：温度≥25℃、面积×1.5㎡",
    ],
)
def test_policy_text_is_cut_alike(whole: Tokenizer, trimmed: Tokenizer, text: str) -> None:
    assert trimmed.encode(text).tokens == whole.encode(text).tokens


@given(text=TEXTS)
def test_any_text_of_the_kept_kinds_is_cut_alike(whole: Tokenizer, trimmed: Tokenizer, text: str) -> None:
    assert trimmed.encode(text).tokens == whole.encode(text).tokens


def test_other_scripts_are_read_character_by_character(whole: Tokenizer, trimmed: Tokenizer) -> None:
    text = "Банк"
    assert not any(map(is_kept, text))
    assert len(trimmed.encode(text).tokens) > len(whole.encode(text).tokens)
    assert "<unk>" not in trimmed.encode(text).tokens
