"""Saved web pages, after the templates of government sites."""

from __future__ import annotations

import pytest
from file_making import make_html

from indexer.readers import READERS
from indexer.readers.unreadable import Unreadable
from indexer.reading import build_document

PARAGRAPH = "实施东北地区等老工业基地振兴战略，是党中央、国务院在新世纪作出的重大决策。当前和今后一个时期是推进老工业基地全面振兴的关键时期。"
FACTS = """<tr><td><b>索 引 号：</b></td><td>000014349/2016-00213</td><td><b>主题分类：</b></td><td>国民经济管理</td></tr>
<tr><td><b>发文机关：</b></td><td>国务院</td><td><b>成文日期：</b></td><td>2016年11月01日</td></tr>
<tr><td><b>标　　题：</b></td><td colspan="3">国务院关于深入推进实施新一轮东北振兴战略的意见</td></tr>
<tr><td><b>发文字号：</b></td><td>国发〔2016〕62号</td><td><b>发布日期：</b></td><td>2016年11月16日</td></tr>
<tr><td><b>主 题 词：</b></td><td colspan="3"></td></tr>"""


def lines(source: str | bytes, ending: str = ".html") -> list[str]:
    return READERS[ending](source.encode() if isinstance(source, str) else source).split("\n")


def page(content: str, before: str = "", behind: str = "") -> str:
    return f"<html><head><meta charset=utf-8></head><body>{before}<div class='TRS_Editor'>{content}</div>{behind}</body></html>"


def test_a_page_of_the_state_council_gives_its_facts_and_its_text() -> None:
    text = ["一、全面深化改革，激发内在活力", PARAGRAPH, "（一）推进行政管理体制改革。", PARAGRAPH[:40]]
    read = READERS[".html"](make_html(text, title="国务院关于深入推进实施新一轮东北振兴战略的意见", facts=FACTS))
    document = build_document("d", "x.html", read).document

    assert read.split("\n") == [
        "索引号：000014349/2016-00213",
        "主题分类：国民经济管理",
        "发文机关：国务院",
        "成文日期：2016年11月01日",
        "标题：国务院关于深入推进实施新一轮东北振兴战略的意见",
        "发文字号：国发〔2016〕62号",
        "发布日期：2016年11月16日",
        *("　　" + line for line in text),
    ]
    assert document.document_number == "国发〔2016〕62号"
    assert document.issuers == ("国务院",)
    assert str(document.issued_on) == "2016-11-01"
    assert document.title == "国务院关于深入推进实施新一轮东北振兴战略的意见"


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "big5", "utf-8"])
def test_the_declared_encoding_counts(declared: str) -> None:
    encoding = {"gb2312": "gb18030", "GBK": "gb18030"}.get(declared, declared)
    text = "國務院關於促進民營銀行發展的意見" if declared == "big5" else "国务院关于促进民营银行发展的意见——镕"
    data = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head><body>{text}</body></html>'

    assert lines(data.encode(encoding)) == [text]


def test_a_wrong_declaration_is_seen_through() -> None:
    assert lines('<meta charset="gb2312"><p>国务院关于促进民营银行发展的意见</p>'.encode()) == [
        "国务院关于促进民营银行发展的意见"
    ]


def test_title_date_and_source_come_from_the_page_where_the_text_lacks_them() -> None:
    head = (
        "<h1>国务院关于促进<br>民营银行发展的意见</h1><div class='pages-date'>2016-11-16 17:00 <span>来源：中国政府网</span></div>"
        "<div class='crumbs'><a>首页</a> &gt; <a>政策</a></div>"
    )
    assert lines(page(f"<p>{PARAGRAPH}</p>", head)) == [
        "国务院关于促进 民营银行发展的意见",
        "2016-11-16 17:00 来源：中国政府网",
        PARAGRAPH,
    ]


