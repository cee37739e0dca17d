"""What people type: taken apart, folded and cut without a surprise, and answered from a real index."""

from __future__ import annotations

import sys
from datetime import date

from hypothesis import strategies as st

from search.comparison import differing
from search.errors import EmptyQuery, QueryTooLong
from search.highlight import find_terms
from search.model import Mode
from search.query import parse, unquoted, without_exclusions
from search.reading import QueryReader
from search.text.normalise import fold, fold_with_origin, letters, simplify
from search.text.segment import Analyzer, Kind
from search.understanding.fields import take_fields
from search.understanding.periods import find_limit, named_year, parse_period
from search.understanding.places import provinces_in
from search.understanding.synonyms import SynonymBook, read_synonyms
from tests.fuzz import material
from tests.fuzz.place import place
from tests.fuzz.target import Target, ensure

TODAY = date(2024, 2, 29)
"""A day that most years have not."""


def check_folding(text: str) -> None:
    """Folding and cutting: the map back stays in the text, and the same text always gives the same terms."""
    folded = fold_with_origin(text)
    ensure(folded.text == fold(text), "two ways to fold differ")
    ensure(len(folded.origin) == len(folded.text), "not every folded character has an origin")
    ensure(list(folded.origin) == sorted(folded.origin), "the map back turns round")
    ensure(all(0 <= at < len(text) for at in folded.origin), "the map back leads out of the text")
    ensure(fold(folded.text) == folded.text, "folded twice is not folded once")
    half = len(text) // 2
    ensure(fold(text[:half]) + fold(text[half:]) == folded.text, "a part folds differently from the whole")
    ensure(letters(text) == letters(folded.text), "letters differ after folding")
    ensure(len(simplify(text)) == len(text), "simplified text has another length")
    analyzer = place().analyzer
    tokens = analyzer.tokens(text)
    for token in tokens:
        ensure(0 <= token.start < token.end <= len(folded.text), f"{token} lies outside")
        said = folded.text[token.start : token.end]
        ensure(token.kind is Kind.UNIT or token.term == said, f"{token} is not {said!r}")
    terms = analyzer.weigh(text)
    fresh = Analyzer(place().settings.cache) if len(text) < 9 and sys.flags.dev_mode else analyzer
    ensure(fresh.weigh(text) == terms, "analysed twice, the terms differ")
    ensure(set(terms) == {token.term for token in tokens}, "weighed terms are not the tokens")
    ensure(all(weight > 0 for weight in analyzer.weigh_query(text).values()), "a term weighs nothing")
    marked, _ = find_terms(text, [token.term for token in analyzer.words(text)][:20])
    _check_spans(marked, len(text))


def check_parsing(text: str) -> None:
    """Any text is a query."""
    query = parse(text, TODAY)
    ensure(parse(text, TODAY) == query, "parsed twice, it is not the same")
    fielded = take_fields(text)
    ensure(len(fielded.rest) == len(text), "taking fields out moved the rest")
    parse_period(fold(text))
    find_limit(fold(text), TODAY)
    named_year(fold(text))
    provinces_in(fold(text))
    unquoted(text)
    without_exclusions(text)
    reader = QueryReader(place().analyzer, SynonymBook(place().settings.home / "synonyms.txt"))
    read = reader.read(text, TODAY)
    reader.terms(read)
    read.keyword()
    for expansion in read.expansions:
        read.rewritten(expansion)
    ensure(all(fold(phrase) == phrase for phrase in read.phrases), "a phrase is not folded")
    read_synonyms(text)


def check_search(asked: tuple[str, Mode, int, int]) -> None:
    """An answer from the index of `corpus/`: hits that hold what is marked, no more than asked for, each once."""
    text, mode, limit, offset = asked
    searcher = place().searcher
    try:
        page = searcher.search(text, mode=mode, limit=limit, offset=offset, explained=True, faceted=limit > 50)
    except (EmptyQuery, QueryTooLong):
        return
    ensure(len(page.hits) <= limit, "more hits than asked for")
    ensure(len(page.hits) <= max(0, page.total - offset), "more hits than there are")
    ids = [hit.clause.clause_id for hit in page.hits]
    ensure(len(set(ids)) == len(ids), "a clause is there twice")
    for hit in page.hits:
        _check_spans(hit.highlights, len(hit.clause.text))
    searcher.suggest(text)
    _check_spans(differing(text[:200], page.hits[0].clause.text if page.hits else text[::-1][:200]), len(text))


def _check_spans(spans: object, length: int) -> None:
    at = 0
    for start, end in spans:  # type: ignore[attr-defined]
        ensure(at <= start < end <= length, f"[{start}, {end}) in {length} characters, after {at}")
        at = end


TARGETS = (
    Target("folding", material.texts(12), check_folding),
    Target("query", material.queries(), check_parsing),
    Target(
        "search",
        st.tuples(material.queries(), st.sampled_from(Mode), st.integers(1, 100), st.sampled_from((0, 1, 50, 10_000))),
        check_search,
    ),
)
