"""What a person typed, taken apart. Any text is a query; nothing here raises on what a user writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from search.engines.protocol import KeywordQuery
from search.model import Filters
from search.text.normalise import fold, fold_with_origin
from search.text.numbers import find_document_numbers
from search.text.numerals import NUMERAL, to_int, units
from search.understanding.fields import take_fields
from search.understanding.periods import Period, find_limit, named_year
from search.understanding.places import provinces_in
from search.understanding.synonyms import Expansion

_QUOTED = re.compile('“([^”]*)”|「([^」]*)」|『([^』]*)』|"([^"]*)"|＂([^＂]*)＂|〝([^〞]*)〞|„([^“”]*)[“”]')
_MARKED = re.compile(r'[\d:：“”「」『』"＂〝〞„－−-]')
# In a question, typographic quotes are punctuation (“四个集中”具体指什么？); straight ones are typed to mean exact words.
_TYPOGRAPHIC = str.maketrans("", "", "“”「」『』〝〞„")
_QUESTION = re.compile(
    r"[?？]|什么|哪[些个种里儿类项年月天]|怎么|怎样|如何|为何|为什么|是否|能否|可否|多少|几[个项种类天年月]|吗\s*$|呢\s*$"
)
_EXCLUDED = re.compile(r"(?:(?<=\s)|^)[-－−](?:“([^”]*)”|「([^」]*)」|\"([^\"]*)\"|([^\s“”「」\"]+))")


_KIND = r"(?:法|法典|条例|办法|规定|解释|决定|细则|规则|意见|通知|方案|章程|准则|规范|标准|措施)"
_LAW = rf"[\u4e00-\u9fff]*?{_KIND}"
# 本法第三条 and 实施细则第三条 name no law.
_NAMELESS = re.compile(rf"(?:[本该此]|上述|有关|相关|实施|暂行|试行|管理|若干|工作|指导|具体|的)*{_KIND}")
_ARTICLE = re.compile(
    rf"(?:[《<](?P<quoted>[^》>]{{2,60}})[》>]|(?P<plain>{_LAW}))的?\s*第?\s*(?P<number>[{NUMERAL}]{{1,7}}|\d{{1,4}})\s*条"
)
_FURTHER_ARTICLE = re.compile(rf"\s*(?:、|,|和|及|与|或|以及)\s*第?\s*(?P<number>[{NUMERAL}]{{1,7}}|\d{{1,4}})\s*条")
_MOST_ARTICLES = 8
"""Articles of one query that are looked up, each by itself."""
_NATION = "中华人民共和国"
_NO_FILTERS = Filters()
_ORGAN_ENDS = "院部委局厅署办府行会"


@dataclass(frozen=True, slots=True)
class Article:
    """An article asked for by name and number: 民法典第一千零四十三条, 民法典1043条. `unit` is the term 第1043条."""

    law: str
    unit: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A period that the query's own words were taken to limit the documents to."""

    words: str
    period: Period


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. All texts but `meaning` are folded.

    `words` is what is left for the keyword channel without quotes, exclusions, fields and 文号; `meaning` is what is
    embedded: the query as typed, without quotation marks, exclusions and fields. `articles` are named in the words, too.
    `filters` are the fields' and the understood period's; `year` is one that is named and limits nothing; `expansions`
    are what some of the words also stand for (added by who has the dictionary). `places` are the provinces that are
    named, themselves or by a city.
    """

    words: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    document_numbers: tuple[str, ...]
    meaning: str
    articles: tuple[Article, ...] = ()
    filters: Filters = _NO_FILTERS
    understood: Understood | None = None
    year: int | None = None
    expansions: tuple[Expansion, ...] = ()
    places: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for: blank, or punctuation only."""
        return not any(c.isalnum() for c in self.meaning) and not self.filters

    @property
    def is_listing(self) -> bool:
        """Whether the query asks for documents by their facts and names no words: 发文机关:国务院."""
        return bool(self.filters) and not any(c.isalnum() for c in self.meaning)

    @property
    def is_lookup(self) -> bool:
        """Whether the query is a 文号 and nothing else."""
        return bool(self.document_numbers) and not self.phrases and not any(c.isalnum() for c in self.words)

    @property
    def matched_text(self) -> str:
        """What the words to highlight are taken from."""
        return " ".join([self.words, *self.phrases])

    @property
    def names_organ(self) -> bool:
        """Whether an issuing organ may be among the words."""
        return any(end in self.matched_text for end in _ORGAN_ENDS)

    def keyword(self) -> KeywordQuery:
        """The same for an engine. The phrases' words count for the ranking, too, and so do the numbers of articles as laws write
        them: 民法典1043条 asks for 第1043条."""
        written = {term for term, _, _ in units(self.words)} if self.articles else ()
        numbers = [article.unit for article in self.articles if article.unit not in written]
        text = " ".join([self.matched_text, *numbers])
        return KeywordQuery(text, self.phrases, self.excluded, self.document_numbers)

    def rewritten(self, expansion: Expansion) -> KeywordQuery:
        """The same with what a word also stands for in the word's place; all parts of it must stand in the clause."""
        words = self.words.replace(expansion.typed, f" {' '.join(expansion.parts)} ", 1)
        return KeywordQuery(" ".join([words, *self.phrases]), (*self.phrases, *expansion.parts), self.excluded)


