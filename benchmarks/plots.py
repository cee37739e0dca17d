"""Pictures of figures that the other benchmarks wrote, as PNG into docs/benchmarks/.

    python -m benchmarks.plots [--rivals FILE] [--queries FILE] [--to docs/benchmarks]

`FILE` is what `python -m benchmarks.rivals … --json FILE` wrote, and the lines that `benchmarks/queries.py … --json` printed.
Needs matplotlib: `pip install matplotlib`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

OURS = "#b3261e"
OTHERS = "#5f6b7a"
MARKERS = {"words": "s", "meaning": "^", "hybrid": "o"}
BELOW = ("embedded", "bm25s")
"""Names that stand below their point, where another is near."""
PARTS_LEFT_OUT = 0.02
"""Parts of a search below so many milliseconds are not worth a colour."""


def draw_rivals(sets: list[dict[str, Any]], file: Path) -> None:
    """Quality over time, one panel a judged set; up and left is better."""
    figure, panels = plt.subplots(1, len(sets), figsize=(6.4 * len(sets), 4.8), squeeze=False)
    for panel, judged in zip(panels[0], sets, strict=True):
        for system in judged["systems"]:
            ours = system["name"].startswith("Tiaokuan")
            colour = OURS if ours else OTHERS
            panel.plot(system["p50_ms"], system["ndcg"], MARKERS[system["kind"]], color=colour, markersize=8)
            below = system["name"].endswith(BELOW)
            words = system["kind"] == "words"
            panel.annotate(
                system["name"],
                (system["p50_ms"], system["ndcg"]),
                xytext=(7 if words else -7, -11 if below else 4),
                ha="left" if words else "right",
                textcoords="offset points",
                fontsize=9,
                color=colour,
            )
        panel.set_xscale("log")
        panel.margins(x=0.3, y=0.12)
        panel.set_xlabel("p50 of a query with its embedding, ms (log)")
        panel.set_ylabel("nDCG@10")
        panel.set_title(f"{judged['set']}, {judged['texts']:,} texts")
        panel.grid(alpha=0.25)
    shapes = [plt.Line2D([], [], marker=m, linestyle="", color=OTHERS, label=kind) for kind, m in MARKERS.items()]
    panels[0][0].legend(handles=shapes, loc="upper left", frameon=False)
    _save(figure, file)


def draw_growth(runs: list[dict[str, Any]], file: Path) -> None:
    """p50 and p95 of a hybrid search by the number of clauses, above the forward pass of its query."""
    figure, panel = plt.subplots(figsize=(6.4, 4.8))
    for engine in sorted({run["engine"] for run in runs}):
        own = sorted((run for run in runs if run["engine"] == engine), key=lambda run: run["clauses"])
        clauses = [run["clauses"] for run in own]
        colour = OURS if engine == "tantivy" else OTHERS
        panel.plot(clauses, [run["p50_ms"] for run in own], "o-", color=colour, label=f"{engine}, p50")
        panel.plot(clauses, [run["p95_ms"] for run in own], "o:", color=colour, label=f"{engine}, p95")
    floor = sum(run["floor_ms"] for run in runs) / len(runs)
    panel.axhline(floor, color="black", linewidth=0.8, label="forward pass of the query alone")
    panel.set_xscale("log")
    sizes = sorted({run["clauses"] for run in runs})
    panel.set_xticks(sizes, [f"{size:,}" for size in sizes])
    panel.minorticks_off()
    panel.margins(x=0.15)
    panel.set_ylim(bottom=0)
    panel.set_xlabel("clauses (log)")
    panel.set_ylabel("ms, from request to result page")
    panel.grid(alpha=0.25)
    panel.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    _save(figure, file)


def draw_parts(runs: list[dict[str, Any]], file: Path) -> None:
    """Where the time of a search goes."""
    figure, panel = plt.subplots(figsize=(8, 0.7 * len(runs) + 1.6))
    names = [n for n in runs[0]["parts_ms"] if any(run["parts_ms"][n][0] >= PARTS_LEFT_OUT for run in runs)]
    labels = [f"{run['engine']}, {run['clauses']:,}" for run in runs]
    left = [0.0] * len(runs)
    for name, colour in zip(names, plt.get_cmap("tab10").colors, strict=False):
        widths = [run["parts_ms"][name][0] for run in runs]
        panel.barh(labels, widths, left=left, color=colour, label=name)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    panel.set_xlabel("p50 of each part, ms (the keyword channel runs beside the embedding)")
    panel.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.28), frameon=False, fontsize=9)
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110, bbox_inches="tight", metadata={"Software": None})
    print(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--to", type=Path, default=Path("docs/benchmarks"))
    options = parser.parse_args()
    if options.rivals:
        draw_rivals(json.loads(options.rivals.read_text("utf-8")), options.to / "rivals.png")
    if options.queries:
        runs = [json.loads(line) for line in options.queries.read_text("utf-8").splitlines() if line.startswith("{")]
        draw_growth(runs, options.to / "growth.png")
        draw_parts(runs, options.to / "parts.png")


if __name__ == "__main__":
    main()
