"""Republications: which documents are one work, and which clauses are one text.

Editions of a work agree in their sentences, whatever a site did to width, spaces, punctuation and surroundings. So
documents are compared by their sets of sentences, weighted by length, never by embeddings: vectors of two provinces'
like-worded rules lie as close as those of two copies (a public measurement at cosine 0.85 merged 70–83 % of texts that
differ in substance; see docs/decisions.md).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

from search.model import Clause, ClauseKind
from search.text.normalise import letters

SAME_WORK = 0.8
"""Share of sentence characters (Jaccard, weighted) from which two documents are one work."""
ABRIDGED = 0.9
"""Share of the shorter one's characters that the longer one has, for documents of one title or 文号."""
SAME_CLAUSE = 0.8
"""Share of character pairs (Jaccard) from which clauses at the same place of two editions are one."""
_COMMON = 50
"""A sentence that more documents share is a formula (本办法自发布之日起施行) and proposes no candidates."""
_SHORTEST_COPY = 12
"""Letters from which on equal clauses of different works are one text, and not one formula."""
_BREAK = re.compile(r"[。；！？\n]")
_NUMBER = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百零〇\d]+[条章节]|[（(]?[一二三四五六七八九十百\d]{1,4}[）)、.．]|[①-⑳]|——)\s*"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of a document decides whether another is the same work."""

    document_id: str
    title: str
    document_number: str | None
    body: str


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def _sentences(body: str) -> dict[bytes, int]:
    """The sentences of a body as digest → number of letters."""
    keys = (letters(sentence) for sentence in _BREAK.split(body))
    return {_digest(key): len(key) for key in keys if len(key) > 3}


def _weight(sentences: Iterable[bytes], lengths: Mapping[bytes, int]) -> int:
    return sum(lengths[s] for s in sentences)


def _same_work(one: Mapping[bytes, int], other: Mapping[bytes, int], *, same_name: bool) -> bool:
    shared = _weight(one.keys() & other.keys(), one)
    sizes = sum(one.values()), sum(other.values())
    together = sum(sizes) - shared
    return shared >= SAME_WORK * together or (same_name and shared >= ABRIDGED * min(sizes) and shared > 0)


def group_works(documents: Sequence[Candidate]) -> list[list[str]]:
    """The documents by work: lists of document ids, each document in one, in the order given."""
    sentences = {d.document_id: _sentences(d.body) for d in documents}
    holders: dict[bytes, list[str]] = defaultdict(list)
    for document_id, own in sentences.items():
        for sentence in own:
            holders[sentence].append(document_id)
    pairs = Counter(p for ids in holders.values() if 1 < len(ids) <= _COMMON for p in combinations(ids, 2))
    names = {d.document_id: (letters(d.title), d.document_number) for d in documents}
    work = {d.document_id: d.document_id for d in documents}
    for one, other in pairs:
        same_name = names[one][0] == names[other][0] or (names[one][1] is not None and names[one][1] == names[other][1])
        if _same_work(sentences[one], sentences[other], same_name=same_name):
            old, new = work[other], work[one]
            work = {key: new if value == old else value for key, value in work.items()}
    groups: dict[str, list[str]] = defaultdict(list)
    for document_id, name in work.items():
        groups[name].append(document_id)
    return list(groups.values())


def clause_key(clause: Clause) -> str:
    """What equal clauses agree in: the letters, without the number that each document gives its own."""
    return letters(_NUMBER.sub("", clause.text))


def fold_clauses(clauses: Sequence[Clause], work_of: Mapping[str, str]) -> dict[str, int]:
    """Clause id → number of its text; clauses with one number are one text in several places.

    Within a work all equal clauses fold, and those at the same place that differ by a slip; between works only
    clauses of some length that are equal to the letter, and no headings.
    """
    numbers: dict[object, int] = {}
    folded: dict[str, int] = {}
    for clause in clauses:
        key = clause_key(clause)
        everywhere = clause.kind is ClauseKind.TEXT and len(key) >= _SHORTEST_COPY
        where = "" if everywhere else work_of[clause.document_id] + "/" + "/".join(map(letters, clause.path))
        folded[clause.clause_id] = numbers.setdefault((where, key), len(numbers))
    for editions in _editions(clauses, work_of):
        for other in editions[1:]:
            _fold_slips(editions[0], other, folded)
    return folded


def _editions(clauses: Sequence[Clause], work_of: Mapping[str, str]) -> list[list[list[Clause]]]:
    """The clauses of each work that has several editions, by edition."""
    works: dict[str, dict[str, list[Clause]]] = defaultdict(dict)
    for clause in clauses:
        works[work_of[clause.document_id]].setdefault(clause.document_id, []).append(clause)
    return [list(editions.values()) for editions in works.values() if len(editions) > 1]


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _fold_slips(one: Sequence[Clause], other: Sequence[Clause], folded: dict[str, int]) -> None:
    """Folds clauses of two editions that no equal clause was found for, where they stand at about the same place."""
    taken = {folded[c.clause_id] for c in one} & {folded[c.clause_id] for c in other}
    left = [c for c in one if folded[c.clause_id] not in taken]
    for clause in (c for c in other if folded[c.clause_id] not in taken):
        mine = _pairs(clause_key(clause))
        for match in (c for c in left if abs(c.ordinal - clause.ordinal) <= 3 and c.kind is clause.kind):
            theirs = _pairs(clause_key(match))
            if mine and len(mine & theirs) >= SAME_CLAUSE * len(mine | theirs):
                folded[clause.clause_id] = folded[match.clause_id]
                left.remove(match)
                break