def _text_of(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")


def is_plain(text: str) -> bool:
    """Whether a query probably means just what it says: it has no quotes, and nothing that a field, an exclusion, a 文号 or a limit
    in words would have."""
    return not _MARKED.search(text) and any(character.isalnum() for character in text)


def parse(text: str, today: date | None = None) -> Query:
    """Take a query apart: `字段:值`, “exact words” in any quotation marks, -excluded, limits in words (2016年以来, as of
    `today`), 文号 in any notation, and words."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is no character
    fielded = take_fields(text)
    text = fielded.rest
    excluded = tuple(fold(_text_of(m)) for m in _EXCLUDED.finditer(text) if _text_of(m).strip())
    text, understood = _take_limit(_EXCLUDED.sub(" ", text), today or date.today())
    if _QUESTION.search(_QUOTED.sub(" ", text)):
        text = text.translate(_TYPOGRAPHIC)
    phrases = tuple(dict.fromkeys(fold(_text_of(m)).strip() for m in _QUOTED.finditer(text)))
    meaning = _QUOTED.sub(lambda m: f" {_text_of(m)} ", text)
    rest = _QUOTED.sub(" ", text)
    numbers = list(find_document_numbers(rest))
    for number in reversed(numbers):
        rest = f"{rest[: number.start]} {rest[number.end :]}"
    words = " ".join(fold(rest).split())
    return Query(
        words=words,
        phrases=tuple(p for p in phrases if any(c.isalnum() for c in p)),
        excluded=excluded,
        document_numbers=tuple(dict.fromkeys(number.key for number in numbers)),
        meaning=" ".join(meaning.split()),
        articles=tuple(dict.fromkeys(_articles(fold(rest))))[:_MOST_ARTICLES],
        filters=fielded.filters.joined(_filters_of(understood)),
        understood=understood,
        year=named_year(words),
        places=provinces_in(fold(meaning)),
    )


def unquoted(text: str) -> str:
    """A query as typed without the quotation marks of its phrases; those of exclusions and fields stay."""
    kept = [m.span() for m in _EXCLUDED.finditer(text)]

    def plain(match: re.Match[str]) -> str:
        is_value = text[: match.start()].rstrip().endswith((":", "："))
        inside = any(start <= match.start() < end for start, end in kept)
        return match[0] if is_value or inside else f" {_text_of(match)} "

    return " ".join(_QUOTED.sub(plain, text).split())


def without_exclusions(text: str) -> str:
    """A query as typed without what it rules out."""
    return " ".join(_EXCLUDED.sub(" ", text).split())


def _take_limit(text: str, today: date) -> tuple[str, Understood | None]:
    """A query without the words that limit it to a period, and what they mean."""
    folded = fold_with_origin(text)
    limit = find_limit(folded.text, today)
    if limit is None:
        return text, None
    start, end = folded.span(limit.start, limit.end)
    return f"{text[:start]} {text[end:]}", Understood(text[start:end].strip(), limit.period)


def _filters_of(understood: Understood | None) -> Filters:
    return Filters(since=understood.period.since, until=understood.period.until) if understood else _NO_FILTERS


def _articles(folded: str) -> Iterator[Article]:
    for match in _ARTICLE.finditer(folded):
        law = (match["quoted"] or match["plain"]).removeprefix(_NATION)
        number: re.Match[str] | None = None if _NAMELESS.fullmatch(law) else match
        while number:
            with suppress(ValueError):
                yield Article(law, f"第{to_int(number['number'])}条")
            number = _FURTHER_ARTICLE.match(folded, number.end())
