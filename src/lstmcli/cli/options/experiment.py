"""The options with which ``lstm compare`` trains architectures side by side; see ``options.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lstmcli.cli.options.common import counted, option
from lstmcli.config import CELL_NAMES
from lstmcli.language_modeling.config import PRESETS
from lstmcli.nn.config import DEVICES
from lstmcli.tokenization.config import TOKENIZERS

RACE = "Training side by side"
OUTPUT = Path("lstm-compare")
DISTANCE = 100
SEEDS = 3

Cells = Annotated[
    str | None,
    option(
        "--cells",
        panel=RACE,
        metavar="CELL,CELL,…",
        text=f"Train these on SOURCE: {', '.join(CELL_NAMES)}.",
    ),
]
Match = Annotated[
    str,
    option(
        "--match",
        panel=RACE,
        metavar="parameters|time|epochs",
        text="What is equal: parameters, and epochs; time, or parameters,time; epochs, with as many units.",
    ),
]
Seeds = Annotated[
    int,
    option("--seeds", panel=RACE, metavar="N", text="Runs of each cell, a seed each.", callback=counted),
]
Seed = Annotated[int | None, option("--seed", panel=RACE, metavar="N", show_default="1", text="The first seed.")]
Probe = Annotated[
    str | None,
    option(
        "--probe",
        panel=RACE,
        metavar="recall",
        text="Also measure how far each cell learns to remember: the first token, over a stretch of your text.",
    ),
]
Distance = Annotated[
    int | None,
    option(
        "--distance",
        panel=RACE,
        metavar="N",
        show_default=str(DISTANCE),
        text="Tokens to remember over, at most (with --probe recall).",
        callback=counted,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        *("--output", "-o"),
        rich_help_panel=RACE,
        metavar="DIR",
        show_default=str(OUTPUT),
        help="Where the models, report.html and report.json go.",
    ),
]
Force = Annotated[
    bool, option("--force", panel=RACE, text="Replace what an earlier comparison wrote there.", show_default=False)
]
Valid = Annotated[str | None, option("--valid", panel=RACE, metavar="FILE", text="Validation data.")]
Test = Annotated[
    str | None,
    option("--test", panel=RACE, metavar="FILE", text="Test data, which the scores are then measured on."),
]
Epochs = Annotated[
    int | None,
    option("--epochs", panel=RACE, metavar="N", show_default="by corpus size", text="Of each run.", callback=counted),
]
Time = Annotated[
    str | None,
    option(
        "--time", panel=RACE, metavar="TIME", show_default="1m", text="Of each run with --match time: 30s, 15m, 1h."
    ),
]
Hidden = Annotated[
    int | None,
    option(
        "--hidden",
        panel=RACE,
        metavar="N",
        show_default="as train",
        text="Units of the LSTM, or else of the first cell; with equal parameters the others follow.",
    ),
]
Layers = Annotated[
    int | None, option("--layers", panel=RACE, metavar="N", show_default="as train", text="Recurrent layers.")
]
Embedding = Annotated[
    int | None,
    option("--embedding", panel=RACE, metavar="N", show_default="as train", text="Width of the word embedding."),
]
OneWay = Annotated[
    bool, option("--one-way", panel=RACE, text="Classifiers read from left to right only.", show_default=False)
]
Tokenizer = Annotated[
    str | None,
    option(
        "--tokenizer",
        panel=RACE,
        among=TOKENIZERS,
        metavar="|".join([*TOKENIZERS, "FILE"]),
        show_default="as train",
        text="How text is cut into tokens.",
    ),
]
Preset = Annotated[
    str,
    option("--preset", panel=RACE, among=PRESETS, text="Size and regularisation of language models."),
]
BatchSize = Annotated[
    int | None,
    option("--batch-size", panel=RACE, metavar="N", show_default="as train", text="Texts per step.", callback=counted),
]
LearningRate = Annotated[
    float | None,
    option("--learning-rate", panel=RACE, metavar="X", show_default="as train", text="Highest learning rate."),
]
Deterministic = Annotated[
    bool,
    option(
        "--deterministic",
        panel=RACE,
        text="Refuse what could make a second run differ: equal time, and sums in any order on a GPU.",
        show_default=False,
    ),
]
Device = Annotated[str, option("--device", panel=RACE, among=DEVICES, text="Where to train.")]
