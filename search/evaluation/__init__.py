"""Measuring relevance on judged queries: on a folder of documents, or on the live index with a judgment file.

`folder` and `live` answer queries as searches do; `measuring` turns answers into figures, `comparing` two runs into
differences, `saving` keeps a run for later. `judgments` is the format that people's judgments are kept in.
"""

from search.evaluation.comparing import Difference, compare
from search.evaluation.folder import Setup, evaluate, evaluation_engine, load_judged
from search.evaluation.live import evaluate_live
from search.evaluation.measuring import MEASURES, Figures, Judged, Measured, Run, figures
from search.evaluation.saving import load_run, save_run

__all__ = [
    "MEASURES",
    "Difference",
    "Figures",
    "Judged",
    "Measured",
    "Run",
    "Setup",
    "compare",
    "evaluate",
    "evaluate_live",
    "evaluation_engine",
    "figures",
    "load_judged",
    "load_run",
    "save_run",
]
