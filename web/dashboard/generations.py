"""The generations that are kept: which is live, what each holds, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from search.errors import IndexDamaged, TiaokuanError
from search.generation import Generation, current_name, generation_names, read_generation


@dataclass(frozen=True, slots=True)
class Changes:
    """Files of one generation that the one before it did not have, had with other bytes, or had and this one has not."""

    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation on the disk. `problem` says why it cannot be gone back to; then nothing else is known of it."""

    name: str
    live: bool
    created: datetime | None = None
    megabytes: float = 0.0
    documents: int = 0
    clauses: int = 0
    engine: str = ""
    model: str = ""
    changes: Changes | None = None
    """None for the oldest, and where the one before cannot be read."""
    problem: TiaokuanError | None = None

    def days(self, now: datetime) -> int:
        """How old it is."""
        return max(0, (now - self.created).days) if self.created else 0


def kept_generations(home: Path) -> list[Kept]:
    """All of them, the newest first."""
    live = _live(home)
    read: list[tuple[str, Generation | TiaokuanError]] = []
    for name in generation_names(home):
        try:
            read.append((name, read_generation(home / "generations" / name, name)))
        except TiaokuanError as error:
            read.append((name, error))
    rows = [_kept(found, None, name, live) for name, found in read[:1]]
    rows += [_kept(found, before, name, live) for (_, before), (name, found) in pairwise(read)]
    return rows[::-1]


def _live(home: Path) -> str | None:
    try:
        return current_name(home)
    except IndexDamaged:
        return None


def _kept(
    found: Generation | TiaokuanError, before: Generation | TiaokuanError | None, name: str, live: str | None
) -> Kept:
    if isinstance(found, TiaokuanError):
        return Kept(name, name == live, problem=found)
    manifest = found.manifest
    made = datetime.fromisoformat(manifest.created)
    earlier = before.manifest.sources if isinstance(before, Generation) else None
    return Kept(
        name,
        name == live,
        made if made.tzinfo else made.replace(tzinfo=UTC),
        sum(int(str(facts["size"])) for facts in manifest.files.values()) / 1024 / 1024,
        manifest.counts.get("documents", 0),
        manifest.counts.get("clauses", 0),
        manifest.engine,
        str(manifest.embedder.get("model", "")),
        None if earlier is None else _changes(earlier, manifest.sources),
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    both = before.keys() & after.keys()
    return Changes(
        sorted(after.keys() - before.keys()),
        sorted(file for file in both if before[file] != after[file]),
        sorted(before.keys() - after.keys()),
    )
