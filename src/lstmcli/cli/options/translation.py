"""The options of ``lstm train`` that only translators have."""

from __future__ import annotations

from typing import Annotated

from lstmcli.cli.options.common import MAIN, Section
from lstmcli.translation.config import ATTENTIONS, METRICS, SOURCE_TOKENIZERS

TRANSLATOR = Section("Translator")

SourceFile = Annotated[
    str | None, TRANSLATOR.option("--source-file", "FILE", "Same as SOURCE, to name both files of pairs alike.")
]
TargetFile = Annotated[
    str | None, TRANSLATOR.option("--target-file", "FILE", "Translations of the lines of SOURCE, line by line.")
]
PairTarget = Annotated[
    list[str] | None, MAIN.option("--target", "TEXT", "Translation of --text, for a translator; repeatable.")
]
PairTargetFile = Annotated[
    str | None, MAIN.option("--target-file", "FILE", "Translations of the lines of FILE, for a translator.")
]
ValidTarget = Annotated[str | None, TRANSLATOR.option("--valid-target", "FILE", "Translations of --valid.")]
TestTarget = Annotated[str | None, TRANSLATOR.option("--test-target", "FILE", "Translations of --test.")]
ReplayTarget = Annotated[
    list[str] | None,
    TRANSLATOR.option(
        *("--replay-target", "FILE"), "Translations of --replay; repeat the option as often, in the same order."
    ),
]
SourceTokenizer = Annotated[
    str | None,
    TRANSLATOR.choice(
        *("--source-tokenizer", SOURCE_TOKENIZERS),
        "How to split sources: joint shares tokenizer and vocabulary with the targets, another has its own vocabulary.",
        show_default="joint if the sides share words or are split into characters",
    ),
]
SourceVocabSize = Annotated[
    int | None,
    TRANSLATOR.option("--source-vocab-size", "N", "Maximum vocabulary size of the sources' own tokenizer."),
]
Attention = Annotated[
    str,
    TRANSLATOR.choice(
        *("--attention", ATTENTIONS),
        "How the decoder looks at the source: Luong's general or dot product, or Bahdanau's additive score.",
    ),
]
InputFeeding = Annotated[
    bool,
    TRANSLATOR.flag(
        "--input-feeding", "Feed what attention found into the next step; training takes several times as long."
    ),
]
BatchTokens = Annotated[
    int | None,
    TRANSLATOR.option(
        *("--batch-tokens", "N"),
        "Tokens per step, of the longer side, padding included; --batch-size limits the pairs.",
        show_default="256 to 2048, by corpus",
    ),
]
Metric = Annotated[
    str | None,
    TRANSLATOR.choice(
        *("--metric", METRICS),
        "What chooses the epoch whose weights are kept, on the validation data.",
        show_default="bleu, or chrf if targets are very short",
    ),
]
