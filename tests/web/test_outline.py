from __future__ import annotations

from search.model import Clause, ClauseKind, Document
from web.outline import blocks, outline, rows
from web.rendering import Segment

HEADING, TEXT, TABLE = ClauseKind.HEADING, ClauseKind.TEXT, ClauseKind.TABLE


def laid(*parts: tuple[ClauseKind, tuple[str, ...], str], between: str = "\n") -> tuple[Document, list[Clause]]:
    clauses, body = [], ""
    for number, (kind, path, text) in enumerate(parts):
        start = len(body)
        body += text + between
        span = (start, start + len(text))
        clauses.append(Clause(f"c{number}", "d", number, kind, path, text, *span, *span))
    return Document("d", "d.txt", "题", body), clauses


def test_the_tree_follows_the_paths() -> None:
    _, clauses = laid(
        (HEADING, (), "一、总体要求"),
        (TEXT, ("一、总体要求",), "（一）指导思想。全面贯彻。"),
        (TEXT, ("一、总体要求", "（一）指导思想"), "后半段。"),
        (TEXT, ("一、总体要求",), "没有编号的一段。"),
        (HEADING, (), "二、任务"),
    )
    tree = outline(clauses)
    assert [(node.label, node.clause_id) for node in tree] == [("一、总体要求", "c0"), ("二、任务", "c4")]
    assert [node.label for node in tree[0].children] == ["（一）指导思想"]


def test_a_heading_that_stands_after_its_text_has_one_line() -> None:
    _, clauses = laid((TEXT, ("（一）推进改革",), "先行试点。"), (HEADING, (), "（一）推进改革。\n（三省负责）"))
    assert [(node.label, node.clause_id) for node in outline(clauses)] == [("（一）推进改革", "c0")]


def test_parts_of_one_paragraph_stay_one_paragraph() -> None:
    document, clauses = laid((TEXT, (), "前一句。"), (TEXT, (), "后一句。"), between="")
    assert [[piece.clause.clause_id for piece in block.pieces] for block in blocks(document, clauses, {})] == [
        ["c0", "c1"]
    ]


def test_text_that_belongs_to_no_clause_is_shown_too() -> None:
    document, clauses = laid((TEXT, (), "正文。"), between="\n国务院\n2016年11月1日\n")
    assert [block.outside for block in blocks(document, clauses, {})] == ["", "国务院", "2016年11月1日"]


def test_a_wrapped_title_stays_one_heading() -> None:
    document, clauses = laid((HEADING, (), "贯彻落实意见的\n有关措施"))
    assert [run.text for run in blocks(document, clauses, {})[0].pieces[0].segments] == ["贯彻落实意见的\n有关措施"]
    assert outline(clauses)[0].label == "贯彻落实意见的有关措施"


def test_a_heading_keeps_apart_what_stands_below_it() -> None:
    document, clauses = laid((HEADING, (), "一、甲"), (HEADING, ("一、甲",), "（一）推进改革。\n（三省负责）"))
    _, block = blocks(document, clauses, {"c1": [(10, 12)]})
    assert block.level == 3
    assert [run.text for run in block.pieces[0].segments] == ["（一）推进改革。"]
    assert [(run.text, run.css) for run in block.pieces[0].rest] == [("（", ""), ("三省", "keyword"), ("负责）", "")]


def test_headings_go_down_one_level_at_a_time() -> None:
    document, clauses = laid(
        (HEADING, (), "一、甲"),
        (HEADING, ("一、甲", "（一）乙。一句。", "1.丙。"), "（1）丁"),
        (HEADING, ("一、甲",), "（二）戊"),
    )
    assert [block.level for block in blocks(document, clauses, {})] == [2, 3, 3]


def test_rows_that_follow_one_another_are_one_table() -> None:
    document, clauses = laid(
        (TEXT, (), "见下表："), (TABLE, (), "项目\t金额\n甲\t1"), (TABLE, (), "乙\t2"), (TEXT, (), "表后。")
    )
    before, table, after = blocks(document, clauses, {"c2": [(2, 3)]})
    assert (before.is_table, table.is_table, after.is_table) == (False, True, False)
    assert [piece.clause.clause_id for piece in table.pieces] == ["c1", "c2"]
    cells = [["".join(run.text for run in cell) for cell in row] for row in rows(table.pieces[0].segments)]
    assert cells == [["项目", "金额"], ["甲", "1"]]
    assert [[run.css for run in cell] for cell in rows(table.pieces[1].segments)[0]] == [[""], ["keyword"]]


def test_an_empty_cell_stays_a_cell() -> None:
    assert [len(row) for row in rows([Segment("甲\t\t丙\n\t"), Segment("乙", "keyword")])] == [3, 2]
