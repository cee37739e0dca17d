"""Lines of pages become paragraphs again."""

from __future__ import annotations

import pytest

from indexer.readers.placed import PlacedLine, join_pages

SIZE = 16.0


def line(text: str, row: int = 0, column: int = 0) -> PlacedLine:
    return PlacedLine(text, column * SIZE, (column + len(text)) * SIZE, row * 28.0, SIZE)


FULL = "加快转变政府职能进一步推进简政放权放管结合优化服务改革"


def page(*lines: PlacedLine, foot: str = "", head: str = "") -> list[PlacedLine]:
    edges = ([line(head, -2)] if head else [], [line(foot, 30, 12)] if foot else [])
    return [*edges[0], *lines, *edges[1]]


def test_a_paragraph_goes_on_over_lines_and_pages() -> None:
    first = page(line(FULL[2:], 1, 2), line(FULL, 2), foot="— 1 —")
    second = page(line("提高效率。", 1), line("新的一段。", 2, 2), foot="— 2 —")

    assert join_pages([first, second]) == [FULL[2:] + FULL + "提高效率。", "新的一段。"]


@pytest.mark.parametrize("foot", ["— {} —", "- {} -", "第{}页", "第 {} 页 共 3 页", "{}", "{}/3", "·{}·"])
def test_page_numbers_are_dropped(foot: str) -> None:
    pages = [page(line("段落" + "一二三"[n] + "。", 1, 2), foot=foot.format(n + 1)) for n in range(3)]

    assert join_pages(pages) == ["段落一。", "段落二。", "段落三。"]


def test_numbers_of_a_table_that_stand_where_pages_end_are_kept() -> None:
    pages = [page(line("教育厅", 1), line(number, 2)) for number in ("100", "90", "100", "10")]

    assert [text for text in join_pages(pages) if text.isdecimal()] == ["100", "90", "100", "10"]


def test_what_stands_at_the_same_place_of_most_pages_is_dropped_and_the_same_words_elsewhere_are_kept() -> None:
    pages = [
        page(line("国务院公报", row, 2), line(f"第{n}条。", row + 1, 2), head="国务院公报 2016年第34号")
        for row, n in enumerate("一二三")
    ]

    assert join_pages(pages) == ["国务院公报", "第一条。", "国务院公报", "第二条。", "国务院公报", "第三条。"]


def test_latin_words_stay_apart() -> None:
    lines = page(line(FULL[:-1] + "to", 1), line("be or" + FULL[4:], 2), line("the end", 3))

    assert join_pages([lines]) == [f"{FULL[:-1]}to be or{FULL[4:]}the end"]


def test_no_pages_have_no_text() -> None:
    assert join_pages([]) == join_pages([[], []]) == []
