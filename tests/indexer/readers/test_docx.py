"""Word documents."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from file_making import save

from indexer.readers import READERS
from indexer.readers.numbering import format_number
from indexer.readers.unreadable import Unreadable

Level = tuple[str, str]


def numbered(levels: Sequence[Level], paragraphs: Sequence[tuple[int | None, str]]) -> bytes:
    """A document whose paragraphs are on levels (or none) of one automatic list; a level is its format and its text."""
    document = Document()
    lists = document.part.numbering_part.element
    written = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (kind, text) in enumerate(levels)
    )
    lists.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{written}</w:abstractNum>'))
    lists.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in paragraphs:
        paragraph = document.add_paragraph(text)
        if level is not None:
            put_in_list(paragraph, 77, level)
    return save(document)


def put_in_list(paragraph: Any, number: int, level: int) -> None:
    xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(xml))


def lines(data: bytes) -> list[str]:
    return READERS[".docx"](data).split("\n")


def test_articles_that_word_numbers_get_their_numbers() -> None:
    levels = [
        ("chineseCountingThousand", "第%1章"),
        ("chineseCountingThousand", "第%2条"),
        ("chineseCounting", "（%3）"),
    ]
    paragraphs = [(0, "总则"), (1, "为了规范专利代理行为，制定本条例。"), (1, "专利代理师应当具备下列条件："),
                  (2, "具有完全民事行为能力；"), (2, "取得专利代理师资格证。"), (0, "附则"), (1, "本条例自公布之日起施行。"),
                  (2, "重新计数。")]  # fmt: skip

    read = lines(numbered(levels, paragraphs))

    assert read == [
        "第一章 总则",
        "第一条 为了规范专利代理行为，制定本条例。",
        "第二条 专利代理师应当具备下列条件：",
        "（一）具有完全民事行为能力；",
        "（二）取得专利代理师资格证。",
        "第二章 附则",
        "第一条 本条例自公布之日起施行。",
        "（一）重新计数。",
    ]


def test_numbers_go_on_across_paragraphs_between_and_can_show_several_levels() -> None:
    levels = [("decimal", "%1."), ("decimal", "%1.%2")]
    paragraphs = [(0, "总体要求"), (None, "正文一段。"), (0, "5G应用"), (1, "基站"), (1, "终端")]

    assert lines(numbered(levels, paragraphs)) == ["1.总体要求", "正文一段。", "2. 5G应用", "2.1 基站", "2.2 终端"]


def test_a_style_can_carry_the_number_and_a_list_can_start_anew() -> None:
    document = Document(BytesIO(numbered([("chineseCounting", "%1、")], [(0, "重大意义")])))
    lists = document.part.numbering_part.element
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    lists.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="78"><w:abstractNumId w:val="77"/>{restart}</w:num>'))
    style = document.styles.add_style("条款", 1)
    xml = f'<w:pPr {nsdecls("w")}><w:numPr><w:numId w:val="78"/></w:numPr></w:pPr>'
    style.element.append(parse_xml(xml))
    document.add_paragraph("基本原则", style="条款")
    document.add_paragraph("主要目标", style="条款")

    assert lines(save(document)) == ["一、重大意义", "五、基本原则", "六、主要目标"]


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 21, "二十一"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("japaneseCounting", 1002, "一千零二"),
        ("ideographDigital", 12, "一二"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalFullWidth", 12, "１２"),
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 28, "bb"),
        ("ideographTraditional", 2, "乙"),
        ("bullet", 2, ""),
        ("等等", 7, "7"),
    ],
)
def test_number_formats(kind: str, number: int, shown: str) -> None:
    assert format_number(number, kind) == shown


def test_tables_stand_where_they_stand_and_have_a_line_for_each_row() -> None:
    document = Document()
    document.add_paragraph("任务分工如下：")
    table = document.add_table(rows=2, cols=3)
    for row, texts in zip(table.rows, [("序号", "任务", "责任单位"), ("1", "设立民营银行", "银监局")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("请认真落实。")

    assert lines(save(document)) == [
        "任务分工如下：",
        "序号\t任务\t责任单位",
        "1\t设立民营银行\t银监局",
        "请认真落实。",
    ]


def test_merged_cells_say_their_text_once() -> None:
    document = Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "国有企业改革"
    table.cell(0, 1).text = "省国资委"
    table.cell(1, 1).text = "省财政厅"

    assert lines(save(document)) == ["国有企业改革\t省国资委", "省财政厅"]


def body(xml: str) -> bytes:
    """A document with these WordprocessingML blocks."""
    document = Document()
    spaces = nsdecls("w", "wp", "a", "r") + (
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    for block in reversed(list(parse_xml(f"<w:body {spaces}>{xml}</w:body>"))):
        document.element.body.insert(0, block)
    return save(document)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def test_tracked_deletions_are_gone_and_insertions_stay() -> None:
    deleted = '<w:del w:id="1" w:author="甲"><w:r><w:delText>三十</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" w:author="甲">{run("二十")}</w:ins>'

    assert lines(body(f"<w:p>{run('应当在')}{deleted}{inserted}{run('日内办结。')}</w:p>")) == ["应当在二十日内办结。"]


def test_a_paragraph_whose_end_was_deleted_runs_on() -> None:
    mark = '<w:pPr><w:rPr><w:del w:id="1" w:author="甲"/></w:rPr></w:pPr>'

    assert lines(body(f"<w:p>{mark}{run('加快转变')}</w:p><w:p>{run('政府职能。')}</w:p>")) == ["加快转变政府职能。"]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent><w:p>{run('吉政发〔2016〕41号')}</w:p></w:txbxContent>"
    choice = f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    both = f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"

    assert lines(body(f"<w:p>{run('吉林省人民政府文件')}{both}</w:p>")) == ["吉林省人民政府文件", "吉政发〔2016〕41号"]


def test_content_controls_links_and_fields_are_read_and_hidden_text_is_not() -> None:
    control = f"<w:sdt><w:sdtContent><w:p>{run('国务院')}</w:p></w:sdtContent></w:sdt>"
    link = f'<w:hyperlink w:anchor="x">{run("附件")}</w:hyperlink>'
    field = f'<w:r><w:instrText>PAGE</w:instrText></w:r><w:fldSimple w:instr="DATE">{run("2016年")}</w:fldSimple>'
    hidden = run("草稿", "<w:vanish/>") + run("正式", '<w:vanish w:val="0"/>')

    assert lines(body(f"{control}<w:p>{link}{field}{hidden}</w:p>")) == ["国务院", "附件2016年正式"]


def test_headers_and_footers_are_left_out() -> None:
    document = Document()
    document.add_paragraph("正文。")
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "— 1 —"

    assert lines(save(document)) == ["正文。"]


def test_a_document_of_nothing_has_no_text() -> None:
    with pytest.raises(Unreadable) as caught:
        lines(save(Document()))
    assert caught.value.reason == "no_text"
