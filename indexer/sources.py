"""The files to read: what was named on the command line, folders with all that is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from search.errors import BadFolder


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. `name` is its place below the folder that was named, with `/`; it gives the document its id."""

    path: Path
    name: str
    folder: Path | None = None
    """The folder that was named, where one was."""

    @property
    def leads_out(self) -> bool:
        """Whether it is a link to something that does not stand in the folder that was named."""
        if self.folder is None or not self.path.is_symlink():
            return False
        try:
            return not self.path.resolve().is_relative_to(self.folder)
        except (OSError, RuntimeError):
            return False  # a link to itself: there is no such file

    @property
    def document_id(self) -> str:
        """Short, the same in every run, and fit for an address and an anchor."""
        return "d" + sha256(self.name.encode("utf-8", "surrogateescape")).hexdigest()[:10]


def digest_of(source: Source) -> str:
    """The SHA-256 of a file's bytes; empty where they cannot be read."""
    try:
        with source.path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def find_sources(paths: Sequence[Path]) -> list[Source]:
    """All files below `paths`, in order of name; hidden ones and README files are none. Raises BadFolder.

    Links to folders are not followed; links to files are (`leads_out` says when not to)."""
    sources: dict[str, Source] = {}
    for path in paths:
        for source in _below(path):
            known = sources.get(source.name)
            clash = known is not None and known.path != source.path  # two folders with a file of one name
            name = source.path.as_posix() if clash else source.name
            sources[name] = Source(source.path, name, source.folder)
    return sorted(sources.values(), key=lambda source: source.name)


def _below(path: Path) -> Iterator[Source]:
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise BadFolder(folder=path, reason=getattr(error, "strerror", None) or "link loop") from error
    if resolved.is_file():
        yield Source(resolved, resolved.name)
        return
    for folder, folders, files in os.walk(resolved):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if _is_document(file):
                yield Source(file, file.relative_to(resolved).as_posix(), resolved)


def _is_document(file: Path) -> bool:
    """Files of unknown kinds are documents too: the report names them, with the reason why they were not read."""
    return not (file.name.startswith((".", "~$")) or file.stem.upper().startswith("README"))
