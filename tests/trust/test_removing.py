"""A document that was removed is gone, stays gone, and comes back only when somebody says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.kills import Place, act
from indexer.pipeline import build_index, index_needed
from indexer.removed import FILE
from search.embedding import Embedder
from search.errors import BadFolder
from search.generation import CATALOGUE, current_name, open_current
from search.model import Mode
from search.searcher import Searcher
from search.store import Catalogue
from tests.trust.conftest import Run, found
from web.uploads import Uploads


def ids(tiaokuan: Run) -> dict[str, str]:
    return {d["title"][0]: d["document_id"] for d in json.loads(tiaokuan("documents", "--json")[1])["documents"]}


def test_its_clauses_are_gone_from_both_channels_and_no_model_is_loaded(
    place: Place, tiaokuan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Searcher.open(place.settings)
    searcher.search("水源保护", mode=Mode.SEMANTIC)
    with monkeypatch.context() as without_model:
        without_model.setattr(Embedder, "open", None)
        status, printed, _ = tiaokuan("remove", ids(tiaokuan)["丁"], "--json")
    answer = json.loads(printed)
    assert (status, answer["documents"], [r["file"] for r in answer["removed"]]) == (0, 3, ["丁.txt"])
    assert found(searcher) == 9
    assert {h.document.file for h in searcher.search("水源保护", mode=Mode.SEMANTIC, limit=50).hits} == {
        "甲.txt",
        "乙.txt",
        "丙.txt",
    }
    searcher.close()
    assert tiaokuan("doctor")[0] == 0


def test_indexing_leaves_it_out_until_it_is_restored(place: Place, tiaokuan: Run) -> None:
    tiaokuan("remove", ids(tiaokuan)["丁"])
    assert not index_needed(place.settings, [place.corpus])
    assert json.loads(tiaokuan("index", "--json")[1])["removed"] == ["丁.txt"]
    assert "丁" not in ids(tiaokuan)
    place.write(2)  # also in a new version
    assert "丁.txt" in tiaokuan("index")[1]
    assert set(ids(tiaokuan)) == {"甲", "乙", "丙"}
    assert tiaokuan("index", "--restore-removed", "--if-needed")[0] == 0
    assert set(ids(tiaokuan)) == {"甲", "乙", "丙", "丁"}
    assert not (place.home / FILE).exists()


def test_one_unknown_id_removes_nothing(place: Place, tiaokuan: Run) -> None:
    known = ids(tiaokuan)
    status, _, complaint = tiaokuan("remove", known["甲"], "d没有")
    assert (status, complaint.count("\n"), "d没有" in complaint) == (2, 1, True)
    assert (ids(tiaokuan), current_name(place.home)) == (known, "000001")
    assert not (place.home / FILE).exists()


def test_what_is_left_is_as_a_run_without_it_would_have_made_it(place: Place, tiaokuan: Run, tmp_path: Path) -> None:
    (place.corpus / "戊.txt").write_text(
        "戊市人民政府关于废止《丁市工作条例》的决定\n戊政发〔2020〕5号\n一、废止《丁市工作条例》。\n", "utf-8"
    )
    (place.corpus / "甲（转载）.txt").write_bytes((place.corpus / "甲.txt").read_bytes())
    act("index", place)
    by_file = {d["document_id"]: d for d in json.loads(tiaokuan("documents", "--json")[1])["documents"]}
    gone = [i for i, d in by_file.items() if d["title"].startswith("戊")]
    copies = sorted(i for i, d in by_file.items() if d["same_work_as"])
    assert len(copies) == 2
    assert tiaokuan("remove", gone[0], copies[0])[0] == 0
    removed, anew = contents(place), rebuilt(place)
    assert removed == anew
    assert all(not facts.same_work_as and not facts.repealed_by for facts in removed[0])


def rebuilt(place: Place) -> object:
    build_index(place.settings, [place.corpus], rebuild=True, progress=False)
    return contents(place)


def contents(place: Place) -> tuple[list[object], list[object]]:
    catalogue = Catalogue(open_current(place.home).folder / CATALOGUE)
    try:
        documents = catalogue.documents()
        clauses = [clause for document in documents for clause in catalogue.clauses(document.document_id)]
        citations = [catalogue.outgoing(document.document_id) for document in documents]
        return documents, [clauses, citations, list(catalogue.texts())]
    finally:
        catalogue.close()


def test_a_damaged_list_stops_indexing_instead_of_bringing_back_what_was_removed(place: Place, tiaokuan: Run) -> None:
    (place.home / FILE).write_text('{"removed": [{"doc', "utf-8")
    status, _, complaint = tiaokuan("index")
    assert (status, complaint.count("\n"), FILE in complaint) == (2, 1, True)
    with pytest.raises(BadFolder):
        build_index(place.settings, [place.corpus], progress=False)


def test_a_removal_that_fails_is_not_remembered(place: Place, tiaokuan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "catalogue.sqlite")

    monkeypatch.setattr("indexer.writing.write_entries", full)
    status, _, complaint = tiaokuan("remove", ids(tiaokuan)["丁"])
    assert (status, "No space left" in complaint, complaint.count("\n")) == (2, True, 1)
    assert not (place.home / FILE).exists()
    assert set(ids(tiaokuan)) == {"甲", "乙", "丙", "丁"}


def test_an_upload_of_the_same_name_is_no_longer_left_out(place: Place, tiaokuan: Run) -> None:
    tiaokuan("remove", ids(tiaokuan)["丁"], ids(tiaokuan)["丙"])
    (place.corpus / "丁.txt").unlink()
    Uploads(place.settings).save("丁.txt", "丁市工作條例\n第一條 加強水源保護。\n".encode())
    assert json.loads(tiaokuan("index", "--json")[1])["removed"] == ["丙.txt"]
    assert set(ids(tiaokuan)) == {"甲", "乙", "丁"}
