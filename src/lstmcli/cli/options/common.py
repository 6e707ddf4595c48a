"""Every option once: its names, its help, its section of the help page.

A command lists the aliases it wants (``hidden: o.Hidden = MODEL.hidden``); defaults come from ``config.py``.
Names of parameters are names of config fields, so that ``settings.py`` finds values by name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import typer

from lstmcli.classification.config import POOLINGS
from lstmcli.config import CELLS
from lstmcli.data.formats.config import FORMATS
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import OPTIMIZERS, PRESETS, SOFTMAXES
from lstmcli.tokenization.config import MODES, TOKENIZERS, WORDS
from lstmcli.training.config import PRECISIONS, SCHEDULES

Format: TypeAlias = Literal["table", "tsv", "csv", "jsonl", "json"]
INPUT_FORMATS = tuple(FORMATS)
DATA, TOKENIZER, MODEL, TRAINING, OUTPUT = "Data", "Tokenizer", "Model", "Training", "Output"
LANGUAGE_MODEL, ADVANCED = "Language model", "Language model, advanced"


def option(*names: str, panel: str | None = None, text: str, among: Sequence[str] = (), **more: Any) -> Any:
    """A Typer option; ``among``: the values that are shown and completed (the config checks them)."""
    if among:
        more.setdefault("metavar", "|".join(among))
        more.setdefault("autocompletion", _completer(among))
    return typer.Option(*names, rich_help_panel=panel, help=text, **more)


def _completer(values: Sequence[str]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return complete


def counted(param: typer.CallbackParam, value: int | None) -> int | None:
    """The callback of options that count something."""
    if value is not None and value < 1:
        raise UsageError(f"{param.opts[0]} must be at least 1, not {value}")
    return value


def format_option(text: str) -> Any:
    """``--format`` of a command that has every format; ``text`` says what is in them."""
    return option(
        "--format",
        panel=OUTPUT,
        metavar="table|tsv|csv|jsonl|json",
        show_default="table on a terminal, else tsv",
        text=text,
    )


def default_format() -> Format:
    return "table" if sys.stdout.isatty() else "tsv"


# Data: how a source is read
TextColumns = Annotated[
    list[str] | None,
    option(
        "--text-column",
        panel=DATA,
        metavar="NAME",
        show_default="found by name and content",
        text="Column that holds the text; repeat it to join several.",
    ),
]
LabelColumn = Annotated[
    list[str] | None,
    option(
        "--label-column",
        panel=DATA,
        metavar="NAME",
        show_default="found",
        text="Column that holds the label; several, named one by one, hold several labels.",
    ),
]
LabelSeparator = Annotated[
    str | None,
    option(
        "--label-separator",
        panel=DATA,
        metavar="TEXT",
        show_default="found",
        text="Splits a label cell into several labels, for texts that have more than one; none: never.",
    ),
]
LabelPrefix = Annotated[
    str, option("--label-prefix", panel=DATA, metavar="TEXT", text="What marks a label in fastText lines.")
]
Delimiter = Annotated[
    str | None,
    option("--delimiter", panel=DATA, metavar="CHAR", show_default="found", text="What separates CSV fields."),
]
Header = Annotated[
    bool | None,
    option(
        "--header/--no-header",
        panel=DATA,
        show_default="found",
        text="Whether the first row of a table names its columns; without names they are called 1, 2, 3, …",
    ),
]
Encoding = Annotated[
    str | None,
    option("--encoding", panel=DATA, metavar="NAME", show_default="found", text="Encoding of the text: utf-8, gbk, …"),
]
InputFormat = Annotated[
    str | None,
    option(
        "--input-format",
        panel=DATA,
        among=INPUT_FORMATS,
        metavar="FORMAT",
        show_default="found",
        text=f"Form of the source: {', '.join(INPUT_FORMATS[:-1])} or {INPUT_FORMATS[-1]}.",
    ),
]
Split = Annotated[
    str | None,
    option("--split", panel=DATA, metavar="NAME", text="Named split to read, of a data set that has several."),
]
KeepLicence = Annotated[
    bool,
    option(
        *("--keep-licence", "--keep-license"),
        panel=DATA,
        text="Read the licence and notes around a book of Project Gutenberg and the like, too.",
        show_default=False,
    ),
]
ValidFraction = Annotated[
    float | None,
    option(
        "--valid-fraction",
        panel=DATA,
        metavar="SHARE",
        show_default="a twentieth",
        text="Share of the rows held out for validation when --valid is not given.",
    ),
]

# Tokenizer
Tokenizer = Annotated[
    str,
    option(
        "--tokenizer",
        panel=TOKENIZER,
        among=TOKENIZERS,
        metavar="|".join([*TOKENIZERS, "FILE"]),
        text="How text is cut into tokens, or the tokenizer.json of another model.",
    ),
]
VocabSize = Annotated[
    int, option("--vocab-size", panel=TOKENIZER, metavar="N", text="Largest number of different tokens.")
]
MinCount = Annotated[
    int, option("--min-count", panel=TOKENIZER, metavar="N", text="Words seen fewer times are unknown.")
]
KeepCase = Annotated[
    bool, option("--keep-case", panel=TOKENIZER, text="Tell upper case from lower case.", show_default=False)
]
StripHtml = Annotated[
    bool,
    option("--strip-html", panel=TOKENIZER, text="Read texts without HTML tags and entities.", show_default=False),
]
MaxTokens = Annotated[
    int, option("--max-tokens", panel=TOKENIZER, metavar="N", text="Longer texts keep their head and their tail.")
]
HashBuckets = Annotated[
    int | None,
    option(
        "--hash-buckets",
        panel=TOKENIZER,
        metavar="N",
        show_default="by the data",
        text="Rows for hashed word endings and neighbouring characters; 0 for none.",
    ),
]

# Model
CellKind = Annotated[str, option("--cell", panel=MODEL, among=CELLS, text="Recurrent cell.")]
Embedding = Annotated[int, option("--embedding", panel=MODEL, metavar="N", text="Width of the word embedding.")]
Vectors = Annotated[
    Path | None,
    option(
        "--vectors", panel=MODEL, metavar="FILE", text="Word vectors to start from: .vec or GloVe .txt, gzipped or not."
    ),
]
Hidden = Annotated[int, option("--hidden", panel=MODEL, metavar="N", text="Units per layer and direction.")]
LayerCount = Annotated[int, option("--layers", panel=MODEL, metavar="N", text="Recurrent layers.")]
OneWay = Annotated[bool, option("--one-way", panel=MODEL, text="Read from left to right only.", show_default=False)]
Pooling = Annotated[
    str,
    option(
        "--pooling",
        panel=MODEL,
        among=POOLINGS,
        metavar=",".join(POOLINGS),
        text="How the states become one vector; several are concatenated.",
    ),
]
Segment = Annotated[
    int,
    option("--segment", panel=MODEL, metavar="N", text="Read longer texts in pieces of N tokens; 0 for in one go."),
]
EmbeddingDropout = Annotated[
    float, option("--embedding-dropout", panel=MODEL, metavar="P", text="Locked dropout on the embedded text.")
]
WordDropout = Annotated[
    float, option("--word-dropout", panel=MODEL, metavar="P", text="Share of words hidden in training.")
]
FeatureDropout = Annotated[
    float, option("--feature-dropout", panel=MODEL, metavar="P", text="Share of hashed features hidden in training.")
]
LayerDropout = Annotated[
    float, option("--layer-dropout", panel=MODEL, metavar="P", text="Locked dropout between layers.")
]
WeightDrop = Annotated[
    float, option("--weight-drop", panel=MODEL, metavar="P", text="Dropout on the recurrent weights.")
]
OutputDropout = Annotated[
    float, option("--output-dropout", panel=MODEL, metavar="P", text="Dropout before the last layer.")
]
Ngrams = Annotated[
    int | None,
    option(
        "--ngrams",
        panel=MODEL,
        metavar="N",
        show_default="2, or 3 on large sets",
        text="Longest n-gram of the linear model beside the network; 0 for none.",
    ),
]

# Training
Epochs = Annotated[
    int | None,
    option("--epochs", metavar="N", show_default="3 to 15, by corpus size", text="Passes over the training texts."),
]
Time = Annotated[str | None, option("--time", metavar="TIME", text="Time that training may take: 30s, 15m, 1h.")]
Seed = Annotated[int, option("--seed", metavar="N", text="The same seed gives the same model.")]
Threads = Annotated[
    int | None,
    option("--threads", metavar="N", show_default="all cores", text="CPU threads to use.", callback=counted),
]
Device = Annotated[str, option("--device", among=("auto", "cpu", "cuda"), text="Where to compute.")]
Deterministic = Annotated[
    bool,
    option(
        "--deterministic",
        panel=TRAINING,
        text="Refuse what could make a second run differ: --time, and sums in any order on a GPU.",
        show_default=False,
    ),
]
AtOnce = Annotated[
    int | None,
    option("--batch-size", metavar="N", show_default=False, text="Texts computed together.", callback=counted),
]
BatchSize = Annotated[int, option("--batch-size", panel=TRAINING, metavar="N", text="Texts per step.")]
LearningRate = Annotated[
    float, option("--learning-rate", panel=TRAINING, metavar="X", text="Highest learning rate of AdamW.")
]
Schedule = Annotated[
    str, option("--schedule", panel=TRAINING, among=SCHEDULES, text="How the learning rate falls after warm-up.")
]
Warmup = Annotated[
    float, option("--warmup", panel=TRAINING, metavar="SHARE", text="Share of the steps in which the rate rises.")
]
WeightDecay = Annotated[float, option("--weight-decay", panel=TRAINING, metavar="X", text="Weight decay of AdamW.")]
Clip = Annotated[float, option("--clip", panel=TRAINING, metavar="X", text="Largest gradient norm; 0 for no limit.")]
Patience = Annotated[
    int,
    option("--patience", panel=TRAINING, metavar="N", text="Epochs without a better validation; 0 for no early end."),
]
Ema = Annotated[
    float, option("--ema", panel=TRAINING, metavar="EPOCHS", text="Span of the average over weights; 0 for none.")
]
LabelSmoothing = Annotated[
    float, option("--label-smoothing", panel=TRAINING, metavar="P", text="Share taken from the true label.")
]
Adversarial = Annotated[
    float,
    option("--adversarial", panel=TRAINING, metavar="X", text="Size of adversarial steps on embeddings; 0 for none."),
]
ClassWeights = Annotated[
    str,
    option("--class-weights", panel=TRAINING, among=("none", "balanced"), text="Weight classes by how rare they are."),
]
Precision = Annotated[str, option("--precision", panel=TRAINING, among=PRECISIONS, text="Number format of the steps.")]

# Language models only; their defaults are the preset's
Preset = Annotated[
    str | None,
    option(
        "--preset",
        panel=LANGUAGE_MODEL,
        among=PRESETS,
        show_default="small, or chars where tokens are letters",
        text="Size and regularisation; the options above and below change parts of it.",
    ),
]
Mode = Annotated[
    str,
    option(
        "--mode",
        panel=LANGUAGE_MODEL,
        among=MODES,
        text="Whether each line is a text of its own, or all of them are one document.",
    ),
]
Words = Annotated[
    str,
    option(
        "--words",
        panel=LANGUAGE_MODEL,
        among=WORDS,
        text="What the word tokenizer takes for words: what stands between spaces, or what reads as one.",
    ),
]
Bptt = Annotated[
    int | None,
    option("--bptt", panel=LANGUAGE_MODEL, metavar="N", text="Tokens that the gradient flows back over."),
]
Optimizer = Annotated[
    str | None,
    option(
        "--optimizer",
        panel=LANGUAGE_MODEL,
        among=OPTIMIZERS,
        text="AdamW, or SGD that ends as an average of its last weights.",
    ),
]
Untied = Annotated[
    bool,
    option("--untied", panel=LANGUAGE_MODEL, text="A softmax matrix apart from the embedding's.", show_default=False),
]
InputDropout = Annotated[
    float | None,
    option("--input-dropout", panel=LANGUAGE_MODEL, metavar="P", text="Locked dropout on the embedded words."),
]
Alpha = Annotated[
    float | None,
    option("--alpha", panel=LANGUAGE_MODEL, metavar="X", text="Penalty on large outputs of the last layer."),
]
Beta = Annotated[
    float | None,
    option("--beta", panel=LANGUAGE_MODEL, metavar="X", text="Penalty on its changes from token to token."),
]
Softmax = Annotated[
    str,
    option(
        "--softmax",
        panel=ADVANCED,
        among=SOFTMAXES,
        text="How words are predicted; adaptive: rare ones in clusters that are seldom computed, for vocabularies of "
        "tens of thousands. The embedding then has a matrix of its own, as with --untied.",
    ),
]

# Output
ModelPath = Annotated[
    str | None,
    option(
        "--model", "-m", metavar="DIR", show_default="$LSTM_MODEL, else lstm-model/classifier", text="The model to use."
    ),
]
LmModelPath = Annotated[
    str | None,
    option("--model", "-m", metavar="DIR", show_default="$LSTM_MODEL, else lstm-model/lm", text="The model to use."),
]
Force = Annotated[bool, option("--force", text="Replace a model that is there already.", show_default=False)]
Resume = Annotated[
    bool, option("--resume", text="Go on with an unfinished run from its last checkpoint.", show_default=False)
]
CheckpointEvery = Annotated[
    str, option("--checkpoint-every", panel=OUTPUT, metavar="TIME", text="Save the run's state this often; or never.")
]
Quiet = Annotated[
    bool, option("--quiet", "-q", panel=OUTPUT, text="Only warnings and errors on stderr.", show_default=False)
]
