from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.model import ChannelMatch, Clause, ClauseKind, Document, Hit
from web.rendering import GAP, KEYWORD, SEMANTIC, WHOLE, Segment, hit_excerpt, hit_segments, segments, window_of

spans = st.tuples(st.integers(-5, 400), st.integers(-5, 400))
texts = st.text(alphabet=st.sampled_from("政策，。；<script>&\n一二 "), max_size=400)


def found(text: str, highlights: tuple[tuple[int, int], ...] = (), window: tuple[int, int] | None = None) -> Hit:
    clause = Clause("c", "d", 0, ClauseKind.TEXT, (), text, 0, len(text), 0, len(text))
    return Hit(clause, Document("d", "d.txt", "题", text), 1.0, {SEMANTIC: ChannelMatch(1, 0.9, window)}, highlights)


def test_words_and_passages_have_each_their_mark() -> None:
    assert segments("设立民营银行。", [(2, 4)], (0, 6)) == [
        Segment("设立", SEMANTIC),
        Segment("民营", f"{KEYWORD} {SEMANTIC}"),
        Segment("银行", SEMANTIC),
        Segment("。"),
    ]


@given(texts, st.lists(spans), st.none() | spans)
def test_segments_joined_give_back_the_text(
    text: str, words: list[tuple[int, int]], near: tuple[int, int] | None
) -> None:
    assert "".join(run.text for run in segments(text, words, near)) == text


@given(texts, st.lists(spans))
def test_exactly_the_characters_of_a_highlight_are_marked(text: str, words: list[tuple[int, int]]) -> None:
    marked = [KEYWORD in run.css for run in segments(text, words) for _ in run.text]
    assert marked == [any(start <= place < end for start, end in words) for place in range(len(text))]


@given(texts, st.lists(spans, max_size=8), st.none() | spans)
def test_an_excerpt_leaves_out_text_but_changes_none(
    text: str, words: list[tuple[int, int]], near: tuple[int, int] | None
) -> None:
    runs = hit_excerpt(found(text, tuple(words), near))
    if runs is None:
        assert len(text) <= WHOLE
        return
    rest = text
    for run in runs:
        if run.css != GAP:
            assert run.text in rest
            rest = rest[rest.index(run.text) + len(run.text) :]


def test_a_short_clause_is_shown_whole() -> None:
    assert hit_excerpt(found("民营银行。")) is None


def test_an_excerpt_shows_the_match_in_its_sentence() -> None:
    text = "前面的话。" * 60 + "至少设立一家民营银行。" + "后面的话。" * 60
    start = text.index("民营银行")
    runs = hit_excerpt(found(text, ((start, start + 4),)))
    assert runs is not None
    shown = "".join(run.text for run in runs)
    assert "至少设立一家民营银行。" in shown
    assert shown.startswith("…前面的话。")
    assert shown.endswith("。…")
    assert len(shown) < WHOLE


def test_an_excerpt_prefers_the_longest_match() -> None:
    text = "民营经济。" * 60 + "兴办民营银行。" + "民营企业。" * 60
    words = tuple((place, place + 2) for place in range(0, 300, 5))
    start = text.index("民营银行")
    runs = hit_excerpt(found(text, (*words, (start, start + 4))))
    assert runs is not None
    assert "民营银行" in [run.text for run in runs]


def test_without_words_an_excerpt_shows_the_passage_nearest_in_meaning() -> None:
    text = "前面的话。" * 60 + "依法发起设立中小型银行。" + "后面的话。" * 60
    start = text.index("依法")
    runs = hit_excerpt(found(text, (), (start, start + 12)))
    assert runs is not None
    assert runs[1] == Segment("依法发起设立中小型银行。", SEMANTIC)


def test_a_passage_that_is_the_whole_clause_is_not_marked() -> None:
    hit = found("民营银行。", (), (0, 5))
    assert window_of(hit) is None
    assert hit_segments(hit) == [Segment("民营银行。")]