def test_blocks_and_breaks_make_lines_and_inline_elements_do_not() -> None:
    content = f"<p>{PARAGRAPH}</p><div>一、<b>总体</b><span>要求</span><br/>（一）指导思想。</div>二、加快<em>转变</em>政府\n  职能"
    assert lines(page(content)) == [PARAGRAPH, "一、总体要求", "（一）指导思想。", "二、加快转变政府职能"]


def test_scripts_hidden_elements_and_forms_are_left_out() -> None:
    hidden = (
        "<script>var 一 = 1</script><style>p{}</style><!-- 注释 --><p style='DISPLAY : none'>隐藏</p><p hidden>隐藏</p>"
        "<select><option>选项</option></select><noscript>请启用脚本</noscript><nav>导航</nav>"
    )
    assert lines(page(hidden + f"<p>{PARAGRAPH}</p>")) == [PARAGRAPH]


def test_lists_keep_their_numbers() -> None:
    content = (
        f"<p>{PARAGRAPH}</p><ol><li>简化流程<li value=5>明确时限</ol><ol type=a start=2><li>提高效率</li></ol>"
        "<ol style='list-style-type: cjk-ideographic'><li>总体要求</ol><ol><li>一、写明了的</li></ol><ul><li>无序</li></ul>"
    )
    assert lines(page(content))[1:] == [
        "1.简化流程",
        "5.明确时限",
        "b.提高效率",
        "一、总体要求",
        "一、写明了的",
        "无序",
    ]


def test_tables_have_a_line_for_each_row_and_layout_tables_their_paragraphs() -> None:
    content = (
        f"<table><tr><th>序号<th>事项<th>单位<tr><td>1<td><p>设立民营</p><p>银行</p><td>银监局</table><table><tr><td><p>{PARAGRAPH}</p>"
        "<table><tr><td>内</td><td>表</td></tr></table></td></tr></table>"
    )
    assert lines(page(content)) == ["序号\t事项\t单位", "1\t设立民营 银行\t银监局", PARAGRAPH, "内\t表"]


def test_text_in_several_containers_is_read_whole() -> None:
    parts = "".join(f"<div class='TRS_Editor'><p>{n}{PARAGRAPH}</p></div>" for n in "一二三")
    assert [line[0] for line in lines(f"<meta charset=utf-8><body>{parts}<p>版权所有</p></body>")] == ["一", "二", "三"]


def test_a_box_that_only_has_the_name_of_a_template_is_not_taken_for_the_text() -> None:
    source = (
        f"<meta charset=utf-8><div id=zoom>字号：大 中 小</div><div class=x><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></div>"
    )
    assert "\n".join(lines(source)).count(PARAGRAPH) == 2


def test_a_page_of_no_known_template_is_read_without_lists_of_links() -> None:
    links = "".join(f"<li><a href='/{n}'>关于印发某某实施方案的通知之{n}</a></li>" for n in range(20))
    body = "".join(f"<p>第{n}条　{PARAGRAPH}</p>" for n in "一二三")
    source = f"<meta charset=utf-8><div class=a><ul>{links}</ul></div><div class=b><div class=c>{body}</div></div><div>联系我们</div>"
    read = lines(source)

    assert [line for line in read if line.startswith("第")] == [f"第{n}条　{PARAGRAPH}" for n in "一二三"]
    assert not any("某某" in line for line in read)


@pytest.mark.parametrize("ending", [".txt", ".doc", ".htm"])
def test_a_page_under_another_name_is_still_a_page(ending: str) -> None:
    assert lines(f"\ufeff <!-- x --><!DOCTYPE html><body><p>{PARAGRAPH}</p>", ending) == [PARAGRAPH]


@pytest.mark.parametrize("source", ["<html></html>", "<html><body><script>x</script></body></html>", " \n "])
def test_a_page_without_text_is_named(source: str) -> None:
    with pytest.raises(Unreadable) as caught:
        lines(source)
    assert caught.value.reason == "no_text"
