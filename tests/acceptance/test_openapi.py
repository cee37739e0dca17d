"""The API does what its OpenAPI document says, whatever is asked: schemathesis makes up the requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from search.searcher import Searcher

EXAMPLES = 12
"""Requests for each operation."""
PROPER = 3
"""Of these beside them for each that reads."""
QUERIES = ("民营银行", "民營銀行", "ＰＰＰ", "国发〔2016〕62号")
KNOWN_BY_NOBODY = {"/api/v1/jobs/{job_id}"}
"""Where no made-up request leads anywhere."""


@pytest.fixture(scope="module")
def operations(client: FlaskClient) -> list[Any]:
    """What the application itself says of its API."""
    import schemathesis  # a second to load

    schema = schemathesis.openapi.from_wsgi("/openapi.json", client.application)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture(scope="module")
def ids(searcher: Searcher) -> dict[str, list[str]]:
    """Ids that lead somewhere, by the name of their place in a path; made-up ones hardly do."""
    documents = [document.document_id for document in searcher.documents()]
    clauses = [clause.clause_id for clause in searcher.clauses(documents[0])][:8]
    return {"document_id": documents, "other_id": documents, "clause_id": clauses}


def test_no_request_fails_the_server_and_every_answer_has_its_shape(
    operations: list[Any], ids: dict[str, list[str]]
) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    promised = [checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance]
    answered = set()

    def ask(operation: Any, examples: int, *, proper: bool) -> None:
        """Made-up requests, half of them for what there is; `proper` ones are all that an answer takes."""

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
        @given(data=st.data())
        def made_up(data: Any) -> None:
            case = data.draw(operation.as_strategy())
            if proper or data.draw(st.booleans()):
                case.path_parameters |= {name: data.draw(st.sampled_from(ids[name])) for name in _places(case, ids)}
            if proper:
                case.query = {"q": data.draw(st.sampled_from(QUERIES))} if "q" in (case.query or {}) else {}
            response = case.call_and_validate(checks=[not_a_server_error, *promised])
            answered.add((operation.path, response.status_code))

        made_up()

    for operation in operations:
        ask(operation, EXAMPLES, proper=False)
        if operation.method == "get" and operation.path not in KNOWN_BY_NOBODY:
            ask(operation, PROPER, proper=True)
            assert (operation.path, 200) in answered
    assert {path for path, _ in answered} == {operation.path for operation in operations}


def _places(case: Any, ids: dict[str, list[str]]) -> Iterator[str]:
    return (name for name in case.path_parameters or {} if name in ids)
