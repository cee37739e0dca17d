"""Collections of Milvus: the only file that imports pymilvus. Two collections make one committed state of an engine:

    NAME_clauses   one row for each clause: its terms as a sparse vector, whose inner product with a query is its score;
                   hashes of the pairs of characters in its text, for phrases; what it was made from
    NAME_windows   one row for each window: its vector, and whose it is

Only what Milvus and milvus-lite both can is used, so that what the tests run is what a cluster runs. Texts are compared as
hashes, so that no text of a user is ever part of an expression.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from search.errors import EngineUnavailable, EngineUnreachable, IndexDamaged

try:
    from pymilvus import DataType, MilvusClient
    from pymilvus.exceptions import MilvusException
except ImportError as error:
    raise EngineUnavailable(engine="milvus", extra="milvus", reason=str(error)) from error

if TYPE_CHECKING:
    from search.engines.milvus_server import MilvusServer
    from search.engines.protocol import Vectors

MOST = 16_384
"""Rows that Milvus gives for one search (`quotaAndLimits.limits.topK`, `maxQueryResultWindow`)."""
CLAUSES, WINDOWS = "_clauses", "_windows"
_NAME = 512
_PIECE = 16_000
"""Characters of a piece of text: of 4 bytes each they are fewer than the 65,535 bytes of a VARCHAR."""
_MOST_ELEMENTS = 4_096
_SECONDS = 30.0
_BUILDING = 24 * 3600.0
_PAGE = 2_048
_NOT_FOUND, _NOT_LOADED = 100, 101
_HNSW = {"M": 16, "efConstruction": 200, "sq_type": "SQ8"}

Row = Mapping[str, Any]


def key_of(text: str) -> int:
    """What an id or a 文号 is compared by: 63 bits of a hash."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def one_of(field: str, values: Sequence[int]) -> str:
    """A condition: the field is one of the values."""
    return f"{field} in {json.dumps(values)}"


def having(pairs: Sequence[int], letters: Sequence[Sequence[int]]) -> list[str]:
    """Conditions: the text has all pairs, and of each set of letters one; or has too many to tell."""
    tests = [f"array_contains_all(needles, {json.dumps(pairs)})"] if pairs else []
    tests += [f"array_contains_any(needles, {json.dumps(each)})" for each in letters]
    return [f"({test} or whole == false)" for test in tests]


def pieces(text: str) -> list[str]:
    """A text as an array that Milvus takes."""
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


def needles(hashes: Sequence[int]) -> tuple[list[int], bool]:
    """As many of the hashes as an array holds, and whether these are all."""
    return list(hashes[:_MOST_ELEMENTS]), len(hashes) <= _MOST_ELEMENTS


