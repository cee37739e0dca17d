"""What cleaning mends, and what it must leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.readers.tables import row_lines

PARAGRAPH = (
    "为深入贯彻落实省委、省政府决策部署，3月3日，省教育厅召开视频会议，对2022年全省义务教育扩容增位工程进行部署推进，"
    "有关负责同志出席会议并讲话，要求各市加强过程管理，认真对待工程项目的每一个程序，确保按时完成。"
)


def lines(text: str) -> list[str]:
    return [line.text for line in clean(text).lines]


def wrapped(text: str, width: int) -> str:
    return "\n".join(text[i : i + width] for i in range(0, len(text), width))


@pytest.mark.parametrize("width", [24, 30, 38, 46])
def test_lines_that_a_width_broke_are_joined(width: int) -> None:
    assert lines(wrapped(PARAGRAPH, width)) == [PARAGRAPH]


def test_each_paragraph_may_have_a_width_of_its_own() -> None:
    text = "\n".join(wrapped(PARAGRAPH, width) for width in (34, 41, 37))
    assert lines(text) == [PARAGRAPH] * 3


def test_a_heading_among_wrapped_lines_stays_alone() -> None:
    heading = "（一）加快推进义务教育学校扩容增位工程建设"
    assert lines(f"{wrapped(PARAGRAPH, 36)}\n{heading}\n{wrapped(PARAGRAPH, 36)}") == [PARAGRAPH, heading, PARAGRAPH]


def test_a_reference_that_a_width_put_at_the_start_of_a_line_is_joined() -> None:
    text = "违反本条例规定，擅自改变用途或者转让他人使用的，由城市管理部门依照\n第十二条第二款的规定责令限期改正，逾期不改正的，处以五千元以下罚款。"
    assert lines(text) == [text.replace("\n", "")]


def test_a_date_broken_in_two_is_whole_again() -> None:
    text = "现将《工伤保险管理办法（试行）》印发给你们，请结合实际认真贯彻执行，\n抓好落实。河北省人力资源和社会保障厅 202 1年12月16日（此件主动公开）"
    assert "2021年12月16日" in lines(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "王晓晖　中央宣传部副部长\n丁向阳　国务院副秘书长\n朱之文　教育部副部长\n梁言顺　中央党校副校长",
        "关于印发《河北省科技型中小企业贷款风险补偿实施细则（试行）》的通知\n各设区市科技局、财政局、各省级银行业金融机构：\n"
        + PARAGRAPH,
        "一、加强组织领导，落实责任，形成合力，务求实效\n二、完善工作机制，统筹推进，强化督导，限期整改\n三、做好宣传引导，营造氛围，总结经验，及时推广",
    ],
)
def test_lists_titles_and_items_are_not_joined(text: str) -> None:
    assert len(lines(text)) == len(text.splitlines())


def test_english_words_are_not_run_together() -> None:
    text = "实施单位应当按照国际标准的要求，采用 International Organization\nfor Standardization 公布的最新版本，及时更新有关文件。"
    assert lines(text) == text.splitlines()


def test_cells_of_a_row_stay_parted_in_prose() -> None:
    rows = [
        ["1", "设立民营银行，支持实体经济发展，\u3000稳步推进改革，防范金融风险", "银监局"],
        ["2", "推进国企改革", "国资委"],
    ]
    given_rows = ["\t".join(cells) for cells in rows]
    assert lines("\n".join(given_rows)) == [given_rows[0].replace("\u3000", ""), given_rows[1]]


def test_rows_look_alike_whichever_reader_they_come_from() -> None:
    """HTML and Word give rows as `row_lines`; a text file has its own tabs, and spaces around them."""
    table = [[["事项"], ["单位"]], [["设立民营银行，支持发展，鼓励创新，防范风险，稳步推进，务求实效"], ["银监局"]]]
    read = "\n".join(line for row in table for line in row_lines(row))
    assert lines(read) == lines(read.replace("\t", " \t\t ")) == read.splitlines()


def test_one_tab_alone_makes_no_row() -> None:
    text = "第十八条 法规案经审议，将决定情况向下次会议报告；\t也可以授权常务委员会根据代表的意见进一步审议，作出决定。"
    assert lines(text) == [text.replace("\t", "")]


def test_a_line_that_says_everything_twice_is_said_once() -> None:
    line = f"省体育局：{PARAGRAPH}二〇〇四年九月一日"
    cleaned = clean(f"河北省人民政府办公厅关于同意承办运动会的复函\n{line}{line}")
    assert cleaned.lines[-1].text == line
    assert [(s.reason, s.characters) for s in cleaned.skipped] == [("repeated", len(line))]


@given(st.text(alphabet="东北振兴民营银行，。；：（）第一二条、\t \n|123年20　", max_size=300))
def test_cleaning_only_leaves_characters_out(text: str) -> None:
    for line in clean(text).lines:
        assert "".join(text[at] for at in line.origin) == line.text
        assert list(line.origin) == sorted(set(line.origin))
