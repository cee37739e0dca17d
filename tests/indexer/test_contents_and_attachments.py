"""Splitting what stands around the text: tables of contents, attachments, and headings that ran into their neighbours."""

from __future__ import annotations

import pytest
from splitting import clauses, kinds, read

CONTENTS = ["目　录", "第一章　总则", "第二章　管理", "第三章　附则"]
LAW = [
    "第一章　总则",
    "第一条　为了规范甲事，制定本条例。",
    "第二章　管理",
    "第二条　市人民政府负责管理工作。",
    "第三章　附则",
]
LAST_ARTICLE = "第三条　本条例自公布之日起施行。"


@pytest.mark.parametrize(
    "contents",
    [
        CONTENTS,
        CONTENTS[1:],  # the word 目录 left out
        ["目次", "第一章　总则……1", "第二章　管理…… 3", "第三章　附则 12"],
        ["目录第一章总则第二章管理第三章附则"],
    ],
)
def test_a_table_of_contents_gives_no_clauses(contents: list[str]) -> None:
    document = read("\n".join(["某市甲事条例", *contents, *LAW, LAST_ARTICLE]))
    assert [c.text for c in document.clauses] == [*LAW, LAST_ARTICLE]
    assert document.document.coverage == 1
    assert "第二章" in document.document.body.split("第一条")[0]  # left in the text


def test_contents_of_a_plan_count_by_decimals() -> None:
    entries = ["1　总则", "1.1　目的", "1.2　范围", "2　职责"]
    body = [
        "1　总则",
        "1.1　目的",
        "为应对甲事，制定本预案。",
        "1.2　范围",
        "适用于全市。",
        "2　职责",
        "市政府统一领导。",
    ]
    head = ["某市政府关于印发甲事应急预案的函", "各县：", "现将预案印发给你们，请认真实施。"]
    signed = ["某市人民政府", "2020年6月11日", "甲事应急预案", "目　录"]
    found = kinds("\n".join([*head, *signed, *entries, *body]))
    assert found[1:3] == [("heading", "甲事应急预案"), ("heading", "1　总则")]
    assert [text for _, text in found[2:]] == body


def test_headings_that_come_but_once_are_no_contents() -> None:
    found = clauses(
        "某市甲事条例\n目录\n第一章　总则\n第二章　管理\n第一条　为了规范甲事，制定本条例。\n第二条　长期有效。"
    )
    assert [text for _, text in found][:2] == ["第一章　总则", "第二章　管理"]


@pytest.mark.parametrize("order", ["", "总理某某某2016年3月10日"])
def test_a_law_run_on_from_its_title_has_head_and_chapters(order: str) -> None:
    passed = "《某基金条例》已经国务院常务会议通过，现予公布，自2016年5月1日起施行。"
    law = "某基金条例第一章　总则第一条　为了规范基金，制定本条例。第二条　国家设立基金。第二章　管理第三条　基金会负责管理。"
    lines = f"中华人民共和国国务院令　第667号{passed}{order}{law}" if order else f"{passed}\n{law}"
    found = kinds(f"某基金条例\n{lines}")
    assert found[1:3] == [("heading", "某基金条例"), ("heading", "第一章总则")]
    assert found[3] == ("text", "第一条为了规范基金，制定本条例。")
    assert ("heading", "第二章管理") in found


def test_an_attachment_run_on_from_its_mark_is_one() -> None:
    text = "某局令\n《某办法》已经局务会议通过，现予公布。\n附件：某市甲事管理办法第一章总则第一条为规范甲事，制定本办法。第二条本办法长期有效。"
    assert ("attachment", "附件：\n某市甲事管理办法") in kinds(text)


@pytest.mark.parametrize("rest", ["总\n则", "法律责\n任"])
def test_a_chapter_whose_heading_a_line_break_parts_is_whole(rest: str) -> None:
    text = f"某市甲事条例\n第一章　{rest}\n第一条　为了规范甲事，制定本条例。\n第二条　本条例长期有效。"
    assert clauses(text)[0] == ((), "第一章　" + rest.replace("\n", ""))
    assert clauses(text)[1][0] == ("第一章　" + rest.replace("\n", ""),)


def test_heads_of_a_table_are_no_part_of_the_attachments_name() -> None:
    cells = ["一级指标", "二级指标", "指标性质", "指标说明"]
    head = ["某市关于加强甲事考核的意见", "各县：", "现将指标印发给你们，请认真执行。", "某市人民政府", "2019年1月16日"]
    found = kinds("\n".join([*head, "附件", "某市甲事考核指标", *cells]))
    assert found[1] == ("attachment", "附件\n某市甲事考核指标")
    assert [text for _, text in found[2:]] == cells


@pytest.mark.parametrize(
    "names",
    [
        "附件：某市甲事管理办法（试行）.docx",
        "附件：1.评价标准.doc\n2.申报表．xls.XLS",
        "某市甲事管理办法.pdf",
        "1.安排表.docx2.一览表.doc3.评审表.wps",
    ],
)
def test_names_of_attached_files_are_a_listing(names: str) -> None:
    text = (
        f"某局关于印发某市甲事管理办法的通知\n现将办法印发给你们，请认真贯彻执行。\n{names}\n某市财政局\n2020年1月2日"
    )
    assert kinds(text) == [("text", "现将办法印发给你们，请认真贯彻执行。"), ("attachment", names)]


@pytest.mark.parametrize("text", ["请将统计表.xls发至邮箱。", "登录网站下载申报表.doc，填写后上报。"])
def test_a_sentence_that_names_a_file_is_none(text: str) -> None:
    assert kinds(f"某局关于报送材料的通知\n一、报送时间。\n{text}")[-1][0] == "text"


def test_a_line_of_zero_width_spaces_is_no_clause() -> None:
    assert [text for _, text in clauses("某市甲事条例\n第一章 总则\n\u200b\n第一条 本条例长期有效，各方遵守。")] == [
        "第一章 总则",
        "第一条 本条例长期有效，各方遵守。",
    ]
