"""Hyper-parameters of a translator.

The command line takes its defaults from here.  ``None`` or ``auto`` stands for a default that depends on the data; the
choice is printed and stored with the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lstmcli.config import Cell, among, fraction, number, require, within
from lstmcli.data.config import ReadConfig
from lstmcli.nn.config import check_network
from lstmcli.tokenization.config import TOKENIZERS, LmTokenizerConfig
from lstmcli.training.config import TrainingConfig

ATTENTIONS: tuple[str, ...] = ("general", "dot", "additive")
METRICS: tuple[str, ...] = ("bleu", "chrf", "loss")
JOINT = "joint"
SOURCE_TOKENIZERS: tuple[str, ...] = (JOINT, *TOKENIZERS)
DEEP = 3
"""Layers from which each but the first adds its output to its input."""


@dataclass(frozen=True)
class TranslatorTokenizerConfig(LmTokenizerConfig):
    """Tokenizer of the targets, and of the sources."""

    mode: str = "lines"
    min_count: int = 2
    """Words and characters seen fewer times in the training split are unknown."""
    source_tokenizer: str | None = None
    """joint: that of the targets, with one vocabulary of both sides; otherwise the kind of a tokenizer of its own, with
    its own vocabulary; None: joint if the two sides share many words, or are split into characters."""
    source_vocab_size: int | None = None
    """None: as ``vocab_size``."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.mode == "lines", "mode must be lines: each text is translated by itself")
        among("source-tokenizer", self.source_tokenizer or JOINT, SOURCE_TOKENIZERS)
        within("source-vocab-size", self.source_vocab_size, 4)
        shared = self.source_tokenizer == JOINT and self.source_vocab_size is not None
        require(not shared, "source-vocab-size is that of a tokenizer of its own, and source-tokenizer is joint")

    @property
    def joint(self) -> bool:
        return self.source_tokenizer == JOINT

    @property
    def of_source(self) -> LmTokenizerConfig:
        """The settings of the sources' own tokenizer."""
        assert self.source_tokenizer is not None
        return LmTokenizerConfig(
            self.source_tokenizer, self.words, self.mode, None, self.source_vocab_size, self.min_count, self.lowercase
        )


@dataclass(frozen=True)
class TranslatorModelConfig:
    """Embeddings, bidirectional encoder, attention, decoder, softmax over the vocabulary."""

    cell: Cell = "lstm"
    embedding: int = 256
    hidden: int = 512
    """Units of each layer of the decoder; each direction of the encoder has half of them."""
    layers: int = 1
    """Layers of the encoder, and of the decoder; of three or more each but the first adds its output to its input (Wu
    et al. 2016, section 3.1)."""
    attention: str = "general"
    """How a state is compared with the states of the source: general or dot (Luong et al. 2015, section 3.1), additive
    (Bahdanau et al. 2015, appendix A.1.2)."""
    input_feeding: bool = False
    """The attentional state of a step is an input of the next (Luong et al. 2015, section 3.3).  The steps of training
    are then computed one by one, which takes several times as long."""
    tied: bool = True
    """Use one matrix as embedding and softmax weights (Press & Wolf 2017)."""
    copies: bool | None = None
    """An unknown token of a translation becomes the word of the source with most attention (Luong, Sutskever et al.
    2015); otherwise there are none.  None: if both sides are split into words."""
    word_dropout: float = 0.1
    """Share of tokens that are replaced by the unknown token in training."""
    embedding_dropout: float = 0.4
    """Locked dropout on embedded tokens."""
    layer_dropout: float = 0.2
    """Locked dropout between layers."""
    output_dropout: float = 0.4
    """Locked dropout before the softmax."""
    weight_drop: float = 0.0
    """DropConnect on the recurrent weights."""

    def __post_init__(self) -> None:
        check_network(self, ("word", "embedding", "layer", "output"))
        among("attention", self.attention, ATTENTIONS)
        require(self.hidden % 2 == 0, f"hidden must be even, for two directions share it, not {self.hidden}")

    @property
    def residual(self) -> bool:
        return self.layers >= DEEP

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each layer of the decoder, bottom to top."""
        return (self.hidden,) * self.layers

    @property
    def encoder_widths(self) -> tuple[int, ...]:
        """Units of each layer of the encoder, in each direction."""
        return (self.hidden // 2,) * self.layers

    @property
    def decoder_inputs(self) -> int:
        return self.embedding * (2 if self.input_feeding else 1)


@dataclass(frozen=True)
class TranslatorTrainConfig(TrainingConfig):
    """How a translator is trained."""

    batch_size: int = 256
    """Maximum number of pairs of a batch."""
    batch_tokens: int | None = None
    """Maximum number of tokens of a batch, padding included, of the longer side; None: a two-hundredth of the tokens of
    the targets, from 256 to 2,048."""
    max_tokens: int = 150
    """Pairs with more tokens on either side are left out of training."""
    learning_rate: float = 2e-3
    warmup: float = 0.05
    label_smoothing: float = 0.1
    """Share of the probability that is spread over the vocabulary (Szegedy et al. 2016, section 7)."""
    metric: str | None = None
    """What chooses the epoch whose weights are kept: bleu, chrf or loss, on the validation split; None: bleu, or chrf
    if a target has fewer than four words on average."""
    ema: float = 0.5
    """Span, in epochs, of the moving average of the weights, which is what is validated and kept; 0: none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        among("metric", self.metric or METRICS[0], METRICS)
        fraction("label-smoothing", self.label_smoothing)
        within("batch-tokens", self.batch_tokens, 16)
        within("max-tokens", self.max_tokens, 2)
        within("ema", self.ema, 0)


@dataclass(frozen=True)
class TranslatorConfig:
    """All settings of a translator, as stored in the model directory."""

    read: ReadConfig = field(default_factory=ReadConfig)
    tokenizer: TranslatorTokenizerConfig = field(default_factory=TranslatorTokenizerConfig)
    model: TranslatorModelConfig = field(default_factory=TranslatorModelConfig)
    train: TranslatorTrainConfig = field(default_factory=TranslatorTrainConfig)


@dataclass(frozen=True)
class BeamConfig:
    """How translations are searched for."""

    beam: int = 5
    """Number of hypotheses that are kept at each step; 1: the likeliest token at each step."""
    length_penalty: float = 1.0
    """alpha: a translation of T tokens is ranked by its log-probability divided by T ** alpha."""
    n: int = 1
    """Number of translations of each text."""

    def __post_init__(self) -> None:
        within("beam", self.beam, 1, MAX_BEAM)
        number("length-penalty", self.length_penalty)
        within("length-penalty", self.length_penalty, 0, 10)
        within("n", self.n, 1)
        require(self.n <= self.beam, f"n must be at most the beam, {self.beam}, not {self.n}")


MAX_BEAM = 1024
