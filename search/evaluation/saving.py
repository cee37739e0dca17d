"""A run kept in a file, query by query, so that a later one can be compared with it."""

from __future__ import annotations

import json
from pathlib import Path

from search.errors import BadRun
from search.evaluation.measuring import MEASURES, Measured, Run
from search.model import Mode

_FORMAT = 1


def save_run(file: Path, run: Run) -> None:
    """Write a run as JSON: {"format": 1, "classes": {query: class}, "modes": {mode: {values, silent, milliseconds}}}."""
    modes = {
        mode.value: {"values": m.values, "silent": m.silent, "milliseconds": m.milliseconds}
        for mode, m in run.modes.items()
    }
    text = json.dumps({"format": _FORMAT, "classes": run.classes, "modes": modes}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", "utf-8")


def load_run(file: Path) -> Run:
    """Raises BadRun."""
    try:
        saved = json.loads(file.read_text("utf-8"))
        if saved["format"] != _FORMAT:
            raise ValueError(f"format {saved['format']}")
        modes = {
            Mode(name): Measured(
                {q: {name: float(v[name]) for name in MEASURES} for q, v in m["values"].items()},
                {q: bool(v) for q, v in m["silent"].items()},
                {q: float(v) for q, v in m["milliseconds"].items()},
            )
            for name, m in saved["modes"].items()
        }
        return Run(modes, dict(saved["classes"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadRun(file=file, reason=error) from error
