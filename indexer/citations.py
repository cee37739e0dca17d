"""Who quotes whom: 《…》 and 文号 in a text, how it refers to them, and which document of the corpus that is. Pure.

A citation is a title in 《》, a 文号, or both as one: 《…意见》（国发〔2014〕28号）. A short title counts from where the text
defines it (以下简称《若干意见》). What a document prints with itself (现将《X》印发) is no other document, nor is 本办法.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from indexer.relations import relation_of
from indexer.shelf import Shelf
from indexer.titles import ends_as_title
from search.model import Citation, Clause, Document, Relation
from search.text.normalise import letters
from search.text.numbers import DocumentNumber, find_document_numbers

_TITLE = re.compile(r"《((?:[^《》\n]|《[^《》\n]{1,80}》){2,160})》")
# Folding a text to look for 文号 is slow, so that only what stands before a 62号 is looked at.
_NUMBER_END = re.compile(
    r"(?:[\]〕】］﹞)）〉>年令-]|\d{4}(?=\s))[\s\u3000]*[（(\[〔]?第?[\s\u3000]*\d{1,5}[\s\u3000]*号"
)
_NUMBER_LENGTH = 44
_BRACKET = re.compile(r"[\s\u3000]*[（(]([^（）()]{2,120}(?:[（(][^（）()]{1,40}[）)][^（）()]{0,60})?)[）)]")
_ALIAS = re.compile(r"(?:以下|下)(?:简称|称)为?[:：]?\s*[《“”\"'「]?([^》“”\"'」，；（）()]{2,40})")
_NUMBERED_ALIAS = re.compile(r"[\u4e00-\u9fff]{0,4}\d{1,4}号(?:文件?|令)$")
_NUMBER_FIRST = re.compile(r"[\u4e00-\u9fff\s]{0,10}")
_MOST = 20_000
"""Titles, and as many 文号, that are read of one document; a text of a million 《》 is none."""
_SENTENCE_END = re.compile(r"[。！？；\n]")
_SENTENCE_LENGTH = 600
# 《办法》 where the text defines no such short title says nothing.
_KINDS = """
意见 通知 方案 办法 规定 条例 决定 决议 批复 公告 通告 通报 规划 纲要 计划 要点 措施 细则 规则 准则 标准 目录 解释 报告 函 指南 清单
若干意见 实施意见 指导意见 实施方案 工作方案 实施办法 暂行办法 管理办法 实施细则 管理规定 若干规定 若干措施 政策措施
"""
_BARE_KINDS = frozenset(_KINDS.split())
_ISSUES = re.compile(r"(?:印发|发布|公布|颁布|下发)$")
_ISSUED_HERE = re.compile(r"现将(?:《[^》]*》|[^《》，。]){0,40}$")
_IS_ISSUED = re.compile(r"[^，。]{0,20}(?:印发|发布|公布|颁布)")
_NOW_ISSUED = re.compile(r"[^《》。]{0,80}现(?:印发|予以?(?:印发|公布|发布))")
_BASIS = re.compile(r"(?:根据|按照)[^，]*$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A citation at [start, end) of a text, before anybody knew which document it means."""

    start: int
    end: int
    title: str | None
    number: DocumentNumber | None
    alias: str | None = None
    """The short title that the text gives it here."""


def _numbers(text: str) -> Iterator[DocumentNumber]:
    """Every 文号, with offsets into the text."""
    for match in islice(_NUMBER_END.finditer(text), _MOST):
        begin = max(0, match.end() - _NUMBER_LENGTH)
        for number in find_document_numbers(text[begin : match.end()]):
            if number.end == match.end() - begin:
                yield replace(number, start=number.start + begin, end=match.end())


def find_mentions(text: str) -> list[Mention]:
    """The titles and 文号 of a text in order, a title and the 文号 in brackets behind it as one."""
    numbers = list(_numbers(text))
    starts = [number.start for number in numbers]
    mentions = [_titled(text, match, numbers, starts) for match in islice(_TITLE.finditer(text), _MOST)]
    covered = [(m.start, m.end) for m in mentions]
    alone = [n for n in numbers if not _inside(n.start, covered)]
    mentions += [Mention(n.start, n.end, None, n, _alias_behind(text, n.end)) for n in alone]
    return sorted(mentions, key=lambda m: m.start)


