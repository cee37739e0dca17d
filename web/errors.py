"""What can go wrong at the front doors only. The tree that all rooms share is in search.errors.

TiaokuanError
├── BadUsage            exit 2     the command line is not as it should be: parameters `problem` and what it names
├── BadSettings         exit 2     tiaokuan.toml or a TIAOKUAN_… variable cannot be used
├── PortTaken           exit 2     another program listens on the port
├── CannotListen        exit 2     any other reason why the server cannot listen
├── FileTrouble         exit 2     the operating system refused a file
└── MethodNotAllowed    HTTP 405
"""

from __future__ import annotations

from search.errors import TiaokuanError
from search.i18n import load_catalogue


class WebError(TiaokuanError):
    """Base of the front doors' own errors: the same shape, with texts from the front doors' catalogue."""

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
