"""A task of another distribution: an LSTM reads a text character by character and says how long it is."""

from __future__ import annotations

from pathlib import Path

from lstmcli.tasks import Task

TASK = Task(
    name="length",
    title="a length model",
    plural="length models",
    package="toy_length",
    config_key="length",
    config_class="LengthConfig",
    default_dir=Path("lstm-model/length"),
    example="lines.txt",
    usage="`python -m toy_length` reads it",
    labelled=False,
)
