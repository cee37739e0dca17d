"""What a fuzzer found: told apart by where it was raised, made small, and kept as a file that can be run again."""

from __future__ import annotations

import re
import traceback
from ast import literal_eval
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tests.fuzz.target import Target, TooSlow, Wrong

_ROOT = Path(__file__).resolve().parents[2]
_TRIES = 400
"""Runs that making one finding small may take."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that was not dealt with as it should be."""

    target: str
    value: Any
    where: str
    trace: str

    @property
    def key(self) -> str:
        """The same for findings of one fault: the kind of error and the line that raised it."""
        return blake2b(f"{self.target} {self.where}".encode(), digest_size=4).hexdigest()


def find(target: Target, value: Any) -> Finding | None:
    """None where all is well."""
    try:
        target.timed(value)
    except Exception as error:
        where = f"{type(error).__name__} at {_place(error)}"
        return Finding(target.name, value, where, "".join(traceback.format_exception(error))[-6000:])
    return None


def _place(error: Exception) -> str:
    """The last line of the program that was run, else of the check; of what is slow there is none."""
    if isinstance(error, TooSlow):
        return "any line"
    trace = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(_ROOT))]
    frame = next((f for f in reversed(trace) if not f.filename.startswith(str(_ROOT / "tests"))), trace[-1])
    frame = trace[-1] if isinstance(error, Wrong) else frame
    if frame.name == "ensure":
        frame = trace[-2]
    return f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"


def shrink(target: Target, finding: Finding) -> Finding:
    """The same fault with less: parts of texts and bytes are left out as long as it stays."""
    smallest, tries = finding, 0
    improved = True
    while improved and tries < _TRIES:
        improved = False
        for value in _smaller(smallest.value):
            tries += 1
            again = find(target, value)
            if again is not None and again.key == finding.key:
                smallest, improved = again, True
                break
            if tries >= _TRIES:
                break
    return smallest


def _smaller(value: Any) -> Iterator[Any]:
    """Values with something left out, the largest parts first."""
    if isinstance(value, (str, bytes)):
        part = (len(value) + 1) // 2
        while part:
            for at in range(0, len(value), part):
                yield value[:at] + value[at + part :]
            part //= 2
    elif isinstance(value, tuple):
        for i, each in enumerate(value):
            yield from ((*value[:i], less, *value[i + 1 :]) for less in _smaller(each))
    elif isinstance(value, dict):
        for name in value:
            yield {n: v for n, v in value.items() if n != name}
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from (replace(value, **{each.name: less}) for less in _smaller(getattr(value, each.name)))


def keep(finding: Finding, folder: Path) -> Path:
    """Write a finding down: its value as Python, and what was raised as comments."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{finding.target}-{finding.key}.py"
    comments = "".join(f"# {line}\n" for line in finding.trace.splitlines())
    file.write_text(f"{finding.value!r}\n{comments}", "utf-8", "backslashreplace")
    return file


def kept_value(file: Path, names: dict[str, Callable[..., Any]]) -> Any:
    """The value of a file that `keep` wrote. `names` are the classes that it may name."""
    text = "".join(line for line in file.read_text("utf-8").splitlines(keepends=True) if not line.startswith("# "))
    try:
        return literal_eval(text)
    except ValueError:  # a Request, a Mode
        code = re.sub(r"<(Mode\.\w+): '\w+'>", r"\1", text)
        return eval(code, {"__builtins__": {}}, names)  # noqa: S307 - what this program wrote
