"""The options of ``lstm train`` for going on with a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from lstmcli.cli.options.common import Section

GOING_ON = Section("Go on with a classifier")

From = Annotated[
    Path | None,
    GOING_ON.option(
        "--from", "MODEL", "Go on from this classifier: it learns the rows and labels of SOURCE beside what it knows."
    ),
]
Replay = Annotated[
    list[str] | None,
    GOING_ON.option(
        *("--replay", "FILE"),
        "The rows that the classifier of --from was trained on, so that it does not forget; repeat for several files.",
    ),
]
