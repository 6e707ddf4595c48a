"""Hyper-parameters of a classifier."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lstmcli.config import Cell, among, fraction, require, within
from lstmcli.data.config import ReadConfig
from lstmcli.nn.config import check_network
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.training.config import TrainingConfig

SMALLEST = 50_000
"""The least bytes of a model of a given size."""
POOLINGS: tuple[str, ...] = ("last", "mean", "max", "attention")
USUAL_POOLING = ("max", "mean")
"""Of a network that is not pretrained."""


@dataclass(frozen=True)
class ClassifierModelConfig:
    """The network (embedding, recurrent stack, pooling, linear head) and the n-gram model of the ensemble."""

    cell: Cell = "lstm"
    embedding: int = 128
    hidden: int = 96
    """Units per direction."""
    layers: int = 1
    bidirectional: bool = True
    pooling: tuple[str, ...] | None = None
    """None: ``USUAL_POOLING``, or that of a pretrained network (``pretraining/phase.py``); settled before training."""
    segment: int = 100
    """Longer texts are split into equal segments of at most this many tokens and pooled together; 0: no segments."""
    embedding_dropout: float = 0.5
    """Locked dropout (Gal & Ghahramani 2016) on the embedded text: one mask for all time steps."""
    word_dropout: float = 0.1
    """Share of tokens replaced by the unknown token in training."""
    feature_dropout: float = 0.2
    """Share of hashed features dropped in training."""
    layer_dropout: float = 0.3
    """Locked dropout between layers."""
    weight_drop: float = 0.0
    """DropConnect on the recurrent weights (Merity et al. 2018)."""
    output_dropout: float = 0.5
    ngrams: int | None = None
    """Order of the n-gram model in the ensemble; 0: no n-gram model; None: 2 for small corpora, 3 for large ones."""
    characters: int | None = None
    """Longest n-gram of characters in the second linear model, which reads the inside of words; 0: no such model; None:
    5 where it pays (``defaults.py``)."""
    size: int | None = None
    """Maximum bytes of the model directory, with weights in int8 and fp16 and as many n-grams as fit; None: any."""
    vectors: str | None = None
    """Pretrained word vectors to initialize the embedding (.vec, or GloVe .txt, gzipped or not); sets its width."""

    init_from: tuple[str, ...] = ()
    """Directories of language models whose tokenizer, embedding and layers the classifier starts from; a second one
    reads backward."""

    def __post_init__(self) -> None:
        check_network(self, ("embedding", "word", "feature", "layer", "output"))
        require(len(self.init_from) <= 2, "init-from names a forward and a backward language model at most")
        require(bool(self.pools), "choose at least one pooling")
        for pool in self.pools:
            require(pool in POOLINGS, f"pooling must be among {', '.join(POOLINGS)}, not {pool!r}")
        within("ngrams", self.ngrams, 0, 5)
        within("characters", self.characters, 0, 8)
        within("segment", self.segment, 0)
        within("size", self.size, SMALLEST)

    @property
    def pools(self) -> tuple[str, ...]:
        """How the states of a text become one vector."""
        return USUAL_POOLING if self.pooling is None else self.pooling


@dataclass(frozen=True)
class ClassifierTrainConfig(TrainingConfig):
    """How a classifier is trained."""

    learning_rate: float = 2e-3
    patience: int | None = None
    """Epochs without a better validation score before training stops; 0: never; None: depends on the epochs."""
    ema: float = 0.5
    """Time constant of the moving average of the weights, in epochs; 0: no average."""
    label_smoothing: float = 0.0
    adversarial: float = 0.5
    """Norm of the adversarial perturbation of embeddings, relative to the RMS token norm (Miyato et al. 2017), or 0."""
    class_weights: str = "none"
    """none or balanced."""
    teacher_weight: float | None = None
    """What a teacher's distribution counts beside a label of the same text; the label counts the rest.  None: half
    where the teacher's answer is the label, nothing where it is another (``soft_labels.py``)."""
    teacher_temperature: float = 1.0
    """Temperature of the teacher and of the network in the loss of soft labels (Hinton et al. 2015)."""
    virtual: float = 0.0
    """Weight of virtual adversarial training on texts without labels, if there are any (Miyato et al. 2017), or 0: it
    takes three times as long, and gained nothing with 100 labels of TREC-6, with pretraining or without."""
    entropy: float = 0.0
    """Weight of entropy minimisation on texts without labels (Grandvalet & Bengio 2005), or 0: with weight 1 and 100
    labels of TREC-6 the network was sure and wrong (accuracy 38 in place of 43)."""
    pretrain: int | None = None
    """Epochs of language-model pretraining on the training texts and those without labels (Dai & Le 2015), 0 for none;
    None: by the number of tokens, if there are texts without labels or a language model to start from, or if the
    training texts are few and short (``pretraining/phase.py``)."""
    layer_decay: float | None = None
    """How many times slower each layer learns than the one above it (Howard & Ruder 2018, 3.2); None: 2.6 for a
    network that is pretrained and learns few labels, else 1."""
    unfreeze: int | None = None
    """Epochs from the training of one layer to that of the one below it, from the output down (Howard & Ruder 2018,
    3.3); 0: all are trained from the start; None: 1 where ``layer_decay`` is 2.6 by default, else 0."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("ema", "adversarial", "virtual", "entropy"):
            within(name, getattr(self, name), 0)
        for name in ("pretrain", "unfreeze"):
            within(name, getattr(self, name), 0)
        decay = self.layer_decay
        require(decay is None or 1 <= decay <= 100, f"layer-decay must be between 1 and 100, not {decay}")
        among("class-weights", self.class_weights, ("none", "balanced"))
        fraction("label-smoothing", self.label_smoothing)
        heat = self.teacher_temperature
        within("teacher-weight", self.teacher_weight, 0, 1)
        require(0 < heat <= 100, f"teacher-temperature must be above 0 and at most 100, not {heat}")


@dataclass(frozen=True)
class ClassifierConfig:
    """All settings of a classifier, as stored in the model directory."""

    read: ReadConfig = field(default_factory=ReadConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    model: ClassifierModelConfig = field(default_factory=ClassifierModelConfig)
    train: ClassifierTrainConfig = field(default_factory=ClassifierTrainConfig)

    def settled(self) -> ClassifierConfig:
        """The config of a network that is not pretrained."""
        return replace(self, model=replace(self.model, pooling=self.model.pools))
