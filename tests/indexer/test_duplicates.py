"""Which documents are one work, and which clauses are one text."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.duplicates import Candidate, fold_clauses, group_works
from indexer.reading import ReadDocument, build_document
from tests.conftest import CORPUS


@pytest.fixture(scope="module")
def raw() -> dict[str, str]:
    return {p.name[:3]: p.read_text("utf-8") for p in CORPUS.glob("0*.txt")}


def _candidate(name: str, text: str) -> Candidate:
    d = build_document(name, f"{name}.txt", text).document
    return Candidate(d.document_id, d.title, d.document_number, d.body, d.issued_on)


def _are_one(*documents: Candidate) -> bool:
    return len(group_works(documents)) == 1


def test_the_five_documents_are_four_works(raw: dict[str, str]) -> None:
    groups = group_works([_candidate(name, text) for name, text in sorted(raw.items())])
    assert groups == [["000", "001"], ["002"], ["003"], ["004"]]


def test_a_copy_with_other_widths_and_surroundings_is_the_same_work(raw: dict[str, str]) -> None:
    text = raw["004"].translate(str.maketrans("，；：（）", ",;:()"))
    copy = f"首页 > 政策文件\n打印本页\n{text}\n上一篇：会议通知\n版权所有 京ICP备05070218号\n"
    assert _are_one(_candidate("a", raw["004"]), _candidate("b", copy))


def test_a_copy_whose_lines_are_broken_elsewhere_is_the_same_work(raw: dict[str, str]) -> None:
    d = _candidate("a", raw["004"])
    body = "\n".join(d.body[i : i + 37] for i in range(0, len(d.body), 37))
    assert _are_one(d, Candidate("b", d.title, None, body))


def test_an_abridgement_belongs_to_the_work_that_it_abridges(raw: dict[str, str]) -> None:
    d = _candidate("a", raw["004"])
    assert _are_one(d, Candidate("b", d.title, None, d.body[: len(d.body) * 6 // 10]))


def test_a_text_with_sentences_of_another_between_its_own_is_another_text(raw: dict[str, str]) -> None:
    own, other = _candidate("a", raw["004"]), _candidate("b", raw["003"])
    between = zip(own.body.split("。"), other.body.split("。"), strict=False)
    body = "。".join(sentence for both in between for sentence in both)
    assert not _are_one(Candidate("a", own.title, None, own.body), Candidate("c", own.title, None, body))


def _named(name: str, title: str, body: str, issued_on: date | None = None, number: str | None = None) -> Candidate:
    return Candidate(name, title, number, body, issued_on)


_LAW = "".join(
    f"第{n}条 {subject}应当依法{duty}，并向社会公布{subject}{duty}的情况。\n"
    for n, (subject, duty) in enumerate(
        (
            (s, d)
            for s in ("海事管理机构", "船员用人单位", "船员服务机构")
            for d in ("履行职责", "接受监督", "保存档案", "报送统计")
        ),
        1,
    )
)


def test_a_law_and_its_amendment_are_editions_of_two_times() -> None:
    amended = _LAW.replace("船员服务机构应当依法保存档案", "船员服务机构应当自行保存档案")
    assert not _are_one(
        _named("a", "中华人民共和国船员条例", _LAW, date(2020, 3, 27)),
        _named("b", "中华人民共和国船员条例", amended, date(2023, 7, 20)),
    )


def test_a_date_alone_does_not_part_two_copies() -> None:
    """A page's own date is easily taken for the document's."""
    assert _are_one(
        _named("a", "中华人民共和国船员条例", _LAW, date(2020, 3, 27)),
        _named("b", "中华人民共和国船员条例", "来源：海事局\n" + _LAW, date(2023, 7, 20)),
    )


def test_an_undated_copy_goes_to_the_edition_that_it_repeats_and_joins_no_two_times() -> None:
    amended = _LAW.replace("船员服务机构应当依法保存档案", "船员服务机构应当自行保存档案")
    title = "中华人民共和国船员条例"
    documents = [
        _named("old", title, _LAW, date(2020, 3, 27)),
        _named("copy", title, amended),
        _named("new", title, amended, date(2023, 7, 20)),
    ]
    assert group_works(documents) == [["old"], ["copy", "new"]]


def test_like_worded_rules_of_two_places_are_two_works() -> None:
    one = _named("a", "洛阳市船员管理办法", _LAW + "本办法由洛阳市交通局解释。")
    other = _named(
        "b", "绍兴市船员管理办法", _LAW.replace("船员用人单位", "船舶用人单位") + "本办法由绍兴市交通局解释。"
    )
    assert not _are_one(one, other)


def test_short_replies_that_differ_in_a_name_are_two_works() -> None:
    reply = "你省关于撤销{0}县设立{0}市的请示收悉。同意撤销{0}县，设立{0}市，以原{0}县的行政区域为{0}市的行政区域。"
    title = "国务院关于同意设立市的批复"
    assert not _are_one(_named("a", title, reply.format("张北")), _named("b", title, reply.format("平泉")))


def test_documents_without_text_are_no_copies_of_each_other() -> None:
    assert not _are_one(_named("a", "目录", ""), _named("b", "目录", ""))


def test_more_copies_than_a_formula_has_are_still_one_work() -> None:
    assert _are_one(*(_named(str(i), "船员管理办法", _LAW) for i in range(70)))


def test_the_order_given_is_kept() -> None:
    documents = [
        _named("z", "船员办法", _LAW),
        _named("m", "另一办法", "全部另有规定。" * 9),
        _named("a", "船员办法", _LAW),
    ]
    assert group_works(documents) == [["z", "a"], ["m"]]


def _read(name: str, *articles: str) -> ReadDocument:
    text = "某某市城市管理办法\n第一章 总则\n" + "\n".join(
        f"第{n}条 {a}" for n, a in zip("一二三四五", articles, strict=False)
    )
    return build_document(name, f"{name}.txt", text)


_ARTICLE = "城市管理部门应当建立巡查制度，及时发现并制止违法行为。"
_OTHER = "任何单位和个人都有权对违法行为进行举报，接到举报的部门应当登记。"
_FORMULA = "本办法自公布之日起施行。"


def _folded(one: ReadDocument, other: ReadDocument, words: str, *, same_work: bool) -> bool:
    """Whether the clauses of two documents that hold the words are one text."""
    work_of = {r.document.document_id: "w" if same_work else r.document.document_id for r in (one, other)}
    numbers = fold_clauses([*one.clauses, *other.clauses], work_of)
    found = [{numbers[c.clause_id] for c in r.clauses if words in c.text} for r in (one, other)]
    assert all(found)
    return found[0] == found[1]


def test_a_clause_copied_into_another_work_is_one_text_whatever_its_number() -> None:
    assert _folded(_read("a", _ARTICLE, _OTHER), _read("b", _OTHER, _ARTICLE), "巡查制度", same_work=False)


def test_headings_of_two_works_are_no_copies() -> None:
    one, other = _read("a", _ARTICLE), _read("b", _OTHER)
    assert not _folded(one, other, "总则", same_work=False)
    assert _folded(one, other, "总则", same_work=True)


def test_a_short_formula_is_no_copy() -> None:
    assert not _folded(_read("a", _ARTICLE, _FORMULA), _read("b", _OTHER, _FORMULA), "自公布之日", same_work=False)


def test_a_slip_folds_between_editions_and_not_between_works() -> None:
    one, other = _read("a", _ARTICLE, _OTHER), _read("b", _ARTICLE, _OTHER.replace("登记", "登计"))
    assert _folded(one, other, "任何单位", same_work=True)
    assert not _folded(one, other, "任何单位", same_work=False)


def test_a_copy_that_lost_a_few_sentences_is_the_same_work(raw: dict[str, str]) -> None:
    d = _candidate("a", raw["004"])
    kept = "。".join(s for i, s in enumerate(d.body.split("。")) if i % 6)
    assert _are_one(d, Candidate("b", d.title, None, kept))


def test_a_reworded_text_of_the_same_size_is_no_copy(raw: dict[str, str]) -> None:
    """Who leaves out says nothing of his own; who changes a word in every third sentence does."""
    d = _candidate("a", raw["004"])
    changed = "。".join(s[:12] + "本省" + s[16:] if i % 2 else s for i, s in enumerate(d.body.split("。")) if i % 6)
    assert not _are_one(d, Candidate("b", d.title, None, changed))


def test_a_page_that_prints_the_text_twice_is_the_same_work(raw: dict[str, str]) -> None:
    d = _candidate("a", raw["004"])
    assert _are_one(d, Candidate("b", d.title, None, d.body + "\n" + d.body))


def test_the_beginning_of_a_law_whose_end_repeats_it_is_an_abridgement() -> None:
    duties = [f"第{n}条 {line}" for n, line in enumerate(_LAW.splitlines(), 1)]
    penalties = [f"违反规定，{duty[4:40]}不履行的，由主管机关给予第{n}种处罚。" for n, duty in enumerate(duties)]
    whole = "\n".join([*duties, *penalties])
    assert _are_one(
        _named("a", "某市船员管理条例", whole), _named("b", "某市船员管理条例", whole[: len(whole) * 6 // 10])
    )
