"""Options of ``lstm compare --cells``; see ``common.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lstmcli.cli.options.common import counted, option
from lstmcli.config import CELL_NAMES
from lstmcli.language_modeling.config import PRESETS
from lstmcli.nn.config import DEVICES
from lstmcli.tokenization.config import TOKENIZERS

PANEL = "Comparing architectures"
OUTPUT = Path("lstm-compare")
DISTANCE = 100
SEEDS = 3

Cells = Annotated[
    str | None,
    option(
        "--cells",
        panel=PANEL,
        metavar="CELL,CELL,…",
        text=f"Train these on SOURCE: {', '.join(CELL_NAMES)}.",
    ),
]
Match = Annotated[
    str,
    option(
        "--match",
        panel=PANEL,
        metavar="parameters|time|epochs",
        text="What every run has in common: the number of parameters, the training time, or the epochs and units; "
        "also parameters,time.",
    ),
]
Seeds = Annotated[
    int,
    option(
        "--seeds",
        panel=PANEL,
        metavar="N",
        text="Number of seeds; each cell is trained once per seed.",
        callback=counted,
    ),
]
Seed = Annotated[int | None, option("--seed", panel=PANEL, metavar="N", show_default="1", text="First seed.")]
Probe = Annotated[
    str | None,
    option(
        "--probe",
        panel=PANEL,
        metavar="recall",
        text="Also train each cell to recall the first token of a sequence, to measure its memory.",
    ),
]
Distance = Annotated[
    int | None,
    option(
        "--distance",
        panel=PANEL,
        metavar="N",
        show_default=str(DISTANCE),
        text="Longest distance for --probe recall, in tokens.",
        callback=counted,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        *("--output", "-o"),
        rich_help_panel=PANEL,
        metavar="DIR",
        show_default=str(OUTPUT),
        help="Directory for the models, report.html and report.json.",
    ),
]
Force = Annotated[
    bool, option("--force", panel=PANEL, text="Replace the files of an earlier comparison.", show_default=False)
]
Valid = Annotated[str | None, option("--valid", panel=PANEL, metavar="FILE", text="Validation data.")]
Test = Annotated[
    str | None,
    option(
        "--test",
        panel=PANEL,
        metavar="FILE",
        text="Test data; scores are then measured on it instead of the validation data.",
    ),
]
Epochs = Annotated[
    int | None,
    option(
        "--epochs",
        panel=PANEL,
        metavar="N",
        show_default="by corpus size",
        text="Epochs of each run.",
        callback=counted,
    ),
]
Time = Annotated[
    str | None,
    option(
        "--time",
        panel=PANEL,
        metavar="TIME",
        show_default="1m",
        text="Training time of each run with --match time: 30s, 15m, 1h.",
    ),
]
Hidden = Annotated[
    int | None,
    option(
        "--hidden",
        panel=PANEL,
        metavar="N",
        show_default="as train",
        text="Units of the LSTM, or of the first cell; --match parameters adjusts the others.",
    ),
]
Layers = Annotated[
    int | None,
    option("--layers", panel=PANEL, metavar="N", show_default="as train", text="Number of recurrent layers."),
]
Embedding = Annotated[
    int | None,
    option("--embedding", panel=PANEL, metavar="N", show_default="as train", text="Embedding size."),
]
OneWay = Annotated[
    bool, option("--one-way", panel=PANEL, text="Classifiers: read left to right only.", show_default=False)
]
Tokenizer = Annotated[
    str | None,
    option(
        "--tokenizer",
        panel=PANEL,
        among=TOKENIZERS,
        metavar="|".join([*TOKENIZERS, "FILE"]),
        show_default="as train",
        text="How to split text into tokens.",
    ),
]
Preset = Annotated[
    str,
    option("--preset", panel=PANEL, among=PRESETS, text="Language models: size and regularisation."),
]
BatchSize = Annotated[
    int | None,
    option("--batch-size", panel=PANEL, metavar="N", show_default="as train", text="Texts per step.", callback=counted),
]
LearningRate = Annotated[
    float | None,
    option("--learning-rate", panel=PANEL, metavar="X", show_default="as train", text="Peak learning rate."),
]
Deterministic = Annotated[
    bool,
    option(
        "--deterministic",
        panel=PANEL,
        text="Refuse what could make a second run differ: --match time, and unordered sums on a GPU.",
        show_default=False,
    ),
]
Device = Annotated[str, option("--device", panel=PANEL, among=DEVICES, text="Device to train on.")]
