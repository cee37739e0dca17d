"""The original text beside the cleaned one: what was left out is marked, and nothing of the original is lost."""

from __future__ import annotations

from fake_searcher import HOSTILE
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from search.model import Clause, ClauseKind, Document
from web.original import REMOVED, marked, passages


def kept(original: str, cleaned: str) -> str:
    return "".join(run.text for run in marked(original, cleaned) if run.css != REMOVED)


def removed(original: str, cleaned: str) -> list[str]:
    return [run.text for run in marked(original, cleaned) if run.css == REMOVED]


def test_broken_lines_and_spaces_are_shown_as_signs() -> None:
    original = "　　推进金\n融改 革。\t"
    assert kept(original, "推进金融改革。") == "推进金融改革。"
    assert removed(original, "推进金融改革。") == ["□□", "↵", "·", "→"]


def test_what_was_left_out_before_a_passage_is_not_taken_for_its_beginning() -> None:
    assert [(run.text, run.css) for run in marked("第1页第1条", "第1条")] == [("第1页", REMOVED), ("第1条", "")]


@given(st.lists(st.tuples(st.characters(), st.booleans())))
def test_marks_part_the_original_into_what_was_kept_and_what_was_not(characters: list[tuple[str, bool]]) -> None:
    original = "".join(character for character, _ in characters)
    cleaned = "".join(character for character, stays in characters if stays)
    assert kept(original, cleaned) == cleaned


def test_a_text_that_is_no_part_of_its_original_is_compared_letter_by_letter() -> None:
    assert removed("甲乙丙", "甲丁丙") == ["乙"]
    assert removed("长" * 1000 + "乙", "丁") == []


def test_everything_between_the_clauses_is_shown_once() -> None:
    original = "首页 > 政策\n通知\n一、推进\n改革。\n打印 关闭\n二、创新。\n某市政府\n"
    body = "一、推进改革。\n二、创新。\n某市政府"
    first = Clause("a", "d", 0, ClauseKind.TEXT, (), "一、推进改革。", 0, 7, 11, 19)
    second = Clause("b", "d", 1, ClauseKind.TEXT, (), "二、创新。", 8, 13, 26, 31)
    assert original[11:19] == "一、推进\n改革。"
    shown = passages(Document("d", "d.txt", "通知", body), [first, second], original)
    assert [(each.clause and each.clause.clause_id, each.cleaned) for each in shown] == [
        (None, ""),
        ("a", "一、推进改革。"),
        (None, ""),
        ("b", "二、创新。"),
        (None, "某市政府"),
    ]
    assert [each.removed for each in shown] == [True, False, True, False, False]
    assert shown[2].original[0].text == "打印·关闭"


def test_clauses_that_share_a_place_of_the_source_lose_nothing() -> None:
    one = Clause("a", "d", 0, ClauseKind.TEXT, (), "甲乙", 0, 2, 0, 4)
    two = Clause("b", "d", 1, ClauseKind.TEXT, (), "丙丁", 2, 4, 2, 4)
    assert [each.cleaned for each in passages(Document("d", "f", "题", "甲乙丙丁"), [one, two], "甲乙丙丁")] == [
        "甲乙",
        "丙丁",
    ]


def test_the_page_shows_both_and_the_text_can_be_taken_away(client: FlaskClient) -> None:
    page = client.get("/documents/copy/original").get_data(as_text=True)
    assert HOSTILE not in page
    assert page.count("民营&lt;script&gt;alert(1)&lt;/script&gt;银行") == 2
    response = client.get("/documents/copy/original.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert HOSTILE in response.get_data(as_text=True)
    assert client.get("/documents/nope/original").status_code == 404
    assert client.get("/documents/nope/original.txt").status_code == 404
