"""Splitting, as documents mix their numbers, and as they break it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.unreadable import Unreadable
from indexer.reading import ReadDocument, build_document
from search.model import ClauseKind


def read(text: str) -> ReadDocument:
    return build_document("d", "样例.txt", text)


def clauses(text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(c.path, c.text) for c in read(text).clauses]


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
