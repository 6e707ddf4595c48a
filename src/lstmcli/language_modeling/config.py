"""Every hyper-parameter of a language model, once, and the presets that fill them in.

As in ``config.py``: the command line takes its defaults and its help from here, and ``None`` or ``auto`` means
"by the rule", whose choice is printed and stored with the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from lstmcli.config import CELL_NAMES, MAX_LAYERS, MAX_UNITS, Cell, among, fraction, require, within
from lstmcli.data.config import ReadConfig
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.training.config import TrainingConfig

PRESETS: tuple[str, ...] = ("tiny", "small", "chars", "medium", "awd")

OPTIMIZERS: tuple[str, ...] = ("adamw", "sgd")
SOFTMAXES: tuple[str, ...] = ("full", "adaptive")

DEFAULT_PRESET, ALPHABET_PRESET = "small", "chars"


@dataclass(frozen=True)
class LmModelConfig:
    """Embedding, one-way recurrent stack, softmax over the vocabulary."""

    cell: Cell = "lstm"
    embedding: int = 256
    hidden: int = 256
    """Units of each layer; with tied embeddings the last has as many as the embedding is wide."""
    layers: int = 2
    tied: bool = True
    """One matrix embeds and predicts words (Press & Wolf 2017; Inan et al. 2017)."""
    softmax: str = "full"
    """full, or adaptive: rare words in clusters, for very large vocabularies (Grave et al. 2017); it is never tied."""
    cutoffs: tuple[int, ...] = ()
    """Ranks by frequency at which the clusters of an adaptive softmax begin; (): by the size of the vocabulary."""
    embedding_dropout: float = 0.1
    """Share of words whose embedding is dropped wherever they stand in a batch (Gal & Ghahramani 2016)."""
    input_dropout: float = 0.3
    """Locked dropout on the embedded text."""
    layer_dropout: float = 0.3
    """Locked dropout between layers."""
    output_dropout: float = 0.3
    """Locked dropout before the softmax."""
    weight_drop: float = 0.0
    """DropConnect on the recurrent weights (Merity et al. 2018)."""

    def __post_init__(self) -> None:
        among("cell", self.cell, CELL_NAMES)
        within("embedding", self.embedding, 1, MAX_UNITS)
        within("hidden", self.hidden, 1, MAX_UNITS)
        within("layers", self.layers, 1, MAX_LAYERS)
        for dropout in ("embedding", "input", "layer", "output"):
            fraction(f"{dropout}-dropout", getattr(self, f"{dropout}_dropout"))
        fraction("weight-drop", self.weight_drop)
        adaptive = self.softmax == "adaptive"
        among("softmax", self.softmax, SOFTMAXES)
        require(not (adaptive and self.tied), "an adaptive softmax cannot share the embedding's matrix")
        rising = [0, *self.cutoffs] == sorted({0, *self.cutoffs})
        require(rising, f"cutoffs must rise from 1 at least, not {list(self.cutoffs)}")
        require(adaptive or not self.cutoffs, "a full softmax has no cutoffs")

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer, from the lowest up."""
        last = self.embedding if self.tied else self.hidden
        return (*[self.hidden] * (self.layers - 1), last)


