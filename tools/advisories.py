"""Known weaknesses from a folder or zip file of advisories in the OSV format, with no network: OSV's export for PyPI
(`all.zip`, JSON), or a checkout of PyPA's advisory-database (YAML, where PyYAML is installed).

The format: https://ossf.github.io/osv-schema/. A version is affected if it is listed, or lies in a range of type ECOSYSTEM.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_ENDINGS = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Weakness:
    """One advisory that a pinned version falls under."""

    name: str
    version: str
    advisory: str
    aliases: tuple[str, ...]
    summary: str
    fixed: tuple[str, ...]


class NoAdvisories(Exception):
    """The place holds none that can be read; its text is one line that says why."""


def weaknesses(place: Path, pinned: Mapping[str, str]) -> tuple[list[Weakness], int]:
    """What the advisories say of these versions (canonical name → version), and how many advisories on PyPI's packages
    were read. Raises NoAdvisories."""
    found: list[Weakness] = []
    read = 0
    for advisory in _advisories(place):
        concerned = [each for each in advisory.get("affected", ()) if _is_of_pypi(each)]
        read += bool(concerned)
        if "withdrawn" not in advisory:
            found += _of(advisory, concerned, pinned)
    if not read:
        raise NoAdvisories(f"{place}: no advisory on a package of PyPI in the OSV format is there")
    return sorted(found, key=lambda each: (each.name, each.advisory)), read


def _of(advisory: Any, concerned: Iterable[Any], pinned: Mapping[str, str]) -> Iterator[Weakness]:
    for each in concerned:
        name = canonicalize_name(each["package"]["name"])
        version = pinned.get(name)
        if version is not None and _is_affected(version, each):
            text = advisory.get("summary") or advisory.get("details") or ""
            yield Weakness(
                name,
                version,
                str(advisory.get("id", "?")),
                tuple(advisory.get("aliases", ())),
                " ".join(str(text).split())[:120],
                tuple(e["fixed"] for r in _ranges(each) for e in r.get("events", ()) if "fixed" in e),
            )


def _is_of_pypi(affected: Any) -> bool:
    package = affected.get("package", {})
    return package.get("ecosystem") == "PyPI" and bool(package.get("name"))


def _ranges(affected: Any) -> list[Any]:
    return [each for each in affected.get("ranges", ()) if each.get("type") == "ECOSYSTEM"]


def _is_affected(version: str, affected: Any) -> bool:
    ours = Version(version)
    listed = {_version(each) for each in affected.get("versions", ())}
    return ours in listed or any(_is_within(ours, each.get("events", ())) for each in _ranges(affected))


def _is_within(ours: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """The events in the order of their versions: each that is not later than ours opens or closes the range."""
    known: list[tuple[Version, str]] = []
    for event in events:
        kind, text = next(iter(event.items()))
        at = Version("0.dev0") if text == "0" else _version(text)
        if at is not None:
            known.append((at, kind))
    inside = False
    for at, kind in sorted(known, key=lambda each: each[0]):
        if kind == "introduced" and at <= ours:
            inside = True
        elif (kind == "fixed" and at <= ours) or (kind == "last_affected" and at < ours):
            inside = False
    return inside


def _version(text: str) -> Version | None:
    with suppress(InvalidVersion):
        return Version(text)
    return None


def _advisories(place: Path) -> Iterator[Any]:
    try:
        if place.is_dir():
            files = (path for path in sorted(place.rglob("*")) if path.suffix in _ENDINGS)
            yield from filter(_is_advisory, (_parsed(path.name, path.read_bytes()) for path in files))
        else:
            with zipfile.ZipFile(place) as packed:
                names = (name for name in packed.namelist() if name.endswith(_ENDINGS))
                yield from filter(_is_advisory, (_parsed(name, packed.read(name)) for name in names))
    except (OSError, zipfile.BadZipFile) as problem:
        raise NoAdvisories(f"{place}: {problem}") from problem


def _is_advisory(read: Any) -> bool:
    return isinstance(read, dict) and isinstance(read.get("affected"), list)


def _parsed(name: str, data: bytes) -> Any:
    """None for what is no advisory: such folders also hold settings and notes."""
    if name.endswith(".json"):
        try:
            return json.loads(data)
        except ValueError as problem:
            raise NoAdvisories(f"{name}: {problem}") from problem
    try:
        import yaml
    except ImportError as problem:
        raise NoAdvisories(f"{name}: PyYAML is not installed, which reads YAML") from problem
    try:
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe loaders
    except yaml.YAMLError as problem:
        raise NoAdvisories(f"{name}: {problem}") from problem
