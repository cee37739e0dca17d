"""Who quotes whom: the documents that a text names, how it refers to them, and which ones of the corpus they are. Pure.

A citation is a title in 《》, a 文号, or both as one: 《…意见》（国发〔2014〕28号); also a full title without 《》 where that
is certain (indexer/mentions.py), and every item of a list of what is repealed (indexer/repeal_lists.py). A short title
counts from where the text defines it (以下简称《若干意见》). What a document prints with itself (现将《X》印发) is no other
document, nor is 本办法.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from indexer.mentions import MOST, Mention, find_mentions, inside
from indexer.relations import relation_of
from indexer.repeal_lists import Zone, is_repealed, items, repeal_zones
from indexer.shelf import Shelf
from indexer.titles import ends_as_title
from search.model import Citation, Clause, ClauseKind, Document, Relation
from search.text.normalise import letters
from search.text.numbers import DocumentNumber

_NUMBERED_ALIAS = re.compile(r"[\u4e00-\u9fff]{0,4}\d{1,4}号(?:文件?|令)$")
# A short title without 《》 that later stands for the document: 民法典, 监管条例.
_PLAIN_ALIAS = re.compile(
    r"(?!本|该|此)[\u4e00-\u9fffA-Za-z0-9·]{2,20}(?:法|法典|条例|规定|办法|细则|意见|通知|决定|规则|解释|准则|方案|纲要|措施)"
)
_SENTENCE_END = re.compile(r"[。！？；\n]")
_SENTENCE_LENGTH = 600
# 《办法》 where the text defines no such short title says nothing.
_KINDS = """
意见 通知 方案 办法 规定 条例 决定 决议 批复 公告 通告 通报 规划 纲要 计划 要点 措施 细则 规则 准则 标准 目录 解释 报告 函 指南 清单
若干意见 实施意见 指导意见 实施方案 工作方案 实施办法 暂行办法 管理办法 实施细则 管理规定 若干规定 若干措施 政策措施
"""
_BARE_KINDS = frozenset(_KINDS.split())
_FORM = re.compile(r"(?:[意见通知决定报告]{2}书|[表证单])$")
"""《行政执法监督意见书》 is a form to fill in."""
_ISSUES = re.compile(r"(?:印发|发布|公布|颁布|下发)$")
_ISSUED_HERE = re.compile(r"现将(?:《[^》]*》|[^《》，。]){0,40}$")
_IS_ISSUED = re.compile(r"[^，。]{0,20}(?:印发|发布|公布|颁布)")
_NOW_ISSUED = re.compile(r"[^《》。]{0,80}现(?:印发|予以?(?:印发|公布|发布))")
_BASIS = re.compile(r"(?:根据|按照)[^，]*$")


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The [start, end) of the sentence around a passage, at most so long to either side."""
    begin = max(0, start - _SENTENCE_LENGTH)
    before = max((m.end() for m in _SENTENCE_END.finditer(text, begin, start)), default=begin)
    after = _SENTENCE_END.search(text, end, end + _SENTENCE_LENGTH)
    return before, after.end() if after else min(len(text), end + _SENTENCE_LENGTH)