@dataclass(frozen=True)
class LmTrainConfig(TrainingConfig):
    """How a language model is fitted."""

    SCHEDULES: ClassVar[tuple[str, ...]] = ("linear", "cosine", "constant", "plateau")

    batch_size: int = 20
    """Streams that are read side by side."""
    bptt: int = 35
    """Tokens that the gradient flows back over, on average."""
    random_bptt: bool = True
    """Draw the length of each window anew, so that no token always stands at its end (Merity et al. 2018, 4.1)."""
    optimizer: str = "adamw"
    """adamw, or sgd, which ends as an average of its last weights (NT-ASGD; Merity et al. 2018, section 3)."""
    learning_rate: float | None = None
    """None: 5e-3 for adamw, 20 for sgd."""
    warmup: float = 0.05
    clip: float = 0.25
    patience: int | None = None
    """Validations without an improvement after which training ends, 0: never; None: never where the learning rate
    falls, for the last epochs bring the most, else 5."""
    alpha: float = 0.0
    """Weight of activation regularisation: large outputs cost (Merity et al. 2017)."""
    beta: float = 0.0
    """Weight of temporal activation regularisation: changes from step to step cost."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("alpha", "beta"):
            within(name, getattr(self, name), 0)
        within("bptt", self.bptt, 2)
        among("optimizer", self.optimizer, OPTIMIZERS)


@dataclass(frozen=True)
class LmConfig:
    """All that decides a language model, as stored in the model directory."""

    read: ReadConfig = field(default_factory=ReadConfig)
    tokenizer: LmTokenizerConfig = field(default_factory=LmTokenizerConfig)
    model: LmModelConfig = field(default_factory=LmModelConfig)
    train: LmTrainConfig = field(default_factory=LmTrainConfig)


@dataclass(frozen=True)
class CacheConfig:
    """The neural cache of scoring (Grave et al. 2017); choose values on other text than the one reported."""

    window: int = 500
    """Tokens that are remembered."""
    theta: float = 0.3
    """How much more a like state counts than an unlike one."""
    share: float = 0.1
    """lambda: what the cache has to say in the mixture."""

    def __post_init__(self) -> None:
        require(self.window >= 1, f"cache must be at least 1 token, not {self.window}")
        require(0 <= self.theta < 1000, f"cache-theta must be at least 0 and below 1000, not {self.theta}")
        fraction("cache-lambda", self.share)


@dataclass(frozen=True)
class AdaptConfig:
    """Dynamic evaluation (Krause et al. 2018); choose values on other text than the one reported."""

    rate: float = 0.002
    """Step that the weights take after each segment, in units of a weight's usual gradient."""
    decay: float = 0.02
    """How fast the weights go back to where they were."""
    segment: int = 5
    """Tokens that are scored before the next step is taken."""

    def __post_init__(self) -> None:
        require(0 <= self.rate < 10, f"adapt-rate must be at least 0 and below 10, not {self.rate}")
        require(0 <= self.decay <= 1, f"adapt-decay must be between 0 and 1, not {self.decay}")
        require(self.segment >= 1, f"a segment has at least 1 token, not {self.segment}")


def preset(name: str) -> tuple[LmModelConfig, LmTrainConfig]:
    """What a preset's name stands for.

    ======  =====================================================================================
    tiny    1 x 128: a toy that learns in a minute
    small   2 x 256, tied, dropouts that suit a few megabytes: good on two cores (the default)
    chars   1 x 512 over 64, for alphabets, whose letters are few and never dropped (their default)
    medium  2 x 650, tied, dropout 0.5 (Zaremba et al. 2014, medium; Inan et al. 2017)
    awd     3 x 1150 over 400, weight-drop and NT-ASGD (Merity et al. 2018, table 1): for a GPU, or patience
    ======  =====================================================================================
    """
    model, train = LmModelConfig(), LmTrainConfig()
    if name == "tiny":
        model = replace(model, embedding=128, hidden=128, layers=1)
        return replace(model, embedding_dropout=0.0, input_dropout=0.1, output_dropout=0.1), train
    if name == "small":
        return model, train
    if name == "chars":
        model = replace(model, embedding=64, hidden=512, layers=1, tied=False)
        model = replace(model, embedding_dropout=0.0, input_dropout=0.0)
        return model, replace(train, batch_size=32, bptt=64)
    if name == "medium":
        model = replace(model, embedding=650, hidden=650)
        model = replace(model, input_dropout=0.5, layer_dropout=0.5, output_dropout=0.5)
        return model, replace(train, learning_rate=2e-3)
    require(name == "awd", f"preset must be one of {', '.join(PRESETS)}, not {name!r}")
    model = replace(model, embedding=400, hidden=1150, layers=3)
    model = replace(model, input_dropout=0.4, layer_dropout=0.25, output_dropout=0.4, weight_drop=0.5)
    sgd = replace(train, optimizer="sgd", learning_rate=30.0, schedule="constant", weight_decay=1.2e-6)
    return model, replace(sgd, bptt=70, alpha=2.0, beta=1.0)
