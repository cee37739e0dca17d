"""How to cite a document or a clause: text after GB/T 7714—2015, RIS, CSL-JSON, and what Zotero reads in a page. Pure.

The text follows GB/T 7714—2015, 4.1 and 4.6: 主要责任者. 题名: 其他题名信息[文献类型标识/文献载体标识].
(更新或修改日期): 引文位置[引用日期]. 获取和访问路径. The 文号 is 其他题名信息, as the standard has it for report and standard
numbers. Government documents are of type A: 分类保存以备查考的文件和材料，如……法律法规、政府文件 (the standard's table of types, as
quoted in china-national-standard-gb-t-7714-2015-numeric.csl of the CSL project, whose punctuation is taken here, too). Of
four issuers and more the first three are named (8.1). What is not known is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from search.model import Clause, Document

Json = dict[str, object]

NAMED_ISSUERS = 3
RIS_TYPE = "application/x-research-info-systems"
CSL_TYPE = "application/vnd.citationstyles.csl+json"
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
# 一、 （一） 第三条 3. (3) 3.2 at the beginning of a clause or of a heading: what a reader would look for.
_MARK = re.compile(
    r"\s*(第[〇零一二三四五六七八九十百千\d]{1,7}[编章节条款](?:之[一二三四五六七八九十])?"
    r"|[（(][一二三四五六七八九十百\d]{1,4}[）)]"
    r"|[一二三四五六七八九十百]{1,4}(?=、)"
    r"|\d{1,3}(?:\.\d{1,3})*(?=[.．、）)\s])"
    r"|[①-⑳])"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """What is cited: where it is read, on which day, and the place in it, blank for the whole document."""

    document: Document
    address: str
    today: date
    place: str = ""

    @property
    def title(self) -> str:
        return _line(self.document.title)

    @property
    def number(self) -> str:
        """The 文号, blank where there is none or the title has it."""
        number = _line(self.document.document_number or "")
        return "" if number in self.title else number

    @property
    def day(self) -> date | None:
        """The 成文日期, else the day of the page."""
        return self.document.issued_on or self.document.page_date


def place_of(clause: Clause) -> str:
    """Where a clause stands, by the numbers that it and its headings bear: 一（三）, 第二章第八条; blank without any.

    A 条 is counted through a whole document, so what stands above it is left out."""
    marks = [found[1] for step in (*clause.path, clause.text) if (found := _MARK.match(step))]
    articles = [at for at, mark in enumerate(marks) if mark.startswith("第") and "条" in mark]
    return "".join(marks[articles[0] :] if articles else marks)


def gb_t_7714(cited: Cited) -> str:
    """国务院. 国务院关于…的意见: 国发〔2016〕62号[A/OL]. (2016-11-01): 一（三）[2026-11-22]. URL."""
    title = ": ".join(part for part in (cited.title, cited.number) if part)
    day = f"({cited.day})" if cited.day else ""
    dated = ": ".join(part for part in (day, cited.place) if part) + f"[{cited.today}]"
    return (
        ". ".join(
            part for part in (_responsible(cited.document.issuers), f"{title}[A/OL]", dated, cited.address) if part
        )
        + "."
    )


def _responsible(issuers: Sequence[str]) -> str:
    named = ", ".join(_line(issuer) for issuer in issuers[:NAMED_ISSUERS])
    return f"{named}, 等" if len(issuers) > NAMED_ISSUERS else named


def ris(cited: Cited) -> str:
    """One record, lines ended by CR LF. No value can begin a line of its own."""
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in _ris_fields(cited)) + "ER  - \r\n"


def _ris_fields(cited: Cited) -> Iterator[tuple[str, str]]:
    document = cited.document
    yield "TY", "GOVDOC"
    yield from (("AU", issuer) for issuer in document.issuers)
    yield "TI", document.title
    if document.document_number:
        yield "SN", document.document_number
    if cited.day:
        yield "PY", str(cited.day.year)
        yield "DA", cited.day.strftime("%Y/%m/%d")
    if cited.place:
        yield "SE", cited.place
    if document.kind:
        yield "M3", document.kind
    if document.source or document.site:
        yield "DP", document.source or document.site or ""
    yield "LA", "zh-CN"
    yield "UR", cited.address
    yield "Y2", cited.today.strftime("%Y/%m/%d")


def csl_json(cited: Cited) -> list[Json]:
    """One item. `legislation` is the type whose GB/T 7714 style sets as [A/OL]; a publisher would make it print."""
    document = cited.document
    item: Json = {"id": document.document_id, "type": "legislation", "title": cited.title}
    if document.issuers:
        item["author"] = [{"literal": _line(issuer)} for issuer in document.issuers]
    facts = {
        "number": _line(document.document_number or ""),
        "genre": document.kind,
        "section": cited.place,
        "source": document.source or document.site,
    }
    item |= {name: value for name, value in facts.items() if value}
    if cited.day:
        item["issued"] = _parts(cited.day)
    return [item | {"accessed": _parts(cited.today), "language": "zh-CN", "URL": cited.address}]


def _parts(day: date) -> Json:
    return {"date-parts": [[day.year, day.month, day.day]]}


def page_metadata(cited: Cited) -> list[tuple[str, str]]:
    """Names and contents of a page's meta elements: Highwire's, from which Zotero makes a report, and Dublin Core's."""
    document, issuers = cited.document, [_line(issuer) for issuer in cited.document.issuers]
    day = cited.day.strftime("%Y/%m/%d") if cited.day else ""
    found = [
        ("citation_title", cited.title),
        *(("citation_author", issuer) for issuer in issuers),
        ("citation_publication_date", day),
        ("citation_technical_report_institution", "、".join(issuers)),
        ("citation_technical_report_number", _line(document.document_number or "")),
        ("citation_language", "zh-CN"),
        ("citation_abstract_html_url", cited.address),
        ("DC.title", cited.title),
        *(("DC.creator", issuer) for issuer in issuers),
        ("DC.date", str(cited.day or "")),
        ("DC.identifier", _line(document.document_number or "")),
        ("DC.identifier", cited.address),
        ("DC.type", _line(document.kind or "")),
        ("DC.language", "zh-CN"),
    ]
    return [(name, content) for name, content in found if content]


def _line(text: str) -> str:
    """On one line, without what is no character of a text."""
    return _SPACE.sub(" ", text).strip()
