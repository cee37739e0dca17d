"""What ranking asks of all clauses."""

from __future__ import annotations

from search.clause_places import Places, PlaceWriter
from search.model import Clause, ClauseKind, Document
from search.text.normalise import fold
from search.understanding.places import as_bits, bits_in_each, provinces_in
from tests.conftest import ROOT


def document(title: str = "实施意见", region: str | None = None) -> Document:
    return Document("d", "d.txt", title, "", region=region)


def clause(text: str, kind: ClauseKind = ClauseKind.TEXT, path: tuple[str, ...] = ()) -> Clause:
    return Clause("c", "d", 0, kind, path, text, 0, len(text), 0, len(text))


def test_clauses_of_one_text_are_found_across_documents() -> None:
    writer = PlaceWriter()
    huge = 2**62 + 1
    same = clause("支持民间资本设立民营银行。")
    writer.add(document(), 1, [(clause("总则", ClauseKind.HEADING), 5), (same, huge)])
    writer.add(document(), 0, [])
    writer.add(
        document(), 0, [(clause("（通过）", ClauseKind.NOTE), 6), (same, huge), (clause("表", ClauseKind.TABLE), 7)]
    )
    places = Places.of(dict(writer.columns()))
    assert places.having(huge).tolist() == [1, 3]
    assert places.having(5).tolist() == [0]
    assert places.having(8).tolist() == []
    assert places.documents.tolist() == [0, 0, 2, 2, 2]
    assert places.aside.tolist() == [1, 0, 1, 0, 0]
    assert places.editions.tolist() == [1, 0, 0]


def test_a_clause_speaks_of_the_provinces_in_its_words_its_headings_and_what_its_document_is() -> None:
    writer = PlaceWriter()
    path = ("一、支持杭州市", "（一）寧波")
    writer.add(
        document("上海市实施办法", "吉林省"), 0, [(clause("支持民营银行"), 1), (clause("廣東先行先試", path=path), 2)]
    )
    writer.add(document(), 0, [(clause("支持民营银行"), 1)])
    places = Places.of(dict(writer.columns()))
    everywhere = as_bits({"上海", "吉林"})
    assert places.provinces.tolist() == [everywhere, everywhere | as_bits({"浙江", "广东"}), 0]


def test_provinces_of_many_texts_are_those_of_each() -> None:
    """Also where names touch, overlap or begin at the end of a text, and beside characters of more than 16 bits."""
    corpus = [path.read_text("utf-8") for path in sorted((ROOT / "corpus").iterdir())]
    texts = [
        "",
        "上",
        "海北京",
        "内蒙古自治区呼和浩特市",
        "上海海南",
        "吉林省吉林市长春市",
        "𠮷林𠀋河北",
        "汉中 汉中市",
        "北\n京",
        *corpus,
    ]
    folded = [fold(text) for text in [*texts, *(text[::-1] for text in texts)]]
    assert bits_in_each(folded) == [as_bits(provinces_in(text)) for text in folded]
    assert bits_in_each([]) == []
