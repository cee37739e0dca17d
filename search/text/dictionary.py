"""jieba with the project's dictionary: the only file that imports jieba.

jieba keeps its prepared dictionary as a marshal file in the common temporary folder, where any user may have put it.
Here it is a file of plain numbers and text, in a private folder, named by the hash of what it was made from, and put in
place in one step, so that processes which start together do not disturb each other.

Half a million words take a fifth of a second and 70 MB to become a mapping. A query asks for those that begin with one of its
characters, so the words of a character are unpacked when it is first met.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import warnings
from array import array
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from zlib import crc32

if TYPE_CHECKING:
    from search.text.lattice import Trie

_MAGIC = b"TKDICT2\n"
_HEAD = Struct("<8sIQII")
"""_MAGIC; CRC-32 of all behind the head; the sum of all frequencies; the words, and the characters that they begin with."""
_NUMBER = array("I").itemsize


def _import_jieba() -> Any:
    with warnings.catch_warnings():  # pkg_resources, and escapes that newer Pythons warn of
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.CRITICAL)
    return jieba


class Segmenter:
    """Cuts text into the likeliest words. Unknown words are not guessed (no HMM): guessing glues neighbours together
    in one sentence and not in the next, and what was glued is not found. Safe for many threads."""

    def __init__(self, project_words: bytes, folder: Path) -> None:
        """`project_words`: lines of "word frequency tag"; `folder` keeps the prepared dictionary (made if missing)."""
        jieba = _import_jieba()
        source = Path(jieba.__file__).with_name("dict.txt").read_bytes() + b"\n" + project_words
        path = folder / sha256(_MAGIC + sys.byteorder.encode() + source).hexdigest()[:32]
        packed = _Packed.read(path)
        if packed is None:
            packed = _Packed.of(_prepare(jieba, source))
            _write(path, packed.data)
        self._packed = packed
        self._unpacked: set[str] = set()
        self._lock = Lock()
        self._tokenizer = jieba.Tokenizer()
        self._frequencies: dict[str, int] = {}
        self._tokenizer.FREQ, self._tokenizer.total = self._frequencies, packed.total
        self._tokenizer.initialized = True

    def cut(self, text: str) -> Iterator[str]:
        """The words of a text, in order and without gaps."""
        self._unpack(text)
        words: Iterator[str] = self._tokenizer.cut(text, HMM=False)
        return words

    def known(self, word: str) -> bool:
        """Whether the dictionary has a word."""
        self._unpack(word[:1])
        return bool(self._frequencies.get(word))

    def trie(self) -> Trie:
        """The dictionary in the form in which many texts are cut at once; made anew by each call (0.5 s)."""
        from search.text.lattice import Trie

        return Trie(self._packed.frequencies())

    def unpack(self) -> None:
        """Have all words at hand, a character's at a time: no text that comes later then adds to them."""
        for character in self._packed.characters():
            self._unpack(character)

    def _unpack(self, characters: str) -> None:
        """Put the words that begin with one of these where jieba looks for them; it looks for no others."""
        if self._unpacked.issuperset(characters):
            return
        with self._lock:
            new = set(characters) - self._unpacked
            for character in new:
                self._frequencies.update(self._packed.beginning(character))
            self._unpacked |= new  # only now: nobody else may take them for unpacked before


class _Packed:
    """Words, ordered by their first characters, and their frequencies, as bytes:

    _HEAD, a frequency for each word, the first word of each character, the first byte of these, the characters, a line
    break, the words, one a line. Bytes are counted from where the words begin."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError where the bytes are not whole."""
        if len(data) < _HEAD.size:
            raise ValueError("no head")
        magic, checksum, self.total, words, characters = _HEAD.unpack_from(data)
        if magic != _MAGIC or checksum != crc32(memoryview(data)[_HEAD.size :]):
            raise ValueError("not whole")
        self.data = data
        places = [
            _HEAD.size + _NUMBER * count for count in (0, words, words + characters + 1, words + 2 * characters + 2)
        ]
        self._numbers, firsts, bytes_ = (array("I", data[a:b]) for a, b in pairwise(places))
        self._text = data.index(b"\n", places[-1]) + 1
        spelled = data[places[-1] : self._text - 1].decode()
        self._of = {c: (*firsts[i : i + 2], *bytes_[i : i + 2]) for i, c in enumerate(spelled)}

    @classmethod
    def of(cls, frequencies: dict[str, int]) -> Self:
        """From word → frequency."""
        ordered = sorted(frequencies)
        firsts = [i for i, word in enumerate(ordered) if not i or word[0] != ordered[i - 1][0]]
        lines = [f"{word}\n".encode() for word in ordered]
        bytes_, at = [], 0
        for first, last in zip(firsts, [*firsts[1:], len(ordered)], strict=True):
            bytes_.append(at)
            at += sum(map(len, lines[first:last]))
        numbers = array("I", [frequencies[word] for word in ordered])
        numbers.extend([*firsts, len(ordered), *bytes_, at])
        characters = "".join(ordered[first][0] for first in firsts)
        body = numbers.tobytes() + f"{characters}\n".encode() + b"".join(lines)
        head = _HEAD.pack(_MAGIC, crc32(body), sum(frequencies.values()), len(ordered), len(firsts))
        return cls(head + body)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None when it is not there or not whole."""
        with contextlib.suppress(OSError, ValueError):
            return cls(path.read_bytes())
        return None

    def characters(self) -> Iterable[str]:
        """Those that words begin with."""
        return self._of.keys()

    def beginning(self, character: str) -> dict[str, int]:
        """The words that begin with a character, with their frequencies."""
        first, last, start, end = self._of.get(character, (0, 0, 0, 0))
        words = self.data[self._text + start : self._text + end].decode().split("\n")[:-1]
        return dict(zip(words, self._numbers[first:last], strict=True))

    def frequencies(self) -> dict[str, int]:
        """All words."""
        words = self.data[self._text :].decode().split("\n")[:-1]
        return dict(zip(words, self._numbers, strict=True))


def _prepare(jieba: Any, source: bytes) -> dict[str, int]:
    """Word → frequency, and 0 for what only begins words, as jieba wants it."""
    lines = b"\n".join(line for line in source.splitlines() if line.strip())
    stream = BytesIO(lines)
    stream.name = "dictionary"  # jieba names it in its errors
    frequencies: dict[str, int] = jieba.Tokenizer.gen_pfdict(stream)[0]
    return frequencies


def _write(path: Path, content: bytes) -> None:
    """A cache that cannot be written costs a second at each start, and nothing else."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
