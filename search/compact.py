"""Values that go from one process to another, as those of every search's answer do."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def compact(cls: Class) -> Class:
    """For a dataclass with at least two fields: pickled as a call with their values, which takes half of the time that one
    with slots takes by itself."""
    values = attrgetter(*(field.name for field in fields(cls)))

    def reduced(self: Any) -> tuple[Class, tuple[Any, ...]]:
        return cls, values(self)

    cls.__reduce__ = reduced  # type: ignore[method-assign, assignment]
    return cls
