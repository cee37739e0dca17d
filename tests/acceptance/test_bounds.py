"""What one request may ask for at most, at every door that takes words, pages or numbers of hits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from search.searcher import Searcher
from search.settings import Settings
from web.app import create_app

DOORS = (
    "/search?q={}",
    "/search.csv?q={}",
    "/search.docx?q={}",
    "/feed?q={}",
    "/similar?text={}",
    "/api/v1/search?q={}",
    "/api/v1/facets?q={}",
    "/api/v1/similar?text={}",
)
# These take anything: what is too long for them is left alone.
ANSWERING = ("/api/v1/suggest?q={}", "/embed?q={}", "/documents/{document}?q={}")


@pytest.fixture
def client(settings: Settings, searcher: Searcher) -> Iterator[FlaskClient]:
    """With a limit that keeps the test short. `searcher`: the index is there."""
    short = settings.model_copy(update={"max_query_characters": 50})
    opened = Searcher.open(short)
    yield create_app(short, opened).test_client()
    opened.close()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("character", ["民", "ｐ", "“", "〔", "𠮷", "條", " "])
def test_a_longer_query_is_refused_at_every_door(client: FlaskClient, door: str, character: str) -> None:
    refused = client.get(door.format(f"民{character * 49}营"))
    assert refused.status_code == 400, refused.text
    assert "51" in refused.text
    assert "50" in refused.text


@pytest.mark.parametrize("door", ANSWERING)
def test_where_any_text_is_taken_a_long_one_is_left_alone(client: FlaskClient, searcher: Searcher, door: str) -> None:
    document = searcher.documents()[0].document_id
    answer = client.get(door.format("民" * 5000, document=document))
    assert answer.status_code == 200
    assert "<mark" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=民&page=1002",
        "/search?q=民&page=0",
        "/documents?page=1002",
        "/api/v1/search?q=民&offset=10001",
        "/api/v1/search?q=民&limit=101",
        "/api/v1/similar?text=民营银行&limit=101",
        "/api/v1/suggest?q=民&limit=1000",
        "/feed?q=民&since=0000",
    ],
)
def test_no_page_is_deeper_and_no_answer_larger_than_the_bounds(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 400
