"""What an index needs around it: libraries, the model, space on the disk; and what others left there."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock, Timeout

from search.doctor.findings import Finding
from search.embedding import bundled
from search.embedding.checked_folder import is_intact
from search.embedding.identity import model_folder
from search.engines.advice import better_engine
from search.errors import ModelUnavailable
from search.generation import UNFINISHED, Generation
from search.settings import BUNDLED_MODEL, Settings

_NAMED = ("whoosh", "faiss-cpu", "jieba", "opencc", "numpy", "sentence-transformers", "torch")
_LEAST_SPACE = 200 * 1024 * 1024
_PINNED = re.compile(r"^([\w.-]+)==([\w.]+)")


def check_versions() -> Finding:
    """The libraries that read and wrote the index are there, and are those that are asked for."""
    found = {name: _version(name) for name in _NAMED}
    if missing := [name for name, number in found.items() if number is None]:
        return Finding.problem("library_missing", names="、".join(missing))
    pinned = {m[1]: m[2] for line in _required() if (m := _PINNED.match(line))}
    if other := [name for name, wanted in pinned.items() if _version(name) not in (None, wanted)]:
        return Finding.warning("library_differs", names="、".join(f"{n} {_version(n)} ≠ {pinned[n]}" for n in other))
    named = "、".join(f"{name} {number}" for name, number in found.items())
    return Finding.ok("versions", python=platform.python_version(), named=named)


def _version(name: str) -> str | None:
    with suppress(PackageNotFoundError):
        return version(name)
    return None


def _required() -> list[str]:
    with suppress(PackageNotFoundError):
        return requires("tiaokuan") or []
    return []


def check_model(settings: Settings) -> Finding:
    """Whether the model's files are there. Loads nothing."""
    try:
        if settings.model == BUNDLED_MODEL:
            ready = is_intact(settings.cache / "models" / bundled.folder_name())
            if not ready and find_spec(bundled.PACKAGE) is None:
                raise ModelUnavailable(model=BUNDLED_MODEL, reason=f"the package {bundled.PACKAGE} is not installed")
            return Finding.ok("model" if ready else "model_to_convert", model=settings.model)
        folder = model_folder(settings.model)
    except ModelUnavailable as error:
        return Finding.of(error)
    return Finding.ok("model" if folder else "model_from_hub", model=settings.model)


def check_rung(generation: Generation) -> Finding:
    """Whether the engine suits the number of clauses."""
    engine, clauses = generation.manifest.engine, generation.manifest.counts["clauses"]
    if better := better_engine(engine, clauses):
        return Finding.warning("engine_outgrown", engine=engine, clauses=clauses, better=better)
    return Finding.ok("engine", engine=engine, clauses=clauses)


def check_disk(home: Path) -> Finding:
    """Whether there is room for the next generation beside those that are there."""
    place = next(folder for folder in (home.resolve(), *home.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    needed = max(_LEAST_SPACE, 2 * _largest(home / "generations"))
    sizes = {"free": _megabytes(free), "needed": _megabytes(needed)}
    return Finding.ok("disk", **sizes) if free >= needed else Finding.warning("disk_low", **sizes)


def _largest(generations: Path) -> int:
    with suppress(OSError):
        return max((_size(folder) for folder in generations.iterdir() if folder.is_dir()), default=0)
    return 0


def _size(place: Path) -> int:
    total = 0
    with suppress(OSError):
        for path in [place, *place.rglob("*")]:
            with suppress(OSError):  # gone meanwhile
                total += path.stat().st_size
    return total


def check_writer(home: Path) -> Finding:
    """Whether somebody writes, and whether one died while writing."""
    lock, holder = home / "writer.lock", home / "writer.txt"
    if lock.exists() and _is_locked(lock):
        return Finding.ok("writing", holder=_read(holder))
    if holder.exists():
        return Finding.warning("writer_died", holder=_read(holder))
    return Finding.ok("no_writer")


def _is_locked(file: Path) -> bool:
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # a home that may only be read: nobody writes here either
        return False
    lock.release()
    return False


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "?"


def check_leftovers(home: Path) -> Iterator[Finding]:
    """What broken-off runs left. Nothing is said of it while somebody writes: it may be theirs."""
    if (home / "writer.lock").exists() and _is_locked(home / "writer.lock"):
        return
    folders = [path for pattern in ("*.new", "*.gone") for path in (home / "generations").glob(pattern)]
    if folders:
        names = "、".join(sorted(path.name for path in folders))
        yield Finding.warning("leftovers", names=names, size=_megabytes(sum(map(_size, folders))))
    if (home / UNFINISHED).is_dir():
        yield Finding.warning("unfinished", size=_megabytes(_size(home / UNFINISHED)))


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:,.0f} MB"
