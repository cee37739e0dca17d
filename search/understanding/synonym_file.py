"""The user's own file of synonyms, changed line by line: what stands in it stays as it is, comments included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from search.errors import BadSynonym
from search.generation import write_durably
from search.understanding.synonyms import read_synonyms

FILE = "synonyms.txt"
LONGEST = 200
"""Characters of a line."""
MOST_BYTES = 1_000_000
_NOT_IN_A_SIDE = "=>＝＞⇒→#"


class SynonymFile:
    """`synonyms.txt` of one `TIAOKUAN_HOME`. Other processes and people may change it, too."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    def lines(self) -> list[str]:
        """The entries as they are written, without blank lines and comments. Raises OSError, UnicodeDecodeError."""
        return [line.strip() for line in self._text().splitlines() if line.split("#")[0].strip()]

    def add(self, typed: str, meant: str, *, both_ways: bool = False) -> str:
        """Append an entry and return its line; one that is there is not written twice. Raises BadSynonym."""
        line = _line(typed, meant, both_ways=both_ways)

        def appended(text: str) -> str:
            if line in map(str.strip, text.splitlines()):
                return text
            if len(text.encode()) > MOST_BYTES:
                raise BadSynonym(line=line)
            return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"

        self._change(appended)
        return line

    def remove(self, line: str) -> bool:
        """Take an entry's line out; whether it was there."""
        before = self._text()
        wanted = line.strip()
        self._change(lambda text: "".join(each for each in text.splitlines(keepends=True) if each.strip() != wanted))
        return self._text() != before

    def _text(self) -> str:
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return ""

    def _change(self, change: Callable[[str], str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name("synonyms.lock")):
            before = self._text()
            after = change(before)
            if after != before:
                write_durably(self.path, after)


def _line(typed: str, meant: str, *, both_ways: bool) -> str:
    """An entry's line, which reads back as what was given. Raises BadSynonym."""
    left, right = (" ".join(side.split()) for side in (typed, meant))
    line = f"{left} {'=' if both_ways else '=>'} {right}"
    hostile = any(c in _NOT_IN_A_SIDE or not c.isprintable() for c in left + right)
    if hostile or not left or not right or len(line) > LONGEST or not line.isprintable():
        raise BadSynonym(line=line[:LONGEST])
    read = read_synonyms(line)
    if read.unread or not read.entries:
        raise BadSynonym(line=line)
    return line
