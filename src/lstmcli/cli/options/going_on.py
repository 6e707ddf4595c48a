"""The options of ``lstm train`` that go on with a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from lstmcli.cli.options.common import Section

GOING_ON = Section("Go on with a model")

From = Annotated[
    Path | None,
    GOING_ON.option(
        "--from",
        "MODEL",
        "Go on from this model: it learns SOURCE, and its new words and labels, beside what it knows.",
    ),
]
Replay = Annotated[
    list[str] | None,
    GOING_ON.option(
        *("--replay", "FILE"),
        "The data that the model of --from was trained on, so that it does not forget; repeat for several files.",
    ),
]

Forget = Annotated[
    bool,
    GOING_ON.flag(
        "--forget",
        "Learn SOURCE alone. Without this and --replay, the model of --from itself stands for its old data: a "
        "classifier teaches the new texts, a language model writes text to learn from.",
    ),
]
