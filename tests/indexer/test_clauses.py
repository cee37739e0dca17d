"""Splitting, as documents mix their numbers, and as they break it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from splitting import clauses, kinds, read

from indexer.readers.unreadable import Unreadable
from search.model import ClauseKind


def test_articles_of_a_law_stand_under_chapter_and_section() -> None:
    found = clauses(
        "某市养犬管理条例\n第一章　总则\n第一条 为了规范养犬行为，制定本条例。\n第二条　本市行政区域内适用本条例。\n"
        "第二章 登记\n第一节 一般规定\n第三条 养犬人应当自取得犬只之日起三十日内办理登记。"
    )
    assert found[1] == (("第一章　总则",), "第一条 为了规范养犬行为，制定本条例。")
    assert found[-1] == (("第二章 登记", "第一节 一般规定"), "第三条 养犬人应当自取得犬只之日起三十日内办理登记。")


@pytest.mark.parametrize(
    "reference",
    [
        "第十二条规定的情形除外。",
        "第三条、第四条所列行为。",
        "第五条第一款的罚款。",
        "（一）至（三）项所列材料。",
        "1.5万元以上的罚款。",
        "2016年底前完成。",
    ],
)
def test_a_reference_or_a_figure_at_the_start_of_a_line_is_no_heading(reference: str) -> None:
    found = clauses(f"某办法\n第一条 有下列情形的，依照本办法\n{reference}\n第二条 本办法自公布之日起施行，长期有效。")
    assert ("第一条 有下列情形的，依照本办法",) in [path for path, text in found if text == reference]


def test_number_and_body_on_one_line_does_not_make_one_chunk_of_the_document() -> None:
    text = "关于某事的通知\n各市人民政府：\n现将有关事项通知如下：一、明确要求。各地要抓好落实。二、加快办理。各部门要限时办结。三、加强监督。发现问题及时报告。"
    found = [text for _, text in clauses(text)]
    assert found == [
        "现将有关事项通知如下：",
        "一、明确要求。各地要抓好落实。",
        "二、加快办理。各部门要限时办结。",
        "三、加强监督。发现问题及时报告。",
    ]


def test_one_number_alone_inside_a_sentence_splits_nothing() -> None:
    text = "关于某事的通知\n请各单位按照方案第一、二条的要求，统一、规范、有序地推进，做到（一）事一议，确保取得实效。"
    assert len(clauses(text)) == 1


def test_levels_nest_as_documents_mix_them() -> None:
    found = clauses(
        "关于某事的意见\n一、总体要求\n（一）指导思想。坚持改革创新，推动发展。\n1.第一项措施要落实到位。\n（1）细化任务分工。\n①逐级签订责任书。\n"
        "（二）基本原则。\n——坚持统筹。全面协调。\n——坚持创新。先行先试。\n各地要结合实际执行。\n二、保障措施\n加强组织领导。"
    )
    paths = {text[:4]: path for path, text in found}
    assert paths["①逐级签"] == ("一、总体要求", "（一）指导思想", "1.第一项措施要落实到位", "（1）细化任务分工")
    assert paths["——坚持"] == ("一、总体要求", "（二）基本原则")
    assert paths["各地要结"] == ("一、总体要求", "（二）基本原则")
    assert paths["加强组织"] == ("二、保障措施",)


def test_numbering_that_jumps_or_restarts_loses_nothing() -> None:
    text = "关于某事的意见\n一、甲事要办。\n三、乙事要办。\n二、丙事要办。\n二、丁事要办。\n7.戊事要办。\n1.己事要办。"
    assert "".join(text for _, text in clauses(text)) == "".join(text.splitlines()[1:])


def test_amendments_keep_their_quoted_articles_inside() -> None:
    found = clauses(
        "关于修改某条例的决定\n一、将第三条修改为：“第三条 市人民政府统一领导。\n第四条 区人民政府负责落实。”\n二、删去第九条。"
    )
    assert [path for path, text in found if text.startswith("第四条")] == [("一、将第三条修改为",)]
    assert [path for path, text in found if text.startswith("二、")] == [()]


def test_a_long_unit_is_split_at_its_sentences() -> None:
    sentence = "推动产业转型升级，加快培育新的增长动能，切实保障和改善民生。"
    found = clauses(f"关于某事的意见\n一、总体要求。{sentence * 40}")
    assert len(found) > 3
    assert all(len(text) <= 400 and text.endswith("。") for _, text in found)
    assert {path for path, _ in found[1:]} == {("一、总体要求",)}


def test_attachments_have_their_own_tree() -> None:
    found = clauses(
        "某局关于印发方案的通知\n各县：\n现将方案印发给你们，请认真贯彻执行，抓好落实。\n某市财政局\n2020年1月2日\n附件2\n工作分工方案\n一、任务\n（一）摸底调查，形成清单。"
    )
    assert found[-1][0][0].startswith("附件2 工作分工方案")
    assert found[-1][0][1:] == ("一、任务",)


def test_text_beyond_any_field_limit_is_kept() -> None:
    text = "关于某事的意见\n" + "各地要认真贯彻落实，抓好各项工作。" * 6000 + "最后一句是压轴的话。"
    assert read(text).clauses[-1].text.endswith("最后一句是压轴的话。")


@pytest.mark.parametrize("text", ["", "  \n　\n", "———\n***", "首页 > 政务公开\n打印本页\n"])
def test_a_file_without_a_document_in_it_says_so(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_a_document_of_a_title_only_is_still_found() -> None:
    assert [c.text for c in read("关于某事的通知").clauses] == ["关于某事的通知"]


MARKERS = ["一、", "（二）", "3.", "（4）", "⑤", "第六条 ", "第一章 ", "——", "附件：", "", "　", "1、"]
LINE = st.tuples(
    st.sampled_from(MARKERS),
    st.text(alphabet="东北振兴民营银行政策，。；：（）“”第一二三条款章 　1235.、—\t", max_size=40),
).map("".join)


@given(st.lists(LINE, max_size=25).map("\n".join))
def test_clauses_in_order_with_what_lies_between_give_back_the_body(text: str) -> None:
    try:
        found = read(text)
    except Unreadable:
        return
    rebuilt, at = "", 0
    for clause in found.clauses:
        assert clause.start >= at
        assert clause.text
        assert clause.text == clause.text.strip()
        rebuilt += found.document.body[at : clause.start] + clause.text
        at = clause.end
        assert clause.kind in ClauseKind
        assert text[clause.source_start] == clause.text[0]
        assert text[clause.source_end - 1] == clause.text[-1]
    assert rebuilt + found.document.body[at:] == found.document.body
    assert len({c.clause_id for c in found.clauses}) == len(found.clauses)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    if any(c.isalnum() for c in text):
        with suppress(Unreadable):  # a line of navigation is no document
            assert read(text).document.title
    else:
        with pytest.raises(Unreadable, match="no_text"):
            read(text)


def test_an_emergency_plan_with_decimal_numbers_has_its_levels() -> None:
    found = clauses(
        "某市应急预案\n1 总则\n1.1 编制目的\n为规范工作，制定本预案。\n1.2 编制依据\n依据有关法律法规，制定本预案。\n1.2.1 法律\n"
        "依据突发事件应对法，制定本预案。\n2 组织体系\n2.1指挥部\n设立指挥部，负责统一领导。\n3.15消费者权益日前完成，不得拖延。"
    )
    paths = {text[:6]: path for path, text in found}
    assert paths["依据突发事件"] == ("1 总则", "1.2 编制依据", "1.2.1 法律")
    assert paths["设立指挥部，"] == ("2 组织体系", "2.1指挥部")
    assert paths["3.15消费"] == ("2 组织体系", "2.1指挥部")


def test_a_decimal_figure_alone_is_no_number() -> None:
    assert (
        len(clauses("某市公报\n一、总体情况\n全年实现生产总值，分行业看，情况如下。\n1.5万户企业受益，同比增长较快。"))
        == 3
    )


@pytest.mark.parametrize(
    "reference",
    [
        "一、二类企业要全部完成整改，按期报告。",
        "1、2号楼要立即拆除，不得拖延。",
        "（一）项规定的情形，由市局处理。",
        "（一）（二）项材料，由市局审核。",
        "（一）、（二）项材料，由市局审核。",
        "依照第十二条的规定处罚，见附件2。",
        "第三章规定的程序，应当遵守。",
    ],
)
def test_references_and_series_are_no_numbers(reference: str) -> None:
    found = clauses(f"某办法\n第五条 有关单位应当遵守下列规定。\n{reference}\n第六条 本办法自公布之日起施行。")
    assert (("第五条 有关单位应当遵守下列规定",), reference) in found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("⑴", "⑵"),
        ("⒈", "⒉"),
        ("㈠", "㈡"),
        ("㉑", "㉒"),
        ("㊱", "㊲"),
        ("１．", "２．"),
        ("(1)", "(2)"),
        ("1）", "2）"),
    ],
)
def test_numbers_of_every_make_are_numbers(first: str, second: str) -> None:
    found = clauses(f"关于某事的意见\n一、总体要求\n{first}摸清底数，建立台账。{second}分类施策，逐项销号。")
    assert found[1:] == [
        (("一、总体要求",), f"{first}摸清底数，建立台账。"),
        (("一、总体要求",), f"{second}分类施策，逐项销号。"),
    ]


def test_headings_that_only_look_like_a_series_or_a_reference_are_headings() -> None:
    found = clauses(
        "关于某事的意见\n四、两类口岸的划分\n开放口岸，分级管理。\n五、三级医院\n加强管理，提高质量。\n（一）项目建设\n加快推进，抓好落实。\n"
        "（二）目的意义\n提高认识，统一思想。"
    )
    assert [path[-1] for path, text in found if text.endswith("。")] == [
        "四、两类口岸的划分",
        "五、三级医院",
        "（一）项目建设",
        "（二）目的意义",
    ]


def test_a_chapter_that_ran_into_its_neighbours_is_a_heading() -> None:
    found = clauses(
        "某条例\n第一章总则第一条为了规范管理，制定本条例。第二条本条例适用于本市。第八章附则第三条本条例自公布之日起施行。"
    )
    assert found == [
        ((), "第一章总则"),
        (("第一章总则",), "第一条为了规范管理，制定本条例。"),
        (("第一章总则",), "第二条本条例适用于本市。"),
        ((), "第八章附则"),
        (("第八章附则",), "第三条本条例自公布之日起施行。"),
    ]


def test_rows_of_a_table_are_clauses_with_who_is_responsible() -> None:
    found = read(
        "某市工作方案\n为推进工作，制定本方案。\n序号\t任务\t责任单位\n1\t设立民营银行\t银监局、金融办\n2\t推进国企改革\t国资委\n请抓好落实，按期完成。"
    )
    rows = [c for c in found.clauses if c.kind is ClauseKind.TABLE]
    assert [(c.text, c.responsible) for c in rows] == [
        ("序号\t任务\t责任单位", None),
        ("1\t设立民营银行\t银监局、金融办", "银监局、金融办"),
        ("2\t推进国企改革\t国资委", "国资委"),
    ]


@pytest.mark.parametrize("row", ["人口\t100", "| 人口 | 100 |"])
def test_short_rows_make_one_clause(row: str) -> None:
    found = kinds(f"某市统计公报\n各项指标如下，请查收。\n{row}\n{row}\n以上数据，均为初步核算数。")
    assert (ClauseKind.TABLE, f"{row}\n{row}") in found


def test_a_number_set_with_a_tab_is_no_row() -> None:
    assert kinds("某条例\n第一章\t总则\n第一条\t为了规范管理，制定本条例。")[0] == (ClauseKind.HEADING, "第一章\t总则")


def test_the_note_of_a_law_is_the_first_clause_and_no_heading() -> None:
    note = "（2011年3月30日河北省第十一届人民代表大会常务委员会第二十二次会议通过）"
    found = read(f"河北省科学技术进步条例\n{note}\n第一章 总则\n第一条 为了促进科学技术进步，制定本条例。")
    assert (found.clauses[0].kind, found.clauses[0].path, found.clauses[0].text) == (ClauseKind.NOTE, (), note)
    assert found.document.body.startswith(note)
    assert found.document.coverage == 1.0


def test_an_attachment_is_a_heading_of_its_own_kind() -> None:
    found = kinds(
        "某局关于印发方案的通知\n各县：\n现将方案印发给你们，请认真贯彻执行。\n某市财政局\n2020年1月2日\n附件1\n任务清单\n一、摸底调查，形成清单。"
    )
    assert (ClauseKind.ATTACHMENT, "附件1\n任务清单") in found
    assert ClauseKind.ATTACHMENT.is_heading


_NUMBERS = [
    "一、",
    "（二）",
    "（十一）",
    "３．",
    "4、",
    "1.1 ",
    "1.1.1",
    "（4）",
    "⑸",
    "㊿",
    "第六条之一 ",
    "第二节 ",
    "一是",
    "附件2",
    "1\t",
    "| a |",
]
_PIECES = [
    "加强领导。",
    "依照第十二条、",
    "见附件2",
    "（责任单位：省财政厅）",
    "\t省财政厅",
    "“第三条 修改。",
    "第一章总则第一条",
    "2016年12月9日",
]


@given(st.lists(st.tuples(st.sampled_from(_NUMBERS), st.lists(st.sampled_from(_PIECES), max_size=4)), max_size=20))
def test_mixed_numbering_loses_nothing(parts: list[tuple[str, list[str]]]) -> None:
    text = "关于某事的意见\n各地要认真执行本意见，抓好落实。\n" + "\n".join(n + "".join(pieces) for n, pieces in parts)
    found = read(text)
    at = 0
    for clause in found.clauses:
        assert clause.start >= at
        assert found.document.body[clause.start : clause.end] == clause.text
        at = clause.end
    assert found.document.coverage == 1.0