class Milvus:
    """A connection. Any number of threads may use it. Every call raises EngineUnreachable where Milvus does not answer,
    and IndexDamaged where a collection is not there."""

    def __init__(self, server: MilvusServer) -> None:
        _be_silent()
        self._server = server
        self._client = self._connected()

    def _connected(self) -> Any:
        if self._server.is_lite:
            if find_spec("milvus_lite") is None:
                raise EngineUnavailable(engine="milvus", extra="milvus", reason="No module named 'milvus_lite'")
            _hold_lite(self._server.uri)
        try:
            return MilvusClient(uri=self._server.uri, token=self._server.token, timeout=_SECONDS)
        except (MilvusException, OSError, ValueError) as error:
            if self._server.is_lite:
                _let_go_of_lite(self._server.uri)
            raise self._unreachable(error) from error

    def close(self) -> None:
        """milvus-lite stops with its last connection in this process."""
        with suppress(MilvusException):
            self._client.close()
        if self._server.is_lite:
            _let_go_of_lite(self._server.uri)

    # Collections

    def names(self, prefix: str) -> list[str]:
        """The collections whose names begin so."""
        return [name for name in self._ask("", self._client.list_collections) if name.startswith(prefix)]

    def drop(self, name: str) -> None:
        """Remove a collection."""
        self._ask("", self._client.drop_collection, name)

    def create_clauses(self, name: str) -> None:
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("clause", DataType.VARCHAR, max_length=_NAME)
        schema.add_field("document", DataType.VARCHAR, max_length=_NAME)
        for field in ("clause_key", "document_key", "number_key", "ordinal"):
            schema.add_field(field, DataType.INT64)
        schema.add_field("whole", DataType.BOOL)
        schema.add_field("needles", DataType.ARRAY, element_type=DataType.INT64, max_capacity=_MOST_ELEMENTS)
        schema.add_field(
            "source", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=_MOST_ELEMENTS, max_length=65_535
        )
        schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
        self._ask(name, self._client.create_collection, name + CLAUSES, schema=schema)

    def create_windows(self, name: str, dimension: int) -> None:
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("clause", DataType.VARCHAR, max_length=_NAME)
        for field in ("clause_key", "document_key", "ordinal", "start", "stop"):
            schema.add_field(field, DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        self._ask(name, self._client.create_collection, name + WINDOWS, schema=schema)

    def insert(self, name: str, rows: Sequence[Row]) -> None:
        """Add some rows, all fields given."""
        if rows:
            self._ask(name, self._client.insert, name, list(rows))

    def seal_clauses(self, name: str) -> int:
        """Make the rows searchable; how many there are."""
        indexes = self._scalar_indexes("clause_key", "document_key", "number_key")
        indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        self._seal(name + CLAUSES, indexes)
        with suppress(EngineUnreachable, IndexDamaged):  # milvus-lite has no index on arrays, and does without
            arrays = MilvusClient.prepare_index_params()
            arrays.add_index("needles", index_type="INVERTED")
            self._ask(name, self._client.create_index, name + CLAUSES, arrays, seconds=_BUILDING, sync=False)
        self.load(name + CLAUSES)
        return self.count(name + CLAUSES)

    def seal_windows(self, name: str, *, approximate: bool) -> int:
        """Make the rows searchable; how many there are."""
        indexes = self._scalar_indexes("clause_key", "document_key")
        kind, parameters = ("HNSW_SQ", _HNSW) if approximate else ("FLAT", {})
        indexes.add_index("vector", index_type=kind, metric_type="IP", params=parameters)
        self._seal(name + WINDOWS, indexes)
        self.load(name + WINDOWS)
        return self.count(name + WINDOWS)

    def _scalar_indexes(self, *fields: str) -> Any:
        indexes = MilvusClient.prepare_index_params()
        for field in fields:
            indexes.add_index(field, index_type="INVERTED")
        return indexes

    def _seal(self, name: str, indexes: Any) -> None:
        self._ask(name, self._client.flush, name, seconds=_BUILDING)
        self._ask(name, self._client.create_index, name, indexes, seconds=_BUILDING, sync=False)

    def load(self, name: str) -> None:
        """Have a collection ready for searching: milvus-lite forgets that it was."""
        self._ask(name, self._client.load_collection, name, seconds=_BUILDING)

    def count(self, name: str) -> int:
        """How many rows there are."""
        return int(self._ask(name, self._client.query, name, output_fields=["count(*)"])[0]["count(*)"])

    # Searches

    def rank(self, name: str, terms: Mapping[int, float], limit: int, conditions: Sequence[str]) -> list[Row]:
        """Clauses by the inner product with a sparse vector, best first, at most MOST."""
        fields = ["row", "clause", "ordinal", "document_key"]
        return self._search(name + CLAUSES, "terms", dict(terms), limit, conditions, fields, {})

    def nearest(
        self, name: str, vector: Vectors, limit: int, conditions: Sequence[str], *, approximate: bool
    ) -> list[Row]:
        """Windows by the inner product with a vector (dimension,), best first, at most MOST. Where they are approximate,
        with their vectors."""
        fields = ["row", "clause", "ordinal", "document_key", "start", "stop", *["vector"] * approximate]
        parameters = {"ef": max(128, 2 * limit)} if approximate else {}
        return self._search(name + WINDOWS, "vector", vector, limit, conditions, fields, parameters)

    def _search(  # noqa: PLR0913, PLR0917 what a search is made of
        self,
        name: str,
        field: str,
        query: object,
        limit: int,
        conditions: Sequence[str],
        fields: Sequence[str],
        parameters: Mapping[str, object],
    ) -> list[Row]:
        found = self._ask(
            name,
            self._client.search,
            name,
            data=[query],
            anns_field=field,
            limit=min(limit, MOST),
            filter=" and ".join(conditions),
            output_fields=list(fields),
            search_params={"metric_type": "IP", "params": dict(parameters)},
        )
        return [{**hit["entity"], "row": hit["row"], "score": hit["distance"]} for hit in found[0]]

    def rows(self, name: str, conditions: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """The rows that fulfil all conditions, at most MOST."""
        expression = " and ".join(conditions)
        found = self._ask(name, self._client.query, name, filter=expression, output_fields=list(fields), limit=MOST)
        return list(found)

    def scan(self, name: str, total: int, conditions: Sequence[str], fields: Sequence[str]) -> Iterator[list[Row]]:
        """All rows of `total` that fulfil all conditions, some at a time, in their order: where they are too many for one
        answer, those of so many numbers each."""
        if conditions and len(rows := self.rows(name, conditions, fields)) < MOST:
            yield _in_order(rows)
            return
        for first in range(0, total, _PAGE):
            numbers = f"row >= {first} and row < {first + _PAGE}"
            yield _in_order(self.rows(name, (*conditions, numbers), fields))

    def _ask(
        self, name: str, call: Callable[..., Any], *given: object, seconds: float = _SECONDS, **more: object
    ) -> Any:
        """Calls Milvus; a collection that somebody has released is loaded once more."""
        for again in (True, False):
            try:
                return call(*given, timeout=seconds, **more)
            except MilvusException as error:
                if error.code == _NOT_LOADED and again:
                    self.load(name)
                    continue
                if error.code == _NOT_FOUND:
                    raise IndexDamaged(file=f"{self._server.address} {name}", reason=_reason(error)) from error
                raise self._unreachable(error) from error
        raise AssertionError

    def _unreachable(self, error: Exception) -> EngineUnreachable:
        return EngineUnreachable(engine="milvus", address=self._server.address, reason=_reason(error))


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["row"]))


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())


def _be_silent() -> None:
    """What goes wrong is said by our errors, in one line; pymilvus would log it, with its whole stack, to stderr."""
    for name in ("pymilvus", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


_lite_lock = Lock()
_lite_users: dict[str, int] = {}
"""Connections of this process to each folder of milvus-lite, whose server runs in it as long as there is one."""


def _hold_lite(uri: str) -> None:
    Path(uri).parent.mkdir(parents=True, exist_ok=True)
    with _lite_lock:
        _lite_users[uri] = _lite_users.get(uri, 0) + 1


def _let_go_of_lite(uri: str) -> None:
    with _lite_lock:
        _lite_users[uri] -= 1
        if _lite_users[uri]:
            return
        del _lite_users[uri]
        with suppress(ImportError):
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(uri)
