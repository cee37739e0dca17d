"""From when, until when and whether a document is in force, and the other facts that come with the words that say them."""

from __future__ import annotations

import calendar
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from indexer.dates import WRITTEN_DATE, find_date
from indexer.head import Head
from indexer.region import region_of
from search.model import Citation, Document, Evidence, Relation
from search.text.numerals import NUMERAL, to_int

_COUNT = rf"(?:\d{{1,3}}|[{NUMERAL}]{{1,4}})"
_IN_FORCE = r"(?<!停止)(?:施行|实施|执行|生效|试行)"
_ISSUE_DAY = r"(?:公布|发布|印发|颁布|通过|签发|下发|发文|发布实施)(?:之日|之时|日)?"
_OWN = rf"本[\u4e00-\u9fff]{{1,12}}(?:[，,]?(?:由[^。；]{{2,80}}?解释|(?:试行|有效)期为?\s*{_COUNT}\s*年))?"
"""本办法, 本办法由省科技厅负责解释, 本办法有效期5年: what may stand ahead of 自…起施行."""
# A sentence is only looked at where it says 起…施行 or 有效期: most of a text need not be read again.
_HINT = re.compile(r"起[^。；\n]{0,14}?(?:施行|实施|执行|生效|试行)|有效期|试行期|执行期限|实施期限")
_FROM = re.compile(
    rf"(?:(?P<own>{_OWN}|现予(?:公布|发布))?[，,]?(?:从|自|于)|(?P<bare>本[\u4e00-\u9fff]{{1,6}}?))\s*"
    rf"(?:(?P<day>{WRITTEN_DATE})|(?P<issue>{_ISSUE_DAY}))"
    rf"\s*起(?:满?\s*(?P<later>{_COUNT})\s*(?:个?(?:工作)?日|天)(?:后|之后)?)?[^。；，]{{0,8}}?{_IN_FORCE}"
)
_UNTIL = re.compile(
    rf"(?:有效期限?|试行期限?|执行期限|实施期限)(?:[^。；]{{0,24}}?(?:至|到|截止)\s*(?P<day>{WRITTEN_DATE})"
    rf"|[^。；满起不超]{{0,12}}?(?P<count>{_COUNT})\s*(?P<unit>年|个月))|{_IN_FORCE}[，,]?(?:至|到)\s*(?P<last>{WRITTEN_DATE})"
)
# Whose term it is: the document's own, not that of a permit (其无线电台执照有效期).
_WHOSE = re.compile(
    r"(?:本[\u4e00-\u9fff]{0,10}?(?:办法|规定|意见|通知|细则|规则|方案|措施|条例|政策|指引|文件|决定|通告|公告|计划|规划|纲要|标准|制度|准则|规程"
    r"|章程|指南)的?[，,]?|(?:以上|上述)(?:各项)?政策|(?:以上|上述)[^。；]{0,8}政策[^。；]{0,60}[，,]政策|^)$"
)
_CLAUSE_MARK = re.compile(r"第[\d一二三四五六七八九十百]{1,5}条\s*$")
_DATE = re.compile(WRITTEN_DATE)
_MOST = 100
"""So many places from either end of a text are read: it says it where it begins or in its 附则."""
_TRIAL = re.compile(r"试行|暂行")
_SUBJECT_PARTS = re.compile(r"\s*[\\＼]+\s*")
"""农业、林业、水利\\\\粮食: how pages of the State Council part a subject from the one above it."""


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a document says that it is in force, and the sentences that say so."""

    effective_on: date | None = None
    effective_words: str = ""
    expires_on: date | None = None
    expires_words: str = ""


def _sentences(text: str) -> list[str]:
    """The sentences that may say it, in order."""
    found: dict[int, str] = {}
    hints = _HINT.finditer(text)
    for match in [*islice(hints, _MOST), *deque(hints, _MOST)]:
        begin = max(text.rfind(mark, max(0, match.start() - 200), match.start()) for mark in "。；\n") + 1
        ends = [at for mark in "。\n" if (at := text.find(mark, match.end(), match.end() + 200)) >= 0]
        begin = begin or max(0, match.start() - 200)
        found[begin] = text[begin : min(ends, default=match.end() + 60) + 1].strip()
    return list(found.values())


def term_of(text: str, issued_on: date | None) -> Term:
    """The term of a text. Its own last word on it counts: an order that promulgates comes first, the 附则 last."""
    term = Term()
    for sentence in _sentences(text):
        started = _FROM.search(sentence)
        own = started is not None and bool(
            started["own"] or started["bare"] or (term.effective_on is None and _opens(sentence, started))
        )
        if started and own:
            day = _first_day(started, issued_on)
            term = replace(term, effective_on=day, effective_words=sentence)
        ended = _UNTIL.search(sentence)
        if ended and (own if ended["last"] else _is_own_term(sentence[: ended.start()], own)):
            day = _last_day(ended, term.effective_on or issued_on)
            term = replace(term, expires_on=day, expires_words=sentence) if day else term
    return term


def _opens(sentence: str, match: re.Match[str]) -> bool:
    """Whether the sentence is about nothing but when the text applies: 自印发之日起施行。"""
    return len(sentence[: match.start()]) <= 12


def _is_own_term(before: str, own: bool) -> bool:
    """Whether the term behind `before` is that of the document, which the sentence may have said to be in force (`own`)."""
    before = _CLAUSE_MARK.sub("", before)
    return bool(_WHOSE.search(before)) or (own and before.endswith(("，", ",", "、", "行", "施", "效", "）")))


def _first_day(match: re.Match[str], issued_on: date | None) -> date | None:
    day = find_date(match["day"]) if match["day"] else issued_on
    return day + timedelta(days=to_int(match["later"])) if day and match["later"] else day


def _last_day(match: re.Match[str], start: date | None) -> date | None:
    """The last day in force: five years from 2013-10-02 end with 2018-10-01."""
    if match["day"] or match["last"]:
        return find_date(match["day"] or match["last"])
    if start is None:
        return None
    months = to_int(match["count"]) * (12 if match["unit"] == "年" else 1)
    years, month = divmod(start.month - 1 + months, 12)
    if start.year + years > date.max.year:
        return None
    last = calendar.monthrange(start.year + years, month + 1)[1]
    return date(start.year + years, month + 1, min(start.day, last)) - timedelta(days=1)


def _published_on(document: Document, notes: Iterable[str]) -> date | None:
    """The day that 自公布之日 means: of an amended text not the last one that its 题注 names, but the first."""
    days = [day for note in notes for match in _DATE.finditer(note) if (day := find_date(match[0]))]
    return min(days, default=document.issued_on)


def add_facts(document: Document, head: Head) -> Document:
    """The document with region, subject, 索引号 and validity, each with the words that say it."""
    meta = head.meta
    # A 解读 tells the term of the document that it is about.
    term = Term() if document.kind == "解读" else term_of(document.body, _published_on(document, head.notes))
    region, region_words = region_of(document.issuers, document.title)
    trial = _TRIAL.search(document.title)
    said = {
        "kind": document.title if document.kind else "",
        "region": region_words,
        "subject": meta.get("subject", ""),
        "index_number": meta.get("index_number", ""),
        "effective_on": term.effective_words,
        "expires_on": term.expires_words,
        "trial": document.title if trial else "",
    }
    return replace(
        document,
        region=region,
        subject=_SUBJECT_PARTS.sub(" › ", meta["subject"]) if "subject" in meta else None,
        index_number=meta.get("index_number"),
        effective_on=term.effective_on,
        expires_on=term.expires_on,
        trial=trial[0] if trial else None,
        evidence=tuple(Evidence(fact, words) for fact, words in said.items() if words),
    )


def add_repeals(documents: Mapping[str, Document], citations: Iterable[Citation]) -> dict[str, Document]:
    """The documents with those that repeal them, all editions of a work alike."""
    changed = dict(documents)
    for citation in citations:
        cited, repealer = documents.get(citation.cited_document_id or ""), documents[citation.document_id]
        if cited is None or citation.relation is not Relation.REPEALS or not _can_repeal(repealer, cited):
            continue
        for document_id in (cited.document_id, *cited.same_work_as):
            old = changed[document_id]
            if citation.document_id not in old.repealed_by:
                by, said = (*old.repealed_by, citation.document_id), Evidence("repealed_by", citation.sentence)
                changed[document_id] = replace(old, repealed_by=by, evidence=(*old.evidence, said))
    return changed


def _can_repeal(one: Document, other: Document) -> bool:
    """Not one that came after it (the corpus then holds a later one of the same title), nor does a 解读 repeal."""
    is_older = one.issued_on and other.issued_on and one.issued_on < other.issued_on
    return not is_older and one.kind != "解读"
