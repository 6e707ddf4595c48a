"""The options of ``lstm train`` that only translators have."""

from __future__ import annotations

from typing import Annotated, Any

from lstmcli.cli.options.common import option
from lstmcli.translation.config import ATTENTIONS, METRICS

TRANSLATOR = "Translator"


def _targets(name: str, of: str) -> Any:
    return option(
        name,
        panel=TRANSLATOR,
        metavar="FILE",
        text=f"Translations of the lines of {of}, line by line.",
    )


TargetFile = Annotated[str | None, _targets("--target-file", "SOURCE")]
ValidTarget = Annotated[str | None, _targets("--valid-target", "--valid")]
TestTarget = Annotated[str | None, _targets("--test-target", "--test")]
Attention = Annotated[
    str,
    option(
        "--attention",
        panel=TRANSLATOR,
        among=ATTENTIONS,
        text="How the decoder looks at the source: Luong's general or dot product, or Bahdanau's additive score.",
    ),
]
InputFeeding = Annotated[
    bool,
    option(
        "--input-feeding",
        panel=TRANSLATOR,
        text="Feed what attention found into the next step; training takes several times as long.",
        show_default=False,
    ),
]
BatchTokens = Annotated[
    int | None,
    option(
        "--batch-tokens",
        panel=TRANSLATOR,
        metavar="N",
        show_default="256 to 2048, by corpus",
        text="Tokens per step, of the longer side, padding included; --batch-size limits the pairs.",
    ),
]
Metric = Annotated[
    str | None,
    option(
        "--metric",
        panel=TRANSLATOR,
        among=METRICS,
        show_default="bleu, or chrf if targets are very short",
        text="What chooses the epoch whose weights are kept, on the validation data.",
    ),
]
