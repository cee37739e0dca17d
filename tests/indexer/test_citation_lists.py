"""Citations without 《》, lists of what is repealed, and short titles: what of them becomes a citation, and what does not."""

from __future__ import annotations

import pytest

from indexer.citations import cite
from indexer.reading import build_document
from indexer.validity import add_repeals
from search.model import Citation, Document

LAW = "中华人民共和国立法法\n（2015年3月15日全国人民代表大会通过）\n第一条 内容。\n第二条 内容。\n"


def notice(body: str, title: str = "某省人民政府关于某项工作的通知", day: str = "2020年5月1日") -> str:
    return f"{title}\n各市人民政府：\n{body}\n某省人民政府\n{day}\n"


def read(*texts: str) -> tuple[dict[str, Document], list[Citation]]:
    """Documents with those that repeal them, and all citations; their ids are 0, 1, …"""
    found = [build_document(str(i), f"{i}.txt", text) for i, text in enumerate(texts)]
    documents = {r.document.document_id: r.document for r in found}
    clauses = {r.document.document_id: r.clauses for r in found}
    citations = cite(documents.values(), clauses, dict.fromkeys(documents, 0))
    return add_repeals(documents, citations), citations


def cited(*texts: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(str(c.relation), c.title, c.document_number, c.cited_document_id) for c in read(*texts)[1]]


def test_the_full_title_of_a_document_of_the_corpus_needs_no_marks() -> None:
    assert cited(LAW, notice("一、根据中华人民共和国立法法，制定本通知。")) == [
        ("依据", "中华人民共和国立法法", None, "0")
    ]


@pytest.mark.parametrize(
    "body",
    [
        "一、根据中华人民共和国行政处罚法，制定本通知。",  # not in the corpus
        "一、依照中华人民共和国立法法实施办法办理。",  # another document
        "一、按照国务院有关部门的规定办理。",
        "一、按照国务院关于立法的规定办理。",
    ],
)
def test_what_only_looks_like_a_title_is_none(body: str) -> None:
    assert cited(LAW, notice(body)) == []


def test_a_number_in_brackets_makes_the_title_before_it_certain() -> None:
    body = "一、按照国务院关于促进企业兼并重组的意见（国发〔2010〕27号）精神，现通知如下。"
    assert cited(notice(body)) == [("依据", "国务院关于促进企业兼并重组的意见", "国发〔2010〕27号", None)]


@pytest.mark.parametrize("title", ["《城市绿化条例》", "城市绿化条例"])
def test_a_number_and_what_it_promulgates_are_one(title: str) -> None:
    body = f"一、依照国务院令第100号公布的{title}的规定处罚。"
    assert cited(notice(body)) == [("依据", "城市绿化条例", "国务院令第100号", None)]


def test_an_organ_that_forwards_does_not_quote_itself() -> None:
    title = "河北省教育厅关于做好某项工作的通知"
    body = "现将教育部办公厅《关于做好某项工作的通知》（教体艺厅函〔2019〕11号）转发给你们。"
    assert cited(notice(body, title)) == [("转发", "关于做好某项工作的通知", "教体艺厅函〔2019〕11号", None)]


@pytest.mark.parametrize(
    ("definition", "use"),
    [
        ("以下简称《若干意见》", "《若干意见》"),
        ("以下简称“监管意见”", "监管意见"),
        ("以下简称监管意见", "监管意见"),
        ("下称“62号文”", "62号文"),
    ],
)
def test_short_titles_with_and_without_marks(definition: str, use: str) -> None:
    body = f"一、《国务院关于某事的意见》（国发〔2016〕62号，{definition}）很重要。\n二、要落实{use}。"
    assert [c[2] for c in cited(notice(body))] == ["国发〔2016〕62号"] * 2


def test_a_short_title_is_not_looked_for_inside_other_words() -> None:
    body = "一、《中华人民共和国食品安全法》（以下称食品安全法）很重要。\n二、应当符合食品安全法律、法规。"
    assert len(cited(notice(body))) == 1


def test_a_form_is_no_document() -> None:
    assert cited(notice("一、应当在《行政执法监督意见书》规定的期限内办理。")) == []


OLD = [
    notice("一、内容。", "某省人民政府关于甲事的通知", "2001年5月1日"),
    "某省人民政府关于乙事的意见\n某政发〔2002〕6号\n各市人民政府：\n一、内容。\n某省人民政府\n2002年5月1日\n",
    "某省丙事管理办法\n（2003年5月1日某省人民政府令第5号公布）\n第一条 内容。\n第二条 内容。\n",
]


@pytest.mark.parametrize(
    "listed",
    [
        "下列文件同时废止：\n1.《某省人民政府关于甲事的通知》\n2.《某省人民政府关于乙事的意见》（某政发〔2002〕6号）\n3.《某省丙事管理办法》",
        "二、以下文件予以废止：1.《某省人民政府关于甲事的通知》；2.《某省人民政府关于乙事的意见》（某政发〔2002〕6号）；3.《某省丙事管理办法》。",
        "附件：\n省政府决定废止的文件目录\n1.某省人民政府关于甲事的通知\n2.某省人民政府关于乙事的意见（某政发[2002]6号）\n3.某省丙事管理办法",
        "废止的规范性文件目录（3件）\n1．某省人民政府关于甲事的通知\n发文时间：2001年5月1日\n说明：已被《某省丁办法》代替。\n2．某省人民政府关于乙事的意见\n"
        "文号：某政发〔2002〕6号\n3．某省丙事管理办法\n说明：已不适用。",
    ],
)
def test_every_item_of_a_list_is_repealed(listed: str) -> None:
    documents, citations = read(*OLD, notice(f"一、现决定清理文件。\n{listed}", "某省人民政府关于清理文件的决定"))
    assert [documents[i].repealed_by for i in "012"] == [("3",)] * 3
    assert [c.title for c in citations if str(c.relation) == "废止"] == [
        "某省人民政府关于甲事的通知",
        "某省人民政府关于乙事的意见",
        "某省丙事管理办法",
    ]
    said = {e.fact: e.sentence for e in documents["1"].evidence}["repealed_by"]
    assert "废止" in said
    assert "乙事" in said


def test_a_list_of_what_stays_in_force_repeals_nothing() -> None:
    body = "一、清理结果如下。\n废止的文件目录\n1.某省人民政府关于甲事的通知\n继续有效的文件目录\n1.《某省人民政府关于乙事的意见》（某政发〔2002〕6号）"
    documents, _ = read(*OLD, notice(body, "某省人民政府关于清理文件的决定"))
    assert [documents[i].repealed_by for i in "012"] == [("3",), (), ()]


def test_another_number_is_another_document_in_a_list_too() -> None:
    body = "下列文件同时废止：\n1.《某省人民政府关于乙事的意见》（某政发〔1990〕9号）"
    assert read(*OLD, notice(body, "某省人民政府关于清理文件的决定"))[0]["1"].repealed_by == ()
