"""How the engines write their own files: a file is replaced in one step, names are packed into one array."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray


def packed(names: Sequence[str]) -> NDArray[np.uint8]:
    """Names without line breaks as one array of bytes."""
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def unpacked(names: NDArray[np.uint8]) -> tuple[str, ...]:
    """What was packed; no name was empty."""
    return tuple(names.tobytes().decode().split("\n")) if len(names) else ()


class Names(Sequence[str]):
    """What was packed, still as bytes: a fifth of the memory that as many strings take, and there at once."""

    def __init__(self, names: NDArray[np.uint8]) -> None:
        self._bytes = names.tobytes()
        breaks = np.flatnonzero(names == ord("\n"))
        self._ends = np.append(breaks, len(names)) if len(names) else breaks

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        return iter(self._bytes.decode().split("\n") if self._bytes else ())

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(len(self))[place]]
        place = range(len(self))[place]  # raises IndexError, and counts from the end
        first = int(self._ends[place - 1]) + 1 if place else 0
        return self._bytes[first : int(self._ends[place])].decode()


def shared(names: Sequence[str]) -> tuple[str, ...]:
    """The same names, equal ones as one string."""
    known: dict[str, str] = {}
    return tuple(known.setdefault(name, name) for name in names)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; what was written is on the disk before it takes the place of `path`."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
