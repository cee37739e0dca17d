"""A cross-encoder in a folder reorders the first hits. The one here is real, tiny and untrained: its order is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.report import IndexReport
from search.errors import ModelUnavailable
from search.model import Mode
from search.reranking import Reranker
from search.searcher import Searcher
from search.settings import Settings


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one small layer over single characters, its weights random from a fixed seed."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("cross") / "tiny"
    folder.mkdir()
    characters = [chr(code) for code in range(0x4E00, 0x9FA6)]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), "utf-8")
    torch.manual_seed(20161101)
    config = BertConfig(
        vocab_size=5 + len(characters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=256,
    )
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(vocabulary), model_max_length=256).save_pretrained(folder)
    return folder


def test_the_order_is_the_models(cross_encoder: Path) -> None:
    reranker = Reranker.open(str(cross_encoder))
    passages = ["支持民间资本设立民营银行", "全面实施风电清洁供暖工程", "加快转变政府职能"]
    order = reranker.order("民营银行", passages)
    assert sorted(order) == [0, 1, 2]
    again = reranker.order("民营银行", [passages[place] for place in order])
    assert again == [0, 1, 2]


def test_hits_are_reordered_and_none_is_lost(cross_encoder: Path, settings: Settings, report: IndexReport) -> None:
    plain = Searcher.open(settings)
    reranked = Searcher.open(settings.model_copy(update={"reranker": str(cross_encoder), "rerank_depth": 5}))
    query = "东北地区设立民营银行"
    before, after = plain.search(query).hits, reranked.search(query).hits
    assert {h.clause.clause_id for h in before[:5]} == {h.clause.clause_id for h in after[:5]}
    assert [h.clause.clause_id for h in before[5:]] == [h.clause.clause_id for h in after[5:]]
    scores = [h.score for h in after]
    assert scores == sorted(scores, reverse=True)
    passages = ["\n".join([*h.clause.path, h.clause.text]) for h in after[:5]]
    assert Reranker.open(str(cross_encoder)).order(query, passages) == list(range(5))
    assert [h.clause for h in plain.search(query, mode=Mode.KEYWORD).hits] == [
        h.clause for h in reranked.search(query, mode=Mode.KEYWORD).hits
    ]
    plain.close()
    reranked.close()


def test_a_model_that_is_not_there_is_said_and_the_search_goes_on(settings: Settings, report: IndexReport) -> None:
    searcher = Searcher.open(settings.model_copy(update={"reranker": "/没有/这个模型"}))
    page = searcher.search("民营银行")
    assert page.hits
    assert "notice.reranker_unavailable" in [notice.key for notice in page.notices]
    searcher.close()
    with pytest.raises(ModelUnavailable):
        Reranker.open("/没有/这个模型")
