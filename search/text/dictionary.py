"""jieba with the project's dictionary: the only file that imports jieba.

jieba keeps its prepared dictionary as a marshal file in the common temporary folder, where any user may have put it.
Here it is a file of plain numbers and text (as fast to load), in a private folder, named by the hash of what it was
made from, and put in place in one step, so that processes which start together do not disturb each other.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import warnings
from array import array
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.text.lattice import Trie

_MAGIC = b"TKDICT1\n"


def _import_jieba() -> Any:
    with warnings.catch_warnings():  # pkg_resources, and escapes that newer Pythons warn of
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.CRITICAL)
    return jieba


class Segmenter:
    """Cuts text into the likeliest words. Unknown words are not guessed (no HMM): guessing glues neighbours together
    in one sentence and not in the next, and what was glued is not found."""

    def __init__(self, project_words: bytes, folder: Path) -> None:
        """`project_words`: lines of "word frequency tag"; `folder` keeps the prepared dictionary (made if missing)."""
        jieba = _import_jieba()
        source = (Path(jieba.__file__).with_name("dict.txt")).read_bytes() + b"\n" + project_words
        name = sha256(_MAGIC + sys.byteorder.encode() + source).hexdigest()[:32]
        self._tokenizer = jieba.Tokenizer()
        frequencies = _read(folder / name)
        if frequencies is None:
            frequencies = _prepare(jieba, source)
            _write(folder / name, frequencies)
        self._frequencies = frequencies
        self._tokenizer.FREQ, self._tokenizer.total = frequencies, sum(frequencies.values())
        self._tokenizer.initialized = True

    def cut(self, text: str) -> Iterator[str]:
        """The words of a text, in order and without gaps."""
        words: Iterator[str] = self._tokenizer.cut(text, HMM=False)
        return words

    def known(self, word: str) -> bool:
        """Whether the dictionary has a word."""
        return bool(self._frequencies.get(word))

    def trie(self) -> Trie:
        """The dictionary in the form in which many texts are cut at once; made anew by each call (0.3 s)."""
        from search.text.lattice import Trie

        return Trie(self._frequencies)


def _prepare(jieba: Any, source: bytes) -> dict[str, int]:
    """Word → frequency, and 0 for what only begins words, as jieba wants it."""
    lines = b"\n".join(line for line in source.splitlines() if line.strip())
    stream = BytesIO(lines)
    stream.name = "dictionary"  # jieba names it in its errors
    frequencies: dict[str, int] = jieba.Tokenizer.gen_pfdict(stream)[0]
    return frequencies


def _read(path: Path) -> dict[str, int] | None:
    """None when it is not there or not whole."""
    with contextlib.suppress(OSError, ValueError):
        data = path.read_bytes()
        head = len(_MAGIC) + 8
        end = head + 4 * int.from_bytes(data[len(_MAGIC) : head], "little")
        numbers = array("I", data[head:end])
        words = data[end:].decode().split("\n")
        if data.startswith(_MAGIC) and len(words) == len(numbers):
            return dict(zip(words, numbers, strict=True))
    return None


def _write(path: Path, frequencies: dict[str, int]) -> None:
    """A cache that cannot be written costs a second at each start, and nothing else."""
    count = len(frequencies).to_bytes(8, "little")
    content = _MAGIC + count + array("I", frequencies.values()).tobytes() + "\n".join(frequencies).encode()
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
