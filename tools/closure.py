"""The distributions that Tiaokuan needs when it runs: those of pyproject.toml, and what they need, as installed here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
DEVELOPERS = ("dev", "fuzz")
"""The extras of who works on Tiaokuan; users install the others."""


def direct() -> list[Requirement]:
    """What pyproject.toml asks for, the extras of users included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = [lines for extra, lines in project["optional-dependencies"].items() if extra not in DEVELOPERS]
    return [Requirement(line) for lines in (project["dependencies"], *optional) for line in lines]


def installed(wanted: Iterable[Requirement]) -> dict[str, Distribution]:
    """Canonical name → distribution, of these requirements and all below them. What is not installed is left out: an
    extra that nobody wanted, or what another system needs."""
    found: dict[str, Distribution] = {}
    todo = [(requirement, set(requirement.extras)) for requirement in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement, extras = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(extras)) in seen:
            continue
        seen.add((name, frozenset(extras)))
        try:
            found[name] = distribution(requirement.name)
        except PackageNotFoundError:
            continue
        below = [Requirement(line) for line in found[name].requires or ()]
        todo += [(each, set(each.extras)) for each in below if _applies(each, extras)]
    return dict(sorted(found.items()))


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))
