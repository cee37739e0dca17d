"""The documents that were taken out by hand (`tiaokuan remove`). Their files may still stand in the folders that are
indexed, so the list is kept beside the index, HOME/removed.json, and indexing leaves them out until they are restored."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from indexer.sources import Source
from search.errors import BadFolder
from search.generation import write_durably

FILE = "removed.json"


class Removed:
    """The list of one `TIAOKUAN_HOME`. Several processes may change it at a time, also while an index is written."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def files(self) -> dict[str, str]:
        """Document id → file. Raises BadFolder where the list is damaged: guessing would bring back what was removed."""
        try:
            raw = json.loads(self._path.read_text("utf-8"))
            return {str(each["document_id"]): str(each["file"]) for each in raw["removed"]}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadFolder(folder=self._path, reason=" ".join(str(error).split())) from error

    def add(self, documents: Iterable[tuple[str, str]]) -> None:
        """Put documents on the list: (id, file) of each."""
        today = date.today().isoformat()
        with self._changing():
            known = self._entries()
            known |= {i: {"document_id": i, "file": file, "on": today} for i, file in documents}
            self._write(known)

    def forget(self, document_ids: Collection[str] | None = None) -> list[str]:
        """Take documents off the list, all where none are named; the ids of those that were on it."""
        if not self._path.exists():
            return []
        with self._changing():
            known = self._entries()
            gone = [i for i in known if document_ids is None or i in document_ids]
            if gone:
                self._write({i: entry for i, entry in known.items() if i not in gone})
        return gone

    def without(self, sources: Sequence[Source]) -> list[Source]:
        """The files that are not on the list."""
        removed = self.files()
        return [source for source in sources if source.document_id not in removed]

    def _entries(self) -> dict[str, dict[str, str]]:
        if not self.files():
            return {}
        return {each["document_id"]: each for each in json.loads(self._path.read_text("utf-8"))["removed"]}

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone with the list, for the moment that a change takes: an index may be under way for hours."""
        from filelock import FileLock

        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_name(FILE + ".lock")):
            yield

    def _write(self, entries: dict[str, dict[str, str]]) -> None:
        if entries:
            text = json.dumps({"removed": list(entries.values())}, ensure_ascii=False, indent=1)
            write_durably(self._path, text + "\n")
        else:
            self._path.unlink(missing_ok=True)
