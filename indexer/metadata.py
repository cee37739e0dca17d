"""The facts about a document, from its layout. What the document itself says goes before what the page says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from indexer.dates import find_date
from indexer.head import page_date_of
from indexer.layout import Layout
from indexer.organs import leading_organs, organ_of_code, split_organs
from search.text.numbers import DocumentNumber

_KINDS = [
    "意见",
    "通知",
    "方案",
    "办法",
    "规定",
    "条例",
    "决定",
    "决议",
    "批复",
    "公告",
    "通告",
    "通报",
    "公报",
    "复函",
    "函",
    "规划",
    "纲要",
    "计划",
    "要点",
    "措施",
    "细则",
    "规则",
    "准则",
    "标准",
    "目录",
    "解释",
    "法",
    "令",
    "答复",
    "报告",
    "指南",
    "指引",
    "规程",
    "制度",
    "解读",
]
_KIND = re.compile(r"({})(?:[（(《〔].{{1,30}}[）)》〕])*$".format("|".join(_KINDS)))
_ASSEMBLY = re.compile(
    r"第?[一二三四五六七八九十百]*届?(全国|[\u4e00-\u9fff]{2,9}?[省市区州县])第?[一二三四五六七八九十百]*届?(人民代表大会(?:常务委员会)?)"
)
_COUNCIL_ORDER = re.compile(r"国务院令|国务院(?:第\S{1,6}次)?常务会议|国务院(?:发布|公布|批准|修订)")


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


def _agency(number: DocumentNumber | None) -> str | None:
    return re.split("[〔第]", number.text)[0] if number else None


def _note_issuers(notes: tuple[str, ...]) -> tuple[str, ...]:
    for note in reversed(notes):
        if _COUNCIL_ORDER.search(note):
            return ("国务院",)
        assembly = _ASSEMBLY.search(note)
        if assembly:
            return (assembly[1] + assembly[2],)
    return ()


def _issuers(layout: Layout) -> tuple[str, ...]:
    head = layout.head
    code = organ_of_code(_agency(head.number) or "")
    candidates = (
        leading_organs(head.title),
        layout.signers,
        split_organs(head.meta.get("issuer", "")),
        (code,) if code else (),
        _note_issuers(head.notes),
    )
    return next((found for found in candidates if found), ())


def _issued_on(layout: Layout) -> date | None:
    stated = layout.signed_on or layout.head.meta.get("issued")
    if stated and find_date(stated):
        return find_date(stated)
    orders = [note for note in layout.head.notes if re.search("令|公布|发布", note)]
    passed = [find_date(note) for note in orders or layout.head.notes[-1:]]
    return max((day for day in passed if day), default=None)


def _source(layout: Layout, site: str | None) -> str | None:
    stated = re.split(r"[\s\u3000|｜【\[]", layout.head.meta.get("source", "").strip())[0]
    return stated or site


def describe(layout: Layout, site: str | None) -> Facts:
    """The facts that a document states. What it does not state stays None: a page's date is no 成文日期."""
    head = layout.head
    page_date = page_date_of(head)
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