class _Reader:
    """Reads the mentions of one document: short titles are resolved, what is the document itself is left out."""

    def __init__(self, document: Document, is_known: Callable[[str], bool]) -> None:
        self._document = document
        self._is_known = is_known
        self._zones = repeal_zones(document.body)
        self._own = letters(document.title)
        self._defined: dict[str, Mention | None] = {}
        self._aliases: list[tuple[str, Mention]] = []

    def read(self) -> Iterator[tuple[Mention, Mention]]:
        """Each mention with what it means: itself, or the one that its short title stands for."""
        for mention in self._mentions():
            key = letters(mention.title or "")
            if key in self._defined and mention.number is None:
                meant = self._defined[key]
            else:
                meant = mention if self._is_another(mention) else None
            if mention.alias:
                self._defined[letters(mention.alias)] = meant
                if meant and self._is_plain(mention.alias):
                    self._aliases.append((mention.alias, meant))
            if meant:
                yield mention, meant
        yield from self._plain_aliases()

    def _mentions(self) -> list[Mention]:
        """All mentions; those that a list of what is repealed names are marked."""
        body = self._document.body
        found = find_mentions(body, self._is_known)
        if not self._zones:
            return found
        listed = [item for zone in self._zones for item in items(body, zone)]
        spans = sorted(span for item in listed for span in item.spans)
        found = [mention for mention in found if not inside(mention.start, spans)]
        marked = [replace(mention, repealed=self.zone_of(mention) is not None) for mention in found]
        marked += [Mention(*item.spans[0], item.title, item.number, repealed=True) for item in listed]
        return sorted(marked, key=lambda m: m.start)

    def zone_of(self, mention: Mention) -> Zone | None:
        """The list of what is repealed in which a mention is an item."""
        index = bisect_right([zone.start for zone in self._zones], mention.start) - 1
        zone = self._zones[index] if index >= 0 else None
        inside_it = zone is not None and mention.start < zone.end
        return (
            zone if zone and inside_it and is_repealed(self._document.body, mention.start, mention.end, zone) else None
        )

    def _plain_aliases(self) -> Iterator[tuple[Mention, Mention]]:
        """Where the text says 62号文 or 民法典 without 《》, once that is defined."""
        body = self._document.body
        for alias, meant in self._aliases:
            pattern = (
                rf"(?:(?<![《\u4e00-\u9fff])|(?<=[按据照行实反彻合和与及在由对])){re.escape(alias)}(?![律规治制定学])"
            )
            for match in islice(re.compile(pattern).finditer(body, meant.end), MOST):
                yield Mention(match.start(), match.end(), alias, None), meant

    @staticmethod
    def _is_plain(alias: str) -> bool:
        """Whether a short title says enough to stand for the document without 《》."""
        return bool(_NUMBERED_ALIAS.match(alias) or _PLAIN_ALIAS.fullmatch(alias)) and alias not in _BARE_KINDS

    def _is_another(self, mention: Mention) -> bool:
        number = self._document.document_number
        if mention.number and number and mention.number.key == DocumentNumber(number, 0, 0).key:
            return False
        if mention.title is None:
            return True
        key = letters(mention.title)
        if not key or key in _BARE_KINDS or key == self._own:
            return False
        if not mention.number and (_FORM.search(mention.title) or not ends_as_title(mention.title)):
            return False
        return not self._is_printed_here(mention, key)

    def _is_printed_here(self, mention: Mention, key: str) -> bool:
        """Whether this is what the document issues: its title says so, or the sentence (现将《X》印发给你们)."""
        at = self._own.find(key)
        if at > 0 and _ISSUES.search(self._own[:at]):
            return True
        body = self._document.body
        begin, end = sentence_at(body, mention.start, mention.end)
        lead, rest = body[begin : mention.start], body[mention.end : end]
        if lead.endswith(("所附", "后附")):
            return True
        if "转发" in lead + rest:
            return False
        if _ISSUED_HERE.search(lead) and _IS_ISSUED.match(rest):
            return True
        return bool(_NOW_ISSUED.match(rest)) and not _BASIS.search(lead)


def cite(
    documents: Iterable[Document], clauses: Mapping[str, Sequence[Clause]], editions: Mapping[str, int]
) -> list[Citation]:
    """The citations of all documents, in reading order. `editions` ranks a document among the editions of its work."""
    documents = list(documents)
    shelf = Shelf(documents, editions)
    return [c for document in documents for c in cite_from(document, clauses.get(document.document_id, ()), shelf)]


def cite_from(document: Document, clauses: Sequence[Clause], shelf: Shelf) -> list[Citation]:
    """The citations of one document, in reading order.

    One per clause and document meant; one that says the relation goes before one that only mentions."""
    starts = [clause.start for clause in clauses]
    found: dict[tuple[str, str], Citation] = {}
    reader = _Reader(document, partial(shelf.has, document.document_id))
    for mention, meant in reader.read():
        index = bisect_right(starts, mention.start) - 1
        if index < 0 or mention.start >= clauses[index].end:
            continue  # in a signature or the like, which is no clause
        target = shelf.find(meant.title, meant.number, document.body[max(0, meant.start - 30) : meant.start])
        if target is not None and (target == document.document_id or target in document.same_work_as):
            continue
        relation, sentence = _said(document.body, mention, reader.zone_of(mention) if mention.repealed else None)
        if clauses[index].kind is ClauseKind.NOTE:
            relation = Relation.MENTIONS  # 根据《…的决定》修正 says how the text came about, not what it rests on
        number = meant.number.text if meant.number else None
        clause_id = clauses[index].clause_id
        key = (clause_id, target or number or letters(meant.title or ""))
        if key not in found or found[key].relation is Relation.MENTIONS:
            found[key] = Citation(clause_id, document.document_id, sentence, relation, meant.title, number, target)
    return list(found.values())


def _said(body: str, mention: Mention, zone: Zone | None) -> tuple[Relation, str]:
    """The relation and the sentence that says it; of a list, the words ahead of it and the item."""
    begin, end = sentence_at(body, mention.start, mention.end)
    sentence = body[begin:end].strip()
    if zone is None:
        return relation_of(body[begin : mention.start], body[mention.end : end]), sentence
    lead = "" if zone.lead in sentence else f"{zone.lead}……"
    return Relation.REPEALS, lead + sentence
