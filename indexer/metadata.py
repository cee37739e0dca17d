"""The facts about a document, from its layout. What the document itself says goes before what the page says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from indexer.dates import WRITTEN_DATE, find_date
from indexer.head import Head
from indexer.layout import Layout
from indexer.organs import leading_one_of_several, leading_organs, organs_of_code, split_organs
from search.text.numbers import DocumentNumber

_KINDS = (
    "意见|通知|方案|办法|规定|条例|决定|决议|批复|公告|通告|通报|公报|复函|函|规划|纲要|计划|要点|措施|细则|规则|"
    "准则|标准|目录|解释|法|令|答复|报告|指南|指引|规程|制度|解读|章程|公约|修正案"
)
_KIND = re.compile(rf"({_KINDS})(?:[（(《〔].{{1,30}}[）)》〕]){{0,3}}$")
_ASSEMBLY = re.compile(
    r"第?[一二三四五六七八九十百]*届?(全国|[\u4e00-\u9fff]{2,9}?[省市区州县])第?[一二三四五六七八九十百]*届?(人民代表大会(?:常务委员会)?)"
)
_COUNCIL_ORDER = re.compile(r"国务院令|国务院(?:第\S{1,6}次)?常务会议|国务院(?:发布|公布|修订)")
_ACT = re.compile(r"通过|批准|发布|公布|颁布|印发|制定|修[订正改]|施行|实施|生效|废止|备案")
_MEETING = re.compile(r"第?[一二三四五六七八九十百\d]{1,4}次.{0,8}会议.{0,4}$")
_SESSION = re.compile(r"第?[一二三四五六七八九十百]{1,4}届")
_NAMED = re.compile(r"《[^》]*》")
_PASSED = ("通过", "发布", "公布", "颁布", "印发", "制定", "修订")
_NO_ISSUE = ("施行", "实施", "生效", "废止", "备案")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a document; see search.model.Document for each."""

    title: str
    issuers: tuple[str, ...]
    document_number: str | None
    issued_on: date | None
    page_date: date | None
    source: str | None
    site: str | None
    kind: str | None
    addressee: str | None


def _agency(number: DocumentNumber | None) -> str:
    """国发 of 国发〔2016〕62号, 河北省第十三届人民代表大会常务委员会公告 of …公告（第一二六号）."""
    return re.split(r"〔|\d{4}年第|第\d+号", number.text)[0] if number else ""


@dataclass(frozen=True, slots=True)
class _Event:
    """One of the acts that a 题注 names: 2019年4月22日 新乡市…常务委员会第六次会议 通过."""

    day: date | None
    by: str
    act: str


def _events(notes: Iterable[str]) -> list[_Event]:
    """The acts in order. A part between two dates is one; its first act counts (批准的…修改: approved)."""
    events = []
    for note in notes:
        opening, *rest = re.split(f"({WRITTEN_DATE})", note)
        for day, text in [("", opening), *zip(rest[::2], rest[1::2], strict=True)]:
            plain = _NAMED.sub("", text)  # 《国务院关于废止…的决定》 is what amended it, and no act
            act = _ACT.search(plain)
            if act:
                events.append(_Event(find_date(day), plain[: act.start()], act[0]))
    return events


def _note_issuers(notes: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Who passed or promulgated the document first; whoever approved (批准) it did not issue it."""
    for event in _events(notes):
        if event.act not in _PASSED:
            continue
        assembly = _ASSEMBLY.search(event.by)
        if assembly:
            return (assembly[1] + assembly[2],)
        if _COUNCIL_ORDER.search(event.by + event.act):
            return ("国务院",)
        by = _MEETING.sub("", event.by).strip("　 ")
        organs = leading_organs(by + event.act) or _own_organ(by, title)
        if organs:
            return organs
    return ()


def _order(layout: Layout) -> str:
    """What an order that promulgates a law says of it: 《…法》已由…全国人民代表大会常务委员会…通过，现予公布."""
    opening = layout.body[0].line.text[:400] if layout.body else ""
    match = re.search(r"》已[由经](.{2,80}?通过)，现予", opening)
    return re.sub(f"于?{WRITTEN_DATE}", "", match[1]) if match else ""


def _own_organ(name: str, title: str) -> tuple[str, ...]:
    """省科委 under a title that begins with 河北省: 河北省科委."""
    place = re.match(r"[\u4e00-\u9fff]{2,8}?[省市]", title)
    name = _SESSION.sub("", name).replace("人大常委会", "人民代表大会常务委员会")
    return split_organs(place[0][:-1] + name) if place and name.startswith(place[0][-1]) else ()


def _issuers(layout: Layout) -> tuple[str, ...]:
    head = layout.head
    leader = leading_one_of_several(head.title)
    candidates = (
        leading_organs(head.title),
        layout.signers,
        split_organs(head.meta.get("issuer", "")),
        organs_of_code(_agency(head.number)),
        _note_issuers((*head.notes, _order(layout)), head.title),
        (leader,) if leader else (),
    )
    return next((found for found in candidates if found), ())


def _issued_on(layout: Layout) -> date | None:
    stated = layout.signed_on or layout.head.meta.get("issued")
    if stated and find_date(stated):
        return find_date(stated)
    days = [event.day for event in _events(layout.head.notes) if event.act not in _NO_ISSUE]
    return max((day for day in days if day), default=None)


def _source(layout: Layout, site: str | None) -> str | None:
    stated = re.split(r"[\s\u3000|｜【\[]", layout.head.meta.get("source", "").strip())[0]
    return stated or site


def _page_date_of(head: Head) -> str | None:
    """The text that names the day on which the page was put up, if any."""
    stated = head.meta.get("page_date")
    if stated and find_date(stated):
        return stated
    return next((text for text in head.dates if not re.search("通过|公布|批准|修[正订]|施行|发布", text)), None)


def describe(layout: Layout, site: str | None) -> Facts:
    """The facts that a document states. What it does not state stays None: a page's date is no 成文日期."""
    head = layout.head
    page_date = _page_date_of(head)
    kind = _KIND.search(head.title)
    return Facts(
        title=head.title,
        issuers=_issuers(layout),
        document_number=head.number.text if head.number else None,
        issued_on=_issued_on(layout),
        page_date=find_date(page_date) if page_date else None,
        source=_source(layout, site),
        site=site,
        kind=kind[1] if kind else None,
        addressee=head.addressee.rstrip("：:") if head.addressee else None,
    )
