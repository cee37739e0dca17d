"""Every regular expression of the packages, and texts made to keep each of them busy: what its own parts match, again and
again, and then a character that spoils it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._constants as sre
import re._parser as parser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("search", "indexer", "web")
_METHODS = frozenset({"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
_MISSES = ("\uffff", "A", "。")
_PREFIXES = 6
_MOST = 12
"""Parts of one kind that are repeated for one expression."""


@dataclass(frozen=True, slots=True)
class Found:
    """An expression, and where in the packages it is."""

    pattern: re.Pattern[str]
    where: str
    methods: tuple[str, ...]
    """How it is used: `match`, `fullmatch`, and `search` for all that look for it everywhere."""


def modules() -> Iterator[ModuleType]:
    """Every module of the packages."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for each in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield importlib.import_module(each.name)


@cache
def all_patterns() -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The expressions of text, each once; and the places of those that are put together when they are used."""
    found: dict[str, Found] = {}
    unknown: list[str] = []
    uses = _uses()
    for module in modules():
        for pattern, where in (*_globals(module), *_calls(module, unknown)):
            if isinstance(pattern.pattern, str):
                found.setdefault(f"{pattern.flags} {pattern.pattern}", Found(pattern, where, _methods(uses, where)))
    return tuple(found.values()), tuple(unknown)


def _uses() -> dict[str, set[str]]:
    """What is called on which name, as in `_LINE.match(…)`."""
    uses: dict[str, set[str]] = {}
    for module in modules():
        for node in ast.walk(ast.parse(_source(module))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _METHODS:
                uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


def _methods(uses: Mapping[str, set[str]], where: str) -> tuple[str, ...]:
    """`search` where nothing is known: it takes in the others."""
    anchored = {"match", "fullmatch"}
    used = uses.get(where.rpartition(".")[2], set())
    return tuple(sorted(used)) if used and used <= anchored else ("search",)


def _globals(module: ModuleType) -> Iterator[tuple[re.Pattern[Any], str]]:
    """What a module and its classes hold, also in tuples and mappings."""
    for name, value in vars(module).items():
        inside = vars(value).values() if isinstance(value, type) and value.__module__ == module.__name__ else (value,)
        for each in inside:
            for pattern in _within(each, 3):
                yield pattern, f"{module.__name__}.{name}"


def _within(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from _within(each, depth - 1)
    elif depth and isinstance(value, Mapping):
        for each in (*value.keys(), *value.values()):
            yield from _within(each, depth - 1)


def _calls(module: ModuleType, unknown: list[str]) -> Iterator[tuple[re.Pattern[Any], str]]:
    """What stands in calls such as `re.sub(…)`; whatever it names is looked up in the module."""
    for node in ast.walk(ast.parse(_source(module))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args):
            continue
        where = f"{module.__name__}:{node.lineno}"
        try:
            code = compile(ast.Expression(node.args[0]), where, "eval")
            pattern = eval(code, vars(module))  # noqa: S307 - our own source
            yield (re.compile(pattern) if isinstance(pattern, (str, bytes)) else pattern), where
        except (NameError, AttributeError):
            unknown.append(f"{module.__name__}: {ast.unparse(node.args[0])}")


def _source(module: ModuleType) -> str:
    return Path(module.__file__).read_text("utf-8") if module.__file__ else ""


class Texts:
    """Texts of about `length` characters against one expression."""

    def __init__(self, pattern: re.Pattern[str], length: int) -> None:
        self._length = length
        self._parts: list[str] = []
        self._singles: dict[str, None] = {}
        self._before: dict[str, None] = {}
        self._tree = parser.parse(pattern.pattern, pattern.flags)
        self._whole = self._sample(self._tree)

    def __iter__(self) -> Iterator[str]:
        """Each once."""
        seen: dict[str, None] = {}
        parts = [*dict.fromkeys(self._parts)][:_MOST]
        singles = [*self._singles][:_MOST]
        for part in (*parts, *singles, self._whole, self._whole[:-1]):
            if part:
                seen[self._many(part)] = None
        for before in [*self._before][:_PREFIXES]:
            for part in (*parts, *singles, "".join(parts)):
                if part:
                    seen[before + self._many(part)] = None
        for left, right in pairwise(singles):
            seen[self._many(left + right)] = None
        if parts:
            seen[self._many("".join(parts))] = None
        for number, text in enumerate(seen):
            yield text
            yield text + _MISSES[number % len(_MISSES)]

    def _many(self, part: str) -> str:
        return part * (self._length // len(part) + 1)

    def _sample(self, tree: Any, before: str = "") -> str:
        """A text that a part of the expression matches, behind what stands before it: roughly, for what it looks for
        around itself does not count."""
        text = ""
        for kind, argument in tree:
            text += self._of(kind, argument, before + text)
        return text

    def _of(self, kind: Any, argument: Any, before: str) -> str:  # noqa: PLR0911 one line for each kind
        if kind is sre.LITERAL:
            return self._single(chr(argument))
        if kind is sre.NOT_LITERAL:
            return self._single("国" if chr(argument) != "国" else "家")
        if kind is sre.ANY:
            return self._single("国")
        if kind is sre.IN:
            return self._one_of(argument)
        if kind is sre.BRANCH:
            return [self._sample(branch, before) for branch in argument[1]][-1]
        if kind is sre.SUBPATTERN:
            return self._sample(argument[-1], before)
        if kind in {sre.ASSERT, sre.ASSERT_NOT}:
            self._sample(argument[1], before)
            return ""
        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            low, high, inside = argument
            part = self._sample(inside, before)
            if high is sre.MAXREPEAT or int(high) > 1:
                self._parts.append(part)
                self._before |= {before: None} if before else {}
            return part * max(int(low), 1)
        if kind is sre.ATOMIC_GROUP:
            return self._sample(argument, before)
        return ""

    def _one_of(self, items: Any) -> str:
        """A character of a set; all kinds of them are noted."""
        negated = items[0][0] is sre.NEGATE
        sample = "国"
        for kind, argument in items:
            if kind is sre.LITERAL:
                sample = self._single(chr(argument))
            elif kind is sre.RANGE:
                sample = self._single(chr(argument[0]))
            elif kind is sre.CATEGORY:
                sample = self._single(_CATEGORIES.get(argument, "国"))
        return self._single("国") if negated else sample

    def _single(self, character: str) -> str:
        self._singles[character] = None
        return character


_CATEGORIES = {sre.CATEGORY_DIGIT: "8", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "国", sre.CATEGORY_NOT_SPACE: "国"}
