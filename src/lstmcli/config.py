"""Every hyper-parameter, once: frozen dataclasses with a word on each field.

The command line takes its defaults and its help from here.  ``None`` means "by the rule in
``classification/defaults.py``", which looks at the corpus; the rule's choice is printed and stored with the model.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeVar

from lstmcli import cells
from lstmcli.errors import ModelError, UsageError

Task = Literal["classify", "lm"]
TokenizerKind = Literal["word", "bpe", "unigram", "char", "byte"]
Cell = str
"""A name in the registry of cells."""

TOKENIZERS: tuple[str, ...] = ("word", "bpe", "unigram", "char", "byte")
CELLS: tuple[str, ...] = tuple(cells.CELLS)
POOLINGS: tuple[str, ...] = ("last", "mean", "max", "attention")
SCHEDULES: tuple[str, ...] = ("linear", "cosine", "onecycle", "constant")
MODES: tuple[str, ...] = ("auto", "lines", "document")
WORDS: tuple[str, ...] = ("auto", "spaces", "text")
OPTIMIZERS: tuple[str, ...] = ("adamw", "sgd")
PRESETS: tuple[str, ...] = ("tiny", "small", "chars", "medium", "awd")
SOFTMAXES: tuple[str, ...] = ("full", "adaptive")
MOST_BUCKETS = 2**22
MOST_UNITS, MOST_LAYERS = 2**16, 2**8
"""Of the embedding and of a layer: beyond any use, and small enough for a config to be looked at."""
MOST = 2**31 - 1
"""No count can be larger: ids are 32 bits wide."""
MOST_SEED = 2**63 - 1
PRECISIONS: tuple[str, ...] = ("auto", "fp32", "bf16")


def require(ok: bool, message: str) -> None:
    if not ok:
        raise UsageError(message)


def within(name: str, value: float | None, least: float, most: float = MOST) -> None:
    """``None`` is a choice left to a rule.  NaN is within nothing."""
    if value is None or least <= value <= most:
        return
    limit = f"between {least} and {most}" if most != MOST or value > most else f"at least {least}"
    raise UsageError(f"{name} must be {limit}, not {value}")


def among(name: str, value: str, choices: Sequence[str]) -> None:
    if value in choices:
        return
    import difflib

    near = difflib.get_close_matches(value.lower(), choices, n=1)
    hint = f"did you mean {near[0]!r}?" if near else None
    raise UsageError(f"{name} must be one of {', '.join(choices)}, not {value!r}", hint=hint)


def fraction(name: str, value: float) -> None:
    require(0.0 <= value < 1.0, f"{name} must be at least 0 and below 1, not {value}")


def check_clock(time_limit: float | None, deterministic: bool) -> None:
    if deterministic and time_limit is not None:
        message = "--deterministic and a limit of time contradict each other: no clock runs twice alike"
        raise UsageError(message, hint="say how long with --epochs")


@dataclass(frozen=True)
class ReadConfig:
    """How a source is read; every field overrides what detection finds."""

    input_format: str | None = None
    """text, csv, tsv, json, jsonl, parquet, fasttext or folder; None detects."""
    text_columns: tuple[str, ...] = ()
    """Columns that hold the text; several are joined with a newline."""
    label_column: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    label_prefix: str = "__label__"
    """Marks a label in fastText lines."""
    label_separator: str | None = None
    """Splits a label cell into several labels: multi-label data."""
    split: str | None = None
    """Named split of a Hub data set or of a folder of splits."""
    keep_licence: bool = False
    """Read the licences and notes that libraries put around a book; else plain text is read without them."""

    def __post_init__(self) -> None:
        require(self.label_prefix != "", "the label prefix cannot be empty")
        require(self.label_separator != "", "the label separator cannot be empty")


@dataclass(frozen=True)
class TokenizerConfig:
    """How text becomes token ids."""

    kind: TokenizerKind = "word"
    """word: lower-cased words and punctuation, each CJK character by itself."""
    path: str | None = None
    """An existing tokenizer.json to use as it is."""
    vocab_size: int = 30_000
    min_count: int = 1
    """Words seen fewer times in the training split are unknown."""
    lowercase: bool = True
    strip_html: bool = False
    """Read a text without its HTML: tags are left out, &amp; and the like are the characters that they stand for."""
    max_tokens: int = 400
    """Longer texts keep their head and their tail, half each."""
    hash_buckets: int | None = None
    """Rows for hashed features of a word (affixes; the neighbours of a CJK character); 0 leaves them out; None:
    a power of two that gives nearly every feature of the training split a row of its own."""

    def __post_init__(self) -> None:
        among("tokenizer", self.kind, TOKENIZERS)
        within("vocab-size", self.vocab_size, 4)
        within("min-count", self.min_count, 1)
        within("max-tokens", self.max_tokens, 2)
        within("hash-buckets", self.hash_buckets, 0, MOST_BUCKETS)
        whole = self.path is not None or self.kind == "byte"
        require(not (self.strip_html and whole), "strip-html needs a tokenizer that is made here, and not byte")


@dataclass(frozen=True)
class ModelConfig:
    """The classifier: embedding, recurrent stack, pooling, linear head; an n-gram model beside it."""

    cell: Cell = "lstm"
    embedding: int = 128
    hidden: int = 96
    """Units per direction."""
    layers: int = 1
    bidirectional: bool = True
    pooling: tuple[str, ...] = ("max", "mean")
    segment: int = 100
    """Texts longer than this many tokens are read in equal segments, pooled together; 0 reads in one go."""
    embedding_dropout: float = 0.5
    """Locked dropout (Gal & Ghahramani 2016) on the embedded text: one mask for all time steps."""
    word_dropout: float = 0.1
    """Share of tokens replaced by the unknown word in training."""
    feature_dropout: float = 0.2
    """Share of hashed features left out in training."""
    layer_dropout: float = 0.3
    """Locked dropout between layers."""
    weight_drop: float = 0.0
    """DropConnect on the recurrent weights (Merity et al. 2018)."""
    output_dropout: float = 0.5
    ngrams: int | None = None
    """Longest n-gram of the linear model beside the network; 0 leaves it out; None: 2 on small sets, 3 on large."""
    vectors: str | None = None
    """Pretrained word vectors that the embedding starts from (.vec, or GloVe .txt, gzipped or not); sets its width."""

    def __post_init__(self) -> None:
        among("cell", self.cell, CELLS)
        within("embedding", self.embedding, 1, MOST_UNITS)
        within("hidden", self.hidden, 1, MOST_UNITS)
        within("layers", self.layers, 1, MOST_LAYERS)
        require(bool(self.pooling), "choose at least one pooling")
        for pool in self.pooling:
            require(pool in POOLINGS, f"pooling must be among {', '.join(POOLINGS)}, not {pool!r}")
        for dropout in ("embedding", "word", "feature", "layer", "output"):
            fraction(f"{dropout}-dropout", getattr(self, f"{dropout}_dropout"))
        fraction("weight-drop", self.weight_drop)
        within("ngrams", self.ngrams, 0, 5)
        within("segment", self.segment, 0)


@dataclass(frozen=True)
class TrainConfig:
    """How the network is fitted."""

    epochs: int | None = None
    """None: by corpus size, 3 to 15."""
    batch_size: int = 32
    learning_rate: float = 2e-3
    schedule: str = "linear"
    """Shape of the learning rate after warm-up."""
    warmup: float = 0.1
    """Share of all steps over which the learning rate rises."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """Largest gradient norm; 0 leaves it free."""
    patience: int = 5
    """Epochs without a better validation score before training ends; 0 never ends early."""
    ema: float = 0.5
    """Span of the moving average of the weights, in epochs; 0 keeps the last weights."""
    label_smoothing: float = 0.0
    adversarial: float = 0.5
    """Norm of the adversarial step on the embeddings, in typical token norms (Miyato et al. 2017); 0 for none."""
    class_weights: str = "none"
    """none or balanced."""
    valid_fraction: float | None = None
    """Share of the training rows held out when no validation file is given; None: a twentieth, but at least 200 rows
    where that is no more than a tenth, and at most 2,000."""
    time_limit: float | None = None
    """Seconds that training may take."""
    precision: str = "auto"
    seed: int = 1
    threads: int | None = None
    device: str = "auto"
    deterministic: bool = False
    """Refuse what would make a second run differ: the clock, and sums in any order on a GPU."""

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "threads"):
            within(name.replace("_", "-"), getattr(self, name), 1)
        for name in ("weight_decay", "clip", "patience", "ema", "adversarial"):
            within(name.replace("_", "-"), getattr(self, name), 0)
        within("seed", self.seed, 0, MOST_SEED)
        require(0 < self.learning_rate < math.inf, f"learning-rate must be a number above 0, not {self.learning_rate}")
        among("schedule", self.schedule, SCHEDULES)
        precision, weights = self.precision, self.class_weights
        among("precision", precision, PRECISIONS)
        require(weights in ("none", "balanced"), f"class-weights must be none or balanced, not {weights!r}")
        fraction("warmup", self.warmup)
        fraction("label-smoothing", self.label_smoothing)
        share, limit = self.valid_fraction, self.time_limit
        require(share is None or 0.0 < share < 1.0, f"valid-fraction must be above 0 and below 1, not {share}")
        require(limit is None or limit > 0, f"time must be above 0, not {limit}")
        check_clock(limit, self.deterministic)


@dataclass(frozen=True)
class ClassifierConfig:
    """All that decides a classifier, as stored in the model directory."""

    read: ReadConfig = field(default_factory=ReadConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)


C = TypeVar("C")


def to_dict(config: Any) -> dict[str, Any]:
    """A config as plain JSON types."""
    return dataclasses.asdict(config)


def from_dict(cls: type[C], values: Any) -> C:
    """A config from JSON, checked by name, type and range.

    Raises:
        ModelError: a field is unknown, of the wrong type, or out of range.
    """
    if not isinstance(values, dict):
        raise ModelError(f"{cls.__name__} should be an object, found {type(values).__name__}")
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ModelError(f"unknown field {unknown[0]!r} in {cls.__name__}")
    default = cls()
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        expected = getattr(default, name)
        if dataclasses.is_dataclass(expected):
            arguments[name] = from_dict(type(expected), value)
            continue
        if isinstance(expected, tuple) and isinstance(value, list):
            kind = int if "int" in str(known[name].type) else str
            value = tuple(value) if all(type(v) is kind for v in value) else value
        if not _fits(value, str(known[name].type)):
            raise ModelError(f"{cls.__name__}.{name} cannot be {value!r}")
        arguments[name] = value
    try:
        return cls(**arguments)
    except UsageError as error:
        raise ModelError(error.message) from error


def _fits(value: Any, annotation: str) -> bool:
    """Whether a JSON value is of the annotated type (the few kinds that configs use)."""
    if value is None:
        return "None" in annotation
    if annotation.startswith("tuple"):
        return isinstance(value, tuple)
    if isinstance(value, bool):
        return "bool" in annotation
    if isinstance(value, int):
        return "int" in annotation or "float" in annotation
    if isinstance(value, float):
        return "float" in annotation
    return isinstance(value, str) and ("str" in annotation or annotation in ("TokenizerKind", "Cell", "Task"))
