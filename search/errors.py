"""What can go wrong, as one tree. Every error carries what happened and what to do next, in Chinese and English.

TiaokuanError
├── BadRequest                  HTTP 400   the asker can mend it
│   ├── EmptyQuery              nothing to search for: empty, blank, or punctuation only
│   ├── QueryTooLong            more characters than the setting allows
│   ├── UnknownMode             not hybrid, keyword or semantic
│   └── BadParameter            any other parameter out of its range
├── NotFound                    HTTP 404
│   ├── UnknownDocument
│   ├── UnknownClause
│   └── UnknownPage
├── IndexUnavailable            HTTP 409   an editor can mend it
│   ├── NoIndex                 nothing has been indexed yet
│   ├── IndexMismatch           written by another version, analyzer or model
│   ├── IndexDamaged            a file is missing or its checksum differs
│   └── NoGeneration            no generation of this name
│       └── NothingEarlier      none before the live one
├── IndexBusy                   another process is writing
├── IndexUnhealthy              the self-check found problems
├── CannotWrite                 the disk is full, read-only or failing; the live generation stays
├── BadBackup                   a backup file cannot be restored
├── BackupExists                a backup is not written over another file
├── ModelUnavailable            HTTP 503   the embedding model cannot be prepared or loaded
├── SearchTimeout               HTTP 503   a search was given up after the time allowed
├── SearchFailed                HTTP 503   the process that searched has ended
├── EngineUnavailable           HTTP 503   the engine of the index, or its package, is not there
│   └── EngineUnreachable       the server that keeps the index does not answer
├── NotInBackups                the engine keeps the index elsewhere
├── NothingToIndex              no readable document among what was given
├── BadFolder                   a folder given on the command line is not what it should be
├── BadSynonym                  HTTP 400   a line that is no entry of the dictionary of synonyms
├── BadJudgments                a file of judged queries cannot be read
├── BadVectors                  a file of vectors cannot be read, or was made with another model
└── BadRun                      a saved evaluation run cannot be read
"""

from __future__ import annotations

from search.i18n import Catalogue, load_catalogue


def _texts() -> Catalogue:
    return load_catalogue("search")


class TiaokuanError(Exception):
    """Base of all errors that a user may see. Parameters fill the texts `error.CODE.message` and `.remedy`."""

    code = "internal_error"
    http_status = 500

    def __init__(self, **parameters: object) -> None:
        self.parameters = parameters
        super().__init__(self.message())

    def __reduce__(self) -> tuple[object, ...]:
        return _made_again, (type(self), self.parameters)

    def message(self, language: str = "zh") -> str:
        """What happened, to which input, in one line."""
        return _texts().text(f"error.{self.code}.message", language, **self.parameters)

    def remedy(self, language: str = "zh") -> str:
        """What to do next, in one line."""
        return _texts().text(f"error.{self.code}.remedy", language, **self.parameters)


def _made_again(kind: type[TiaokuanError], parameters: dict[str, object]) -> TiaokuanError:
    """An error that came from another process."""
    return kind(**parameters)


class BadRequest(TiaokuanError):
    code = "bad_request"
    http_status = 400


class EmptyQuery(BadRequest):
    code = "empty_query"


class QueryTooLong(BadRequest):
    """Parameters: length, limit (characters)."""

    code = "query_too_long"


class UnknownMode(BadRequest):
    """Parameters: mode."""

    code = "unknown_mode"


class BadParameter(BadRequest):
    """Parameters: name, value, expected."""

    code = "bad_parameter"


class NotFound(TiaokuanError):
    code = "not_found"
    http_status = 404


class UnknownDocument(NotFound):
    """Parameters: document_id."""

    code = "unknown_document"


class UnknownClause(NotFound):
    """Parameters: clause_id."""

    code = "unknown_clause"


class UnknownPage(NotFound):
    code = "unknown_page"


class IndexUnavailable(TiaokuanError):
    code = "index_unavailable"
    http_status = 409


class NoIndex(IndexUnavailable):
    """Parameters: home."""

    code = "no_index"


class IndexMismatch(IndexUnavailable):
    """Parameters: what, found, expected."""

    code = "index_mismatch"


class IndexDamaged(IndexUnavailable):
    """Parameters: file, reason."""

    code = "index_damaged"


class NoGeneration(IndexUnavailable):
    """Parameters: name, known (the names that there are)."""

    code = "no_generation"


class NothingEarlier(NoGeneration):
    """Parameters: known."""

    code = "nothing_earlier"


class IndexUnhealthy(TiaokuanError):
    """Parameters: count."""

    code = "index_unhealthy"


class CannotWrite(TiaokuanError):
    """Parameters: file, reason."""

    code = "cannot_write"
    http_status = 503


class BadBackup(TiaokuanError):
    """Parameters: file, reason."""

    code = "bad_backup"


class BackupExists(TiaokuanError):
    """Parameters: file."""

    code = "backup_exists"


class IndexBusy(TiaokuanError):
    """Parameters: holder."""

    code = "index_busy"
    http_status = 409


class ModelUnavailable(TiaokuanError):
    """Parameters: model, reason."""

    code = "model_unavailable"
    http_status = 503


class SearchTimeout(TiaokuanError):
    """Parameters: seconds."""

    code = "search_timeout"
    http_status = 503


class SearchFailed(TiaokuanError):
    code = "search_failed"
    http_status = 503


class EngineUnavailable(TiaokuanError):
    """Parameters: engine, extra (what to install of this package), reason."""

    code = "engine_unavailable"
    http_status = 503


class EngineUnreachable(EngineUnavailable):
    """Parameters: engine, address, reason."""

    code = "engine_unreachable"


class NotInBackups(TiaokuanError):
    """Parameters: engine."""

    code = "not_in_backups"


class NothingToIndex(TiaokuanError):
    """Parameters: paths."""

    code = "nothing_to_index"
    http_status = 409


class BadFolder(TiaokuanError):
    """Parameters: folder, reason."""

    code = "bad_folder"
    http_status = 400


class BadSynonym(TiaokuanError):
    """Parameters: line."""

    code = "bad_synonym"
    http_status = 400


class BadJudgments(TiaokuanError):
    """Parameters: file, reason."""

    code = "bad_judgments"
    http_status = 400


class BadVectors(TiaokuanError):
    """Parameters: file, reason."""

    code = "bad_vectors"
    http_status = 400


class BadRun(TiaokuanError):
    """Parameters: file, reason."""

    code = "bad_run"
    http_status = 400
