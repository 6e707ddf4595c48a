"""The options of ``lstm train`` for a classifier that starts from a language model."""

from __future__ import annotations

from typing import Annotated

from lstmcli.cli.options.common import Section

PRETRAINING = Section("Start from a language model")

InitFrom = Annotated[
    list[str] | None,
    PRETRAINING.option(
        "--init-from", "MODEL", "Start from a language model; give a backward one too to read in both directions."
    ),
]
Pretrain = Annotated[
    int | None,
    PRETRAINING.option(
        *("--pretrain", "EPOCHS"),
        "Passes over the texts, those of --unlabelled too, as a language model before the labels count; 0 for none.",
        show_default="by corpus; 3 with --init-from",
    ),
]
LayerDecay = Annotated[
    float | None,
    PRETRAINING.option(
        *("--layer-decay", "X"),
        "Each layer learns X times slower than the one above it.",
        show_default="2.6 if pretrained, for few labels; else 1",
    ),
]
Unfreeze = Annotated[
    int | None,
    PRETRAINING.option(
        *("--unfreeze", "EPOCHS"),
        "Epochs until the next lower layer learns too, from the output down; 0: all from the start.",
        show_default="1 if pretrained, for few labels; else 0",
    ),
]

Backward = Annotated[
    bool, PRETRAINING.flag("--backward", "Train a language model that reads texts from their end, for --init-from.")
]
