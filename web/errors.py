"""What can go wrong at the front doors only. The tree that all rooms share is in search.errors.

TiaokuanError
├── BadUsage            exit 2     the command line is not as it should be: parameters `problem` and what it names
├── BadSettings         exit 2     tiaokuan.toml or a TIAOKUAN_… variable cannot be used
├── PortTaken           exit 2     another program listens on the port
├── CannotListen        exit 2     any other reason why the server cannot listen
├── FileTrouble         exit 2     the operating system refused a file
├── MethodNotAllowed    HTTP 405
├── ForeignForm         HTTP 403   a form that another site sent
├── SignInFirst         HTTP 403   a form of the dashboard from who is not signed in (any more)
├── NoKeysYet           HTTP 403   nobody can sign in, for there is no key that may edit
├── UnknownHost         HTTP 400   asked under a name that is not ours
├── KeyRequired         HTTP 401   this takes a key, and none came
│   └── UnknownKey                 the key that came is none of ours
├── WrongRole           HTTP 403   the key does not allow this
├── TooManyRequests     HTTP 429   more often than the setting allows
├── TooLarge            HTTP 413   more bytes than are accepted
├── HeadersTooLarge     HTTP 431   likewise, of the request's head
├── BadFileName         HTTP 400   a document's name of which nothing safe is left
├── UnreadableKind      HTTP 415   no reader reads this kind of file
├── DocumentExists      HTTP 409   there is a document of this name
├── NotUploaded         HTTP 409   the document stands in the corpus, which is not edited over HTTP
├── UnknownJob          HTTP 404   there is no such job, or not any more
├── IndexOfOtherPaths   HTTP 409   the index was made from other paths than the setting `corpus`
├── BadKeyName          exit 2     a name that no key can have
├── KeyNameTaken        exit 2     there is a key of this name
├── UnknownKeyName      exit 2     there is none
└── KeysUnreadable      HTTP 503   the file of keys cannot be read, so that it opens nothing
"""

from __future__ import annotations

from collections.abc import Mapping

from search.errors import TiaokuanError
from search.i18n import load_catalogue


class WebError(TiaokuanError):
    """Base of the front doors' own errors: the same shape, with texts from the front doors' catalogue."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer's head says besides."""
        return {}

    def message(self, language: str = "zh") -> str:
        return load_catalogue("web").text(f"error.{self.code}.message", language, **self.parameters)

    def remedy(self, language: str = "zh") -> str:
        return load_catalogue("web").text(f"error.{self.code}.remedy", language, **self.parameters)


class BadUsage(WebError):
    """Parameters: problem (a key below `usage.`), subject (the option, argument or command), command."""

    code = "bad_usage"

    def message(self, language: str = "zh") -> str:
        problem = self.parameters.get("problem", "other")
        return load_catalogue("web").text(f"usage.{problem}", language, **self.parameters)


class BadSettings(WebError):
    """Parameters: name, reason."""

    code = "bad_settings"


class PortTaken(WebError):
    """Parameters: host, port."""

    code = "port_taken"


class CannotListen(WebError):
    """Parameters: host, port, reason."""

    code = "cannot_listen"


class FileTrouble(WebError):
    """Parameters: file, reason."""

    code = "file_trouble"


class MethodNotAllowed(WebError):
    code = "method_not_allowed"
    http_status = 405


class ForeignForm(WebError):
    code = "foreign_form"
    http_status = 403


class SignInFirst(WebError):
    code = "sign_in_first"
    http_status = 403


class NoKeysYet(WebError):
    code = "no_keys_yet"
    http_status = 403


class UnknownHost(WebError):
    """Parameters: host."""

    code = "unknown_host"
    http_status = 400


class KeyRequired(WebError):
    """Parameters: basic, whether a browser may ask its user for the key as a password."""

    code = "key_required"
    http_status = 401
    _problem = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """How to send a key (RFC 6750, RFC 7617)."""
        if self.parameters.get("basic"):
            return {"WWW-Authenticate": 'Basic realm="Tiaokuan", charset="UTF-8"'}
        return {"WWW-Authenticate": f'Bearer realm="Tiaokuan"{self._problem}'}


class UnknownKey(KeyRequired):
    """Parameters: basic."""

    code = "unknown_key"
    _problem = ', error="invalid_token"'


class WrongRole(WebError):
    """Parameters: name (of the key), role (that is needed)."""

    code = "wrong_role"
    http_status = 403


class TooManyRequests(WebError):
    """Parameters: seconds, to wait."""

    code = "too_many_requests"
    http_status = 429

    @property
    def headers(self) -> Mapping[str, str]:
        """When to ask again."""
        return {"Retry-After": str(self.parameters["seconds"])}


class TooLarge(WebError):
    code = "too_large"
    http_status = 413


class HeadersTooLarge(WebError):
    code = "headers_too_large"
    http_status = 431


class BadKeyName(WebError):
    """Parameters: name."""

    code = "bad_key_name"


class KeyNameTaken(WebError):
    """Parameters: name."""

    code = "key_name_taken"


class UnknownKeyName(WebError):
    """Parameters: name."""

    code = "unknown_key_name"


class KeysUnreadable(WebError):
    """Parameters: file, reason."""

    code = "keys_unreadable"
    http_status = 503


class BadFileName(WebError):
    """Parameters: name."""

    code = "bad_file_name"
    http_status = 400


class UnreadableKind(WebError):
    """Parameters: name, kinds."""

    code = "unreadable_kind"
    http_status = 415


class DocumentExists(WebError):
    """Parameters: name, document_id."""

    code = "document_exists"
    http_status = 409


class NotUploaded(WebError):
    """Parameters: document_id."""

    code = "not_uploaded"
    http_status = 409


class UnknownJob(WebError):
    """Parameters: job_id."""

    code = "unknown_job"
    http_status = 404


class IndexOfOtherPaths(WebError):
    """Parameters: file (one that would be lost), corpus."""

    code = "index_of_other_paths"
    http_status = 409
