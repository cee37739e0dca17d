"""How the engines write their own files: a file is replaced in one step, names are packed into one array."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def packed(names: Sequence[str]) -> NDArray[np.uint8]:
    """Names without line breaks as one array of bytes."""
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def unpacked(names: NDArray[np.uint8]) -> tuple[str, ...]:
    """What was packed; no name was empty."""
    return tuple(names.tobytes().decode().split("\n")) if len(names) else ()


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
