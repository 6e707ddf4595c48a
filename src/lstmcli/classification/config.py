"""Hyper-parameters of a classifier."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from lstmcli.config import CELLS, MOST_LAYERS, MOST_UNITS, Cell, among, fraction, require, within
from lstmcli.data.config import ReadConfig
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.training.config import MOST_SEED, PRECISIONS, SCHEDULES, check_clock

POOLINGS: tuple[str, ...] = ("last", "mean", "max", "attention")


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
