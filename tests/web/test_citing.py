"""Citations on the page: one entry per document and relation, with its places."""

from __future__ import annotations

from search.model import Citation, Document, Relation
from web.citing import cited, citing

LAW = Document("law", "law.txt", "中华人民共和国水法", "")
CITATIONS = [
    Citation("a-1", "a", "根据《水法》制定。", Relation.BASED_ON, "水法", None, "law"),
    Citation("a-2", "a", "依照《水法》处罚。", Relation.BASED_ON, "水法", None, "law"),
    Citation("a-3", "a", "落实国发〔2014〕28号。", Relation.CARRIES_OUT, None, "国发〔2014〕28号", None),
]


def test_places_of_one_document_stand_together_under_its_own_title() -> None:
    law, absent = cited(CITATIONS, {"law": LAW})
    assert (law.name, law.document, len(law.places)) == ("中华人民共和国水法", LAW, 2)
    assert (absent.name, absent.document) == ("国发〔2014〕28号", None)


def test_who_cites_is_named_by_the_citing_document() -> None:
    other = Document("a", "a.txt", "某省水条例", "")
    (entry,) = citing(CITATIONS[:2], {"a": other})
    assert (entry.name, entry.relation) == ("某省水条例", Relation.BASED_ON)


def test_who_carries_it_out_stands_first() -> None:
    documents = {name: Document(name, f"{name}.txt", name, "") for name in ("甲", "乙", "丙")}
    relations = (("甲", Relation.MENTIONS), ("乙", Relation.CARRIES_OUT), ("丙", Relation.BASED_ON))
    found = citing(
        [Citation(f"{name}-1", name, "句。", relation, "水法", None, "law") for name, relation in relations], documents
    )
    assert [(entry.name, entry.carries_out) for entry in found] == [("乙", True), ("甲", False), ("丙", False)]
