"""Hyper-parameters of a language model.

The command line takes its defaults from here.  ``None`` or ``auto`` stands for a default that depends on the data; the
choice is printed and stored with the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from lstmcli.config import Cell, among, fraction, require, within
from lstmcli.data.config import ReadConfig
from lstmcli.nn.config import check_network
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.training.config import TrainingConfig

PRESETS: tuple[str, ...] = ("tiny", "small", "chars", "medium", "awd", "mogrifier")
"""Their recipes are in ``presets.py``."""

OPTIMIZERS: tuple[str, ...] = ("adamw", "sgd")
SOFTMAXES: tuple[str, ...] = ("full", "adaptive")

DEFAULT_PRESET, ALPHABET_PRESET = "small", "chars"


@dataclass(frozen=True)
class LmModelConfig:
    """Embedding, one-way recurrent stack, softmax over the vocabulary."""

    cell: Cell = "lstm"
    embedding: int = 256
    hidden: int = 256
    """Units of each layer; with tied embeddings the last layer has the width of the embedding."""
    layers: int = 2
    tied: bool = True
    """Use one matrix as embedding and softmax weights (Press & Wolf 2017; Inan et al. 2017)."""
    softmax: str = "full"
    """full, or adaptive: rare words in clusters, for very large vocabularies (Grave et al. 2017); never tied."""
    cutoffs: tuple[int, ...] = ()
    """Frequency ranks at which the clusters of an adaptive softmax begin; (): depends on the vocabulary size."""
    embedding_dropout: float = 0.1
    """Share of words whose embedding is dropped at all their positions in a batch (Gal & Ghahramani 2016)."""
    input_dropout: float = 0.3
    """Locked dropout on the embedded text."""
    layer_dropout: float = 0.3
    """Locked dropout between layers."""
    output_dropout: float = 0.3
    """Locked dropout before the softmax."""
    weight_drop: float = 0.0
    """DropConnect on the recurrent weights (Merity et al. 2018)."""
    backward: bool = False
    """Read texts from their end, and predict the token before: a second start for a classifier."""

    def __post_init__(self) -> None:
        check_network(self, ("embedding", "input", "layer", "output"))
        adaptive = self.softmax == "adaptive"
        among("softmax", self.softmax, SOFTMAXES)
        require(not (adaptive and self.tied), "an adaptive softmax cannot share the embedding's matrix")
        rising = [0, *self.cutoffs] == sorted({0, *self.cutoffs})
        require(rising, f"cutoffs must rise from 1 at least, not {list(self.cutoffs)}")
        require(adaptive or not self.cutoffs, "a full softmax has no cutoffs")

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer, bottom to top."""
        last = self.embedding if self.tied else self.hidden
        return (*[self.hidden] * (self.layers - 1), last)


@dataclass(frozen=True)
class LmTrainConfig(TrainingConfig):
    """How a language model is trained."""

    SCHEDULES: ClassVar[tuple[str, ...]] = ("linear", "cosine", "constant", "plateau")

    batch_size: int = 20
    """Number of parallel streams."""
    bptt: int = 35
    """Mean window length of truncated back-propagation, in tokens."""
    softmax_words: int | None = None
    """Words whose logits a training step computes, beside its targets, of a full softmax; 0 for all; None: all of up to
    4,000, else an eighth, and 2,000 at least."""
    random_bptt: bool = True
    """Randomise window lengths, so that window borders vary (Merity et al. 2018, 4.1)."""
    random_starts: bool = True
    """Begin each stream at another place in each epoch, so that other windows are together (partial shuffle; Press
    2019, arXiv 1903.04167)."""
    optimizer: str = "adamw"
    """adamw, or sgd with averaging of the last weights (NT-ASGD; Merity et al. 2018, section 3)."""
    learning_rate: float | None = None
    """None: 5e-3 for adamw, 20 for sgd."""
    warmup: float = 0.05
    clip: float = 0.25
    patience: int | None = None
    """Validations without improvement after which training stops, 0: never; None: never if the learning rate decays,
    because the last epochs improve most, otherwise 5."""
    alpha: float | None = None
    """Weight of activation regularisation, a penalty on large outputs (Merity et al. 2017); None: 2 if the text is read
    often enough, else 0."""
    beta: float | None = None
    """Weight of temporal activation regularisation, a penalty on changes between steps; None: 1 or 0, as for alpha."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("alpha", "beta"):
            within(name, getattr(self, name), 0)
        within("bptt", self.bptt, 2)
        within("softmax-words", self.softmax_words or 0, 0)
        among("optimizer", self.optimizer, OPTIMIZERS)


@dataclass(frozen=True)
class LmConfig:
    """All settings of a language model, as stored in the model directory."""

    read: ReadConfig = field(default_factory=ReadConfig)
    tokenizer: LmTokenizerConfig = field(default_factory=LmTokenizerConfig)
    model: LmModelConfig = field(default_factory=LmModelConfig)
    train: LmTrainConfig = field(default_factory=LmTrainConfig)


@dataclass(frozen=True)
class CacheConfig:
    """Settings of the neural cache (Grave et al. 2017); tune them on other text than the reported one."""

    window: int = 500
    """Number of cached tokens."""
    theta: float = 0.3
    """Sharpness of the cache distribution: scale of the similarity of states."""
    share: float = 0.1
    """lambda: interpolation weight of the cache."""

    def __post_init__(self) -> None:
        require(self.window >= 1, f"cache must be at least 1 token, not {self.window}")
        require(0 <= self.theta < 1000, f"cache-theta must be at least 0 and below 1000, not {self.theta}")
        fraction("cache-lambda", self.share)


@dataclass(frozen=True)
class AdaptConfig:
    """Settings of dynamic evaluation (Krause et al. 2018); tune them on other text than the reported one."""

    rate: float = 0.002
    """Learning rate, relative to the RMS gradient of each weight."""
    decay: float = 0.002
    """Rate of decay towards the trained weights.  Penn Treebank, the first 1,000 validation lines: perplexity 97.6, and
    with rate and decay 0.002 and 0.02 92.7; 0.004 and 0.02 91.5, 0.005 87.1, 0.0015 86.2; 0.002 and 0.002 85.7."""
    segment: int = 5
    """Tokens between two updates."""

    def __post_init__(self) -> None:
        require(0 <= self.rate < 10, f"adapt-rate must be at least 0 and below 10, not {self.rate}")
        require(0 <= self.decay <= 1, f"adapt-decay must be between 0 and 1, not {self.decay}")
        require(self.segment >= 1, f"a segment has at least 1 token, not {self.segment}")
