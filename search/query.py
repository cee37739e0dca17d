"""What a person typed, taken apart. Any text is a query; nothing here raises on what a user writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from search.engines.protocol import KeywordQuery
from search.text.normalise import fold
from search.text.numbers import find_document_numbers
from search.text.numerals import NUMERAL, to_int

_QUOTED = re.compile('“([^”]*)”|「([^」]*)」|『([^』]*)』|"([^"]*)"|＂([^＂]*)＂|〝([^〞]*)〞|„([^“”]*)[“”]')
# In a question, typographic quotes are punctuation (“四个集中”具体指什么？); straight ones are typed to mean exact words.
_TYPOGRAPHIC = str.maketrans("", "", "“”「」『』〝〞„")
_QUESTION = re.compile(
    r"[?？]|什么|哪[些个种里儿类项年月天]|怎么|怎样|如何|为何|为什么|是否|能否|可否|多少|几[个项种类天年月]|吗\s*$|呢\s*$"
)
_EXCLUDED = re.compile(r"(?:(?<=\s)|^)[-－−](?:“([^”]*)”|「([^」]*)」|\"([^\"]*)\"|([^\s“”「」\"]+))")


_LAW = r"[\u4e00-\u9fff]*?(?:法|法典|条例|办法|规定|解释|决定|细则|规则|意见|通知|方案|章程|准则|规范|标准|措施)"
_ARTICLE = re.compile(
    rf"(?:[《<](?P<quoted>[^》>]{{2,60}})[》>]|(?P<plain>{_LAW}))的?\s*第?\s*(?P<number>[{NUMERAL}]{{1,7}}|\d{{1,4}})\s*条"
)
_NATION = "中华人民共和国"


@dataclass(frozen=True, slots=True)
class Article:
    """An article asked for by name and number: 民法典第一千零四十三条, 民法典1043条. `unit` is the term 第1043条."""

    law: str
    unit: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. All texts but `meaning` are folded.

    `words` is what is left for the keyword channel without quotes, exclusions and 文号; `meaning` is what is embedded:
    the query as typed, without quotation marks and exclusions. `articles` are named in the words, too.
    """

    words: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    document_numbers: tuple[str, ...]
    meaning: str
    articles: tuple[Article, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for: blank, or punctuation only."""
        return not any(c.isalnum() for c in self.meaning)

    @property
    def is_lookup(self) -> bool:
        """Whether the query is a 文号 and nothing else."""
        return bool(self.document_numbers) and not self.phrases and not any(c.isalnum() for c in self.words)

    @property
    def matched_text(self) -> str:
        """What the words to highlight are taken from."""
        return " ".join([self.words, *self.phrases])

    def keyword(self) -> KeywordQuery:
        """The same for an engine. The phrases' words count for the ranking, too."""
        return KeywordQuery(self.matched_text, self.phrases, self.excluded, self.document_numbers)


def _text_of(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")


def parse(text: str) -> Query:
    """Take a query apart: “exact words” in any quotation marks, -excluded, 文号 in any notation, and words."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is no character
    excluded = tuple(fold(_text_of(m)) for m in _EXCLUDED.finditer(text) if _text_of(m).strip())
    text = _EXCLUDED.sub(" ", text)
    if _QUESTION.search(_QUOTED.sub(" ", text)):
        text = text.translate(_TYPOGRAPHIC)
    phrases = tuple(dict.fromkeys(fold(_text_of(m)).strip() for m in _QUOTED.finditer(text)))
    meaning = _QUOTED.sub(lambda m: f" {_text_of(m)} ", text)
    rest = _QUOTED.sub(" ", text)
    numbers = list(find_document_numbers(rest))
    for number in reversed(numbers):
        rest = f"{rest[: number.start]} {rest[number.end :]}"
    return Query(
        words=" ".join(fold(rest).split()),
        phrases=tuple(p for p in phrases if any(c.isalnum() for c in p)),
        excluded=excluded,
        document_numbers=tuple(dict.fromkeys(number.key for number in numbers)),
        meaning=" ".join(meaning.split()),
        articles=tuple(_articles(fold(rest))),
    )


def _articles(folded: str) -> Iterator[Article]:
    for match in _ARTICLE.finditer(folded):
        law = (match["quoted"] or match["plain"]).removeprefix(_NATION)
        with suppress(ValueError):
            yield Article(law, f"第{to_int(match['number'])}条")
