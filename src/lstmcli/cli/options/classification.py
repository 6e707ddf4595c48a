"""Options of ``lstm classify``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from lstmcli.classification.results import SHOWN
from lstmcli.cli.io import streams
from lstmcli.cli.options.common import MAIN
from lstmcli.errors import UsageError

if TYPE_CHECKING:
    from lstmcli.classification.predict import Classifier

ALL = sys.maxsize

Top = Annotated[
    str | None,
    MAIN.option(
        *("--top", "K|all", "Show the K most probable labels, or all."), show_default=f"1; {SHOWN} in jsonl and json"
    ),
]
Threshold = Annotated[
    float | None,
    MAIN.option(
        *("--threshold", "P"),
        "Return no label below this probability. With several labels per text: return all that reach it.",
    ),
]
Abstain = Annotated[
    str | None,
    MAIN.option("--abstain", "SHARE", "Choose the threshold that leaves this share of validation unanswered: 5%."),
]
MaxError = Annotated[
    str | None,
    MAIN.option("--max-error", "SHARE", "Choose the threshold that leaves this share of errors on validation: 2%."),
]
Uncertain = Annotated[
    int | None,
    MAIN.option("--uncertain", "N", "Return only the N texts to label next: those with the least certain answers."),
]
ShowNovelty = Annotated[bool, MAIN.flag("--novelty", "Show how unlike the training texts a text is, from 0 to 1.")]
MaxNovelty = Annotated[
    float | None,
    MAIN.option("--max-novelty", "P", "Return no label above this novelty; 0.99 leaves out 1 in 100 usual texts."),
]


def top_of(value: str | None) -> int | None:
    """The number of labels that ``--top`` asks for.  Raises: UsageError."""
    if value is None or value == "all":
        return None if value is None else ALL
    if not value.lstrip("-").isdecimal():
        raise UsageError(f"--top must be a number or all, not {value!r}")
    if int(value) < 1:
        raise UsageError(f"--top must be at least 1, not {value}")
    return int(value)


def chosen_threshold(
    classifier: Classifier, threshold: float | None, abstain: str | None, max_error: str | None, *, quiet: bool
) -> float | None:
    """The threshold that the options ask for, which is said if the model chooses it.  Raises: UsageError."""
    asked = {"--abstain": abstain, "--max-error": max_error}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) + (threshold is not None) > 1:
        raise UsageError("--threshold, --abstain and --max-error contradict each other", hint="give one of them")
    if not given:
        return threshold
    from lstmcli.classification.abstention import share_of

    shares = [None if value is None else share_of(value, name) for name, value in asked.items()]
    chosen = classifier.threshold(abstain=shares[0], max_error=shares[1])
    if not quiet:
        streams.note(f"{given[0]}: threshold {chosen:.4f}, chosen on the validation split")
    return chosen


def labels_shown(top: int | None, format: str, labels: int) -> tuple[int | None, int | None]:
    """``top`` for the writer and for the model; None: all, of which the writer shows one unless in JSON."""
    if top is None:
        return None, SHOWN if format in ("jsonl", "json") else None
    return min(top, labels), min(top, labels)
