"""The bill of materials, CycloneDX JSON: what Tiaokuan needs when it runs, as installed, with licences and who needs what.

    python -m tools.sbom CYCLONEDX_PY FILE    CYCLONEDX_PY: the program of cyclonedx-bom

That program lists a whole environment; what only developers and tests need is left out again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.closure import ROOT, direct, installed


def pruned(bill: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The bill with only the components of these canonical names; its root stays."""
    kept = [each for each in bill.get("components", ()) if canonicalize_name(each["name"]) in names]
    refs = {each["bom-ref"] for each in kept} | {bill.get("metadata", {}).get("component", {}).get("bom-ref")}
    depends = [
        {**each, "dependsOn": [ref for ref in each["dependsOn"] if ref in refs]} if "dependsOn" in each else each
        for each in bill.get("dependencies", ())
        if each["ref"] in refs
    ]
    return {**bill, "components": kept, "dependencies": depends}


def main(arguments: list[str]) -> int:
    """Write the bill; 1 where the program fails, or where something that is needed is not on it."""
    program, file = arguments
    options = ["environment", "--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON", sys.executable]
    try:
        done = subprocess.run([program, *options], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as problem:
        print(f"error: {program}: {problem.strerror}", file=sys.stderr)
        return 1
    if done.returncode:
        print(f"error: {program}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return 1
    names = set(installed(direct()))
    bill = pruned(json.loads(done.stdout), names)
    missing = names - {canonicalize_name(each["name"]) for each in bill["components"]}
    if missing:
        print(f"error: not on the bill: {', '.join(sorted(missing))}", file=sys.stderr)
        return 1
    Path(file).write_text(json.dumps(bill, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{file}: {len(bill['components'])} components, CycloneDX {bill['specVersion']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
