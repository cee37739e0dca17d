"""The documents of a run as works: which are editions of one, and which edition is the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.duplicates import fold_slips, group_profiles, text_numbers
from indexer.spool import Head, SpoolReader
from search.model import Clause, Document


@dataclass(frozen=True, slots=True)
class Works:
    """`documents` are the heads' documents with their editions named; `ranks` is each one's rank among the editions of
    its work, the best 0; `work_of` names the work, by its best edition; `slips` has the numbers of texts that differ
    from the best edition's by a slip."""

    documents: Mapping[str, Document]
    ranks: Mapping[str, int]
    work_of: Mapping[str, str]
    slips: Mapping[str, int]

    def numbers_of(self, document_id: str, clauses: Sequence[Clause]) -> list[int]:
        """For each clause of a document the number of the text that it shares with its copies."""
        numbers = text_numbers(clauses, self.work_of[document_id])
        return [self.slips.get(clause.clause_id, number) for clause, number in zip(clauses, numbers, strict=True)]


def find_works(spool: SpoolReader, heads: Mapping[str, Head]) -> Works:
    """Group all documents that were read, of which these are the heads. Only documents that are much alike are read again
    for it."""
    documents = {i: head.document for i, head in heads.items()}
    ranks: dict[str, int] = {}
    work_of: dict[str, str] = {}
    slips: dict[str, int] = {}
    for group in group_profiles([head.profile for head in heads.values()], spool.body):
        best, *others = ordered = sorted(group, key=lambda i: _edition_key(heads[i]))
        for rank, document_id in enumerate(ordered):
            ranks[document_id], work_of[document_id] = rank, best
            same = tuple(i for i in ordered if i != document_id)
            documents[document_id] = replace(documents[document_id], same_work_as=same)
        clauses = spool.clauses(best) if others else ()
        for other in others:
            slips |= fold_slips(clauses, spool.clauses(other), best)
    return Works(documents, ranks, work_of, slips)


def _edition_key(head: Head) -> tuple[bool, bool, bool, int, str]:
    """The best edition first: one that says its 文号, its date, where it is from; then the fullest."""
    d = head.document
    return (d.document_number is None, d.issued_on is None, d.source is None, -head.length, d.file)
