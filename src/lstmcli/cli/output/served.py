"""How ``lstm serve`` writes results: as the commands do with ``--format json``."""

from __future__ import annotations

from typing import Any

from lstmcli.classification.results import Prediction
from lstmcli.cli.output.generation import CONTINUATION
from lstmcli.cli.output.predictions import PREDICTION
from lstmcli.cli.output.surprisal import FIGURES, SURPRISAL_OF_ONE
from lstmcli.cli.output.translations import TRANSLATION
from lstmcli.cli.output.writer import Layout, as_json
from lstmcli.generation.results import Continuation
from lstmcli.scoring.results import LmReport, Surprisal
from lstmcli.translation.results import Translation

LAYOUTS: dict[type[Any], Layout[Any]] = {
    Prediction: PREDICTION,
    Continuation: CONTINUATION,
    LmReport: FIGURES,
    Surprisal: SURPRISAL_OF_ONE,
    Translation: TRANSLATION,
}


def served(result: Any) -> str:
    """The JSON object of a result."""
    return as_json(result, LAYOUTS[type(result)])
