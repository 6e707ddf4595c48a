"""Options of ``lstm compare --cells``; see ``common.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from lstmcli.cli.options.common import Section, counted, device_option
from lstmcli.cli.options.training import TOKENIZER_OR_FILE
from lstmcli.config import CELL_NAMES
from lstmcli.language_modeling.config import PRESETS
from lstmcli.tokenization.config import TOKENIZERS
from lstmcli.training.config import PRECISIONS

CELLS = Section("Comparing architectures")
OUTPUT = Path("lstm-compare")
DISTANCE = 100
SEEDS = 3
AS_TRAIN = "as train"

Cells = Annotated[
    str | None, CELLS.choices("--cells", CELL_NAMES, f"Train these on SOURCE: {', '.join(CELL_NAMES)}.", "CELL,CELL,…")
]
Match = Annotated[
    str,
    CELLS.option(
        *("--match", "parameters|time|epochs"),
        "What every run has in common: the number of parameters, the training time, or the epochs and units; "
        "also parameters,time.",
    ),
]
Seeds = Annotated[
    int, CELLS.option("--seeds", "N", "Number of seeds; each cell is trained once per seed.", callback=counted)
]
Seed = Annotated[int | None, CELLS.option("--seed", "N", "First seed.", show_default="1")]
Probe = Annotated[
    str | None,
    CELLS.option(
        *("--probe", "recall"), "Also train each cell to recall the first token of a sequence, to measure its memory."
    ),
]
Distance = Annotated[
    int | None,
    CELLS.option(
        *("--distance", "N"),
        "Longest distance for --probe recall, in tokens.",
        show_default=str(DISTANCE),
        callback=counted,
    ),
]
Output = Annotated[
    Path | None,
    CELLS.option(
        "--output -o", "DIR", "Directory for the models, report.html and report.json.", show_default=str(OUTPUT)
    ),
]
Force = Annotated[bool, CELLS.flag("--force", "Replace the files of an earlier comparison.")]
Resume = Annotated[
    bool,
    CELLS.flag("--resume", "Continue an earlier comparison, with more cells or seeds too: complete runs are kept."),
]
Valid = Annotated[str | None, CELLS.option("--valid", "FILE", "Validation data.")]
Test = Annotated[
    str | None,
    CELLS.option("--test", "FILE", "Test data; scores are then measured on it instead of the validation data."),
]
Epochs = Annotated[
    int | None, CELLS.option("--epochs", "N", "Epochs of each run.", show_default="by corpus size", callback=counted)
]
Time = Annotated[
    str | None,
    CELLS.option("--time", "TIME", "Training time of each run with --match time: 30s, 15m, 1h.", show_default="1m"),
]
Hidden = Annotated[
    int | None,
    CELLS.option(
        *("--hidden", "N"),
        "Units of the LSTM, or of the first cell; --match parameters adjusts the others.",
        show_default=AS_TRAIN,
    ),
]
Layers = Annotated[int | None, CELLS.option("--layers", "N", "Number of recurrent layers.", show_default=AS_TRAIN)]
Embedding = Annotated[int | None, CELLS.option("--embedding", "N", "Embedding size.", show_default=AS_TRAIN)]
OneWay = Annotated[bool, CELLS.flag("--one-way", "Classifiers: read left to right only.")]
Tokenizer = Annotated[
    str | None,
    CELLS.choice(
        *("--tokenizer", TOKENIZERS), "How to split text into tokens.", metavar=TOKENIZER_OR_FILE, show_default=AS_TRAIN
    ),
]
Preset = Annotated[str, CELLS.choice("--preset", PRESETS, "Language models: size and regularisation.")]
BatchSize = Annotated[
    int | None, CELLS.option("--batch-size", "N", "Texts per step.", show_default=AS_TRAIN, callback=counted)
]
LearningRate = Annotated[
    float | None, CELLS.option("--learning-rate", "X", "Peak learning rate.", show_default=AS_TRAIN)
]
Precision = Annotated[str, CELLS.choice("--precision", PRECISIONS, "Number format of training steps.")]
Deterministic = Annotated[
    bool,
    CELLS.flag(
        "--deterministic", "Refuse what could make a second run differ: --match time, and unordered sums on a GPU."
    ),
]
Device = Annotated[str, device_option(CELLS, "Device to train on.")]
