"""Why a file was not read."""

from __future__ import annotations


class Unreadable(Exception):
    """`reason` is a key of the report's texts (`reason.…` in indexer/locale)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