def _titled(text: str, match: re.Match[str], numbers: Sequence[DocumentNumber], starts: Sequence[int]) -> Mention:
    """A title with what the brackets behind it say."""
    bracket = _BRACKET.match(text, match.end())
    if bracket is None:
        return Mention(match.start(), match.end(), match[1], None)
    alias = _ALIAS.search(bracket[1])
    index = bisect_right(starts, bracket.start(1) - 1)
    number = numbers[index] if index < len(numbers) and starts[index] < bracket.end() else None
    if number and not _NUMBER_FIRST.fullmatch(text[bracket.start(1) : number.start]):
        number = None  # (…，已由国发〔2014〕28号废止)
    end = bracket.end() if number or alias else match.end()
    return Mention(match.start(), end, match[1], number, alias[1] if alias else None)


def _alias_behind(text: str, end: int) -> str | None:
    bracket = _BRACKET.match(text, end)
    alias = _ALIAS.search(bracket[1]) if bracket else None
    return alias[1] if alias else None


def _inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(spans, (offset, len(spans) + offset + 1)) - 1
    return index >= 0 and spans[index][0] <= offset < spans[index][1]


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The [start, end) of the sentence around a passage, at most so long to either side."""
    begin = max(0, start - _SENTENCE_LENGTH)
    before = max((m.end() for m in _SENTENCE_END.finditer(text, begin, start)), default=begin)
    after = _SENTENCE_END.search(text, end, end + _SENTENCE_LENGTH)
    return before, after.end() if after else min(len(text), end + _SENTENCE_LENGTH)


class _Reader:
    """Reads the mentions of one document: short titles are resolved, what is the document itself is left out."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._own = letters(document.title)
        self._defined: dict[str, Mention | None] = {}

    def read(self) -> Iterator[tuple[Mention, Mention]]:
        """Each mention with what it means: itself, or the one that its short title stands for."""
        for mention in find_mentions(self._document.body):
            key = letters(mention.title or "")
            if key in self._defined and mention.number is None:
                meant = self._defined[key]
            else:
                meant = mention if self._is_another(mention) else None
            if mention.alias:
                self._defined[letters(mention.alias)] = meant
            if meant:
                yield mention, meant
        yield from self._short_numbers()

    def _short_numbers(self) -> Iterator[tuple[Mention, Mention]]:
        """Where the text says 62号文, once that is defined."""
        for alias, meant in self._defined.items():
            if meant and _NUMBERED_ALIAS.match(alias):
                for match in re.finditer(re.escape(alias), self._document.body[meant.end :]):
                    start = meant.end + match.start()
                    yield Mention(start, start + len(alias), alias, None), meant

    def _is_another(self, mention: Mention) -> bool:
        number = self._document.document_number
        if mention.number and number and mention.number.key == DocumentNumber(number, 0, 0).key:
            return False
        if mention.title is None:
            return True
        key = letters(mention.title)
        if not key or key in _BARE_KINDS or key == self._own or not (mention.number or ends_as_title(mention.title)):
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
    return [c for document in documents for c in _of(document, clauses.get(document.document_id, ()), shelf)]


def _of(document: Document, clauses: Sequence[Clause], shelf: Shelf) -> list[Citation]:
    """One citation per clause and document meant; one that says the relation goes before one that only mentions."""
    starts = [clause.start for clause in clauses]
    found: dict[tuple[str, str], Citation] = {}
    for mention, meant in _Reader(document).read():
        index = bisect_right(starts, mention.start) - 1
        if index < 0 or mention.start >= clauses[index].end:
            continue  # in a signature or the like, which is no clause
        target = shelf.find(meant.title, meant.number, document.body[max(0, meant.start - 30) : meant.start])
        if target is not None and (target == document.document_id or target in document.same_work_as):
            continue
        begin, end = sentence_at(document.body, mention.start, mention.end)
        relation = relation_of(document.body[begin : mention.start], document.body[mention.end : end])
        number = meant.number.text if meant.number else None
        sentence = document.body[begin:end].strip()
        clause_id = clauses[index].clause_id
        key = (clause_id, target or number or letters(meant.title or ""))
        if key not in found or found[key].relation is Relation.MENTIONS:
            found[key] = Citation(clause_id, document.document_id, sentence, relation, meant.title, number, target)
    return list(found.values())
