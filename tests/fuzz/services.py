"""Requests and files that anybody, or a failing disk, may send the program: refused in the one shape, or by a named error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from unicodedata import category
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from indexer.removed import FILE as REMOVED
from indexer.removed import Removed
from search.errors import TiaokuanError
from search.evaluation.folder import load_judged
from search.evaluation.judgments import read_judgments
from search.evaluation.saving import load_run
from search.generation import CURRENT, MANIFEST, open_current, verify
from search.restore import restore_backup
from search.rollback import roll_back
from search.understanding.synonyms import SynonymBook
from tests.fuzz import material
from tests.fuzz.place import client, place
from tests.fuzz.target import Target, ensure
from web.errors import BadFileName
from web.keys import FILE as KEYS
from web.keys import KeyFile
from web.uploads import MAX_NAME_BYTES, safe_name

PROGRAM_PATHS = ("/api/", "/healthz", "/readyz", "/metrics", "/embed.json", "/openapi.json")
PATHS = (
    "/", "/search", "/search.csv", "/search.docx", "/documents", "/documents/{document}", "/documents/{document}/original",
    "/documents/{document}/original.txt", "/documents/{document}/compare/{document}", "/documents/{document}.csv",
    "/documents/{document}.docx", "/documents/{document}.ris", "/documents/{document}.csl.json", "/clauses/{clause}/cite",
    "/clauses/{clause}/similar", "/similar", "/feed", "/opensearch.xml", "/sitemap.xml", "/robots.txt", "/embed", "/embed.json",
    "/embed.js", "/help/embed", "/demo/{text}", "/judge", "/judge/judgments.jsonl", "/api", "/openapi.json", "/healthz", "/readyz",
    "/metrics", "/static/{text}", "/{text}", "/api/v1/search", "/api/v1/facets", "/api/v1/suggest", "/api/v1/similar",
    "/api/v1/documents", "/api/v1/documents/{document}", "/api/v1/documents/{document}/citations", "/api/v1/clauses/{clause}",
    "/api/v1/documents/{document}/compare/{document}", "/api/v1/clauses/{clause}/similar", "/api/v1/jobs/{text}", "/api/v1/{text}",
)  # fmt: skip
NAMES = (
    "q", "mode", "limit", "offset", "page", "sort", "issuer", "level", "since", "until", "kind", "region", "validity", "explain",
    "lang", "format", "find", "view", "text", "filename", "clause", "grade", "tab", "next", "from", "callback",
)  # fmt: skip
VALUES = (
    "", "0", "-1", "1", "10", "100", "101", "10000", "99999999999999999999", "１０", "٣", "1e3", "nan", "hybrid", "keyword", "semantic",
    "zh", "en", "2016", "2016-02-30", "9999-12-31", "0000", "0001-01-01", "../../etc/passwd", "民营银行", "国发〔2016〕62号", "rss",
    "opensearch", "in_force", "date", "relevance", "\r\nSet-Cookie: a=b", "<script>", "\x00", "//example.org", "%", "_", "通知", "国务院",
)  # fmt: skip
HEADERS = (
    "Accept-Language", "Authorization", "Origin", "Host", "Referer", "X-Forwarded-For", "Accept", "Cookie", "Range", "X-Request-ID",
    "If-None-Match", "If-Modified-Since", "Content-Type", "Sec-Fetch-Site", "X-API-Key", "User-Agent", "Accept-Encoding", "Forwarded",
)  # fmt: skip
METHODS = ("GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "怪")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the client sends it; `query` is encoded already."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@cache
def _ids() -> tuple[list[str], list[str]]:
    searcher = place().searcher
    documents = [document.document_id for document in searcher.documents()]
    return documents, [clause.clause_id for each in documents for clause in searcher.clauses(each)[:20]]


@st.composite
def requests(draw: DrawFn) -> Request:
    """Requests to addresses that there are, mostly, with whatever parameters, headers and body."""
    odd = st.one_of(st.sampled_from(VALUES), st.sampled_from(material.BITS), st.text(max_size=12))
    query = st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(odd, odd, material.queries())), max_size=5)
    raw = st.sampled_from(("q=%ff%fe", "q=%", "q=%ud800", "&&=&", "q=1&q=2&q=", "limit=1&limit=x", "%00=%00"))
    documents, clauses = _ids()
    path = draw(st.sampled_from(PATHS)).format(
        document=quote(draw(st.one_of(st.sampled_from(documents), odd)).encode("utf-8", "replace"), safe=""),
        clause=quote(draw(st.one_of(st.sampled_from(clauses), odd)).encode("utf-8", "replace"), safe=""),
        text=quote(draw(odd).encode("utf-8", "replace"), safe="/."),
    )
    pairs = "&".join(f"{name}={quote(value.encode('utf-8', 'replace'), safe='')}" for name, value in draw(query))
    keys = st.sampled_from((f"Bearer {place().key}", "Bearer x", "Basic OjpA", "Bearer"))
    latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
    headers = draw(
        st.dictionaries(st.sampled_from(HEADERS), st.one_of(latin, st.sampled_from(("*/*", "null", "::1"))), max_size=4)
    )
    if draw(st.booleans()):
        headers |= {"Authorization": draw(keys)}
    body = draw(
        st.one_of(
            st.just(b""),
            st.binary(max_size=200),
            material.json_texts().map(lambda t: t[:2000].encode("utf-8", "replace")),
        )
    )
    return Request(
        draw(st.sampled_from(METHODS)), path, draw(st.one_of(st.just(pairs), st.just(pairs), raw)), headers, body
    )


def check_request(sent: Request) -> None:
    """Never a 5xx; errors to programs in the one shape; nothing splits a header."""
    response = client().open(
        sent.path, method=sent.method.encode("latin-1", "replace").decode("latin-1"), query_string=sent.query,
        headers={name: value.strip() for name, value in sent.headers.items()}, data=sent.body,
    )  # fmt: skip
    status, data = response.status_code, response.get_data()
    response.close()
    ensure(status < 500, f"{status} for {sent}")
    ensure(response.headers.get("X-Content-Type-Options") == "nosniff", "headers are missing")
    ensure("Set-Cookie: a=b" not in str(response.headers), "a header was split")
    if status >= 400 and sent.path.startswith(PROGRAM_PATHS) and sent.method != "HEAD":
        error = json.loads(data)["error"]
        ensure(error.keys() == {"code", "message", "remedy"}, f"{status} in another shape")
        ensure(all(isinstance(each, str) and each for each in error.values()), f"{status} says nothing")
    elif "json" in response.content_type and data and sent.method != "HEAD":
        json.loads(data.splitlines()[0] if sent.path.endswith("jsonl") else data)


def check_name(name: str) -> None:
    """The name of an uploaded file: a plain one, within bounds, and its own safe name."""
    try:
        safe = safe_name(name)
    except BadFileName:
        return
    ensure(safe == Path(safe).name and safe not in {".", ".."}, f"{safe!r} is no plain name")
    steers = any(category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in safe)
    ensure(not safe.startswith(".") and not steers, f"{safe!r} is hidden or steers a terminal")
    ensure(len(safe.encode()) <= MAX_NAME_BYTES, "a name too long for a file system")
    ensure(safe_name(safe) == safe, f"{safe!r} is not its own safe name")


@cache
def _home() -> Path:
    """A home with nothing but a small generation, whose files are replaced by what the fuzzer thinks of."""
    import atexit
    import shutil

    home = Path(mkdtemp(prefix="tiaokuan-fuzz-files-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    real = open_current(place().settings.home)
    shutil.copytree(real.folder, home / "generations" / real.name)
    (home / CURRENT).write_text(real.name, "utf-8")
    (home / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n", "utf-8")
    return home


def check_file(given: tuple[str, bytes]) -> None:
    """A file of the home that holds anything at all: read, or refused by an error with a message and a remedy."""
    name, data = given
    home = _home()
    file = home / "generations" / "000001" / MANIFEST if name == MANIFEST else home / name
    before = file.read_bytes() if file.exists() else None
    file.write_bytes(data)
    try:
        READERS[name](home)
    except TiaokuanError as error:
        for language in ("zh", "en"):
            for said in (error.message(language), error.remedy(language)):
                ensure(bool(said) and "\n" not in said, f"{said!r} is no line")
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)


def _open(home: Path) -> None:
    verify(open_current(home))


def _roll(home: Path) -> None:
    roll_back(place().settings.model_copy(update={"home": home}))


READERS: Mapping[str, Callable[[Path], object]] = {
    "judgments.jsonl": lambda home: read_judgments(home / "judgments.jsonl"),
    "synonyms.txt": lambda home: SynonymBook(home / "synonyms.txt").current(),
    REMOVED: lambda home: (Removed(home).files(), Removed(home).without([])),
    KEYS: lambda home: KeyFile(home).find("tk_x"),
    "run.json": lambda home: load_run(home / "run.json"),
    "queries.jsonl": load_judged,
    CURRENT: _open,
    MANIFEST: _open,
    "backup.zip": lambda home: restore_backup(place().settings.model_copy(update={"home": home}), home / "backup.zip"),
}


@st.composite
def files(draw: DrawFn) -> tuple[str, bytes]:
    """A file of the home, and what is in it."""
    name = draw(st.sampled_from(sorted(READERS)))
    text = st.one_of(material.json_texts(), material.texts(8)).map(lambda t: t.encode("utf-8", "surrogatepass"))
    data = draw(
        st.one_of(text, text, st.binary(max_size=200), st.sampled_from((b"000001", b"000002\n", b"../x", b"0" * 5000)))
    )
    if name == MANIFEST and draw(st.booleans()):
        raw = json.loads((_home() / "generations" / "000001" / MANIFEST).read_text("utf-8"))
        key = draw(st.sampled_from(sorted(raw)))
        raw[key] = json.loads(
            draw(st.sampled_from(('""', "1", "null", "[]", "{}", '{"a": 1}', '{"a": {"size": "x", "sha256": 1}}')))
        )
        data = json.dumps(raw).encode()
    return name, data


TARGETS = (
    Target("api", requests(), check_request),
    Target("names", st.one_of(material.texts(6).map(lambda t: t + ".txt"), st.text(max_size=300)), check_name),
    Target("files", files(), check_file),
)
