"""Are there known weaknesses in the locked dependencies?

    python -m tools.audit --advisories PLACE    a folder or zip file in the OSV format; no network
    python -m tools.audit PIP_AUDIT             asks a service by this pip-audit; further arguments go to it (-s osv)

Exit status 0: all were checked and none is known; 1: some are known; 3: not all could be checked. pip-audit itself says "no known
vulnerabilities" and 0 of packages that its service does not know, so that a mirror which only has files looks clean.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tools.advisories import NoAdvisories, Weakness, weaknesses
from tools.closure import ROOT

LOCKS = ("requirements.lock", "requirements-torch.txt")
CLEAN, KNOWN, UNCHECKED = 0, 1, 3
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([\w.!]+)(?:\s*;\s*([^\\]+))?", re.MULTILINE)


def pinned(*files: Path) -> dict[str, str]:
    """Canonical name → version of what lock files pin for this system."""
    found: dict[str, str] = {}
    for file in files:
        for name, version, marker in _PINNED.findall(file.read_text("utf-8")):
            if not marker.strip() or Marker(marker.strip()).evaluate():
                found[canonicalize_name(name)] = version
    return found


def from_folder(place: Path, versions: dict[str, str]) -> int:
    """Look the versions up in advisories on the disk."""
    try:
        found, read = weaknesses(place, versions)
    except NoAdvisories as problem:
        return _unchecked(str(problem))
    return _tell(found, f"{len(versions)} packages against {read} advisories in {place}")


def from_service(pip_audit: list[str], versions: dict[str, str]) -> int:
    """Have pip-audit ask a service."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pinned.txt"
        listed.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()), "utf-8")
        options = [
            "--requirement",
            str(listed),
            "--no-deps",
            "--disable-pip",
            "--format",
            "json",
            "--progress-spinner",
            "off",
        ]
        try:
            asked = subprocess.run([*pip_audit, *options], capture_output=True, text=True, check=False)  # noqa: S603
        except OSError as problem:
            return _unchecked(f"{pip_audit[0]}: {problem.strerror}")
    try:
        answered = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = [line for line in asked.stderr.strip().splitlines() if line.strip()] or ["it said nothing"]
        return _unchecked(f"the service cannot be reached or asked: {said[-1].strip()[:300]}")
    skipped = [each["name"] for each in answered if each.get("skip_reason")]
    found = [
        Weakness(
            each["name"],
            each["version"],
            known["id"],
            tuple(known.get("aliases", ())),
            " ".join(known.get("description", "").split())[:120],
            tuple(known.get("fix_versions", ())),
        )
        for each in answered
        for known in each.get("vulns", ())
    ]
    if skipped:
        _tell(found, f"{len(answered) - len(skipped)} packages")
        return _unchecked(
            f"the service knows nothing of {len(skipped)} of {len(answered)} packages: {', '.join(skipped[:5])} …"
        )
    return _tell(found, f"{len(answered)} packages")


def _tell(found: list[Weakness], what: str) -> int:
    for each in found:
        aliases = f" ({', '.join(each.aliases)})" if each.aliases else ""
        fixed = f"; fixed in {', '.join(each.fixed)}" if each.fixed else ""
        print(f"{each.name} {each.version}: {each.advisory}{aliases}: {each.summary}{fixed}")
    print(f"audited {what}: {len(found) or 'no'} known weakness{'es' if len(found) != 1 else ''}")
    return KNOWN if found else CLEAN


def _unchecked(why: str) -> int:
    print(f"error: not audited: {why}", file=sys.stderr)
    print("without a network: make audit ADVISORIES=(folder or zip of advisories in the OSV format)", file=sys.stderr)
    return UNCHECKED


def main(arguments: list[str]) -> int:
    """See the head of this file."""
    versions = pinned(*(ROOT / name for name in LOCKS))
    if arguments[:1] == ["--advisories"] and len(arguments) == 2:
        return from_folder(Path(arguments[1]), versions)
    if arguments:
        return from_service(arguments, versions)
    return _unchecked("name a pip-audit, or --advisories and a place")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
