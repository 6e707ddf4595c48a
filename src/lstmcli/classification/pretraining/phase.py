"""The pretraining as a phase of a classifier's training: from language models that it starts from, or from nothing."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.pretraining.start import Start
from lstmcli.classification.pretraining.texts import Texts, outputs
from lstmcli.errors import UsageError
from lstmcli.nn.config import words_computed
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training.checkpoint import Snapshot
from lstmcli.training.distributed import Group
from lstmcli.training.events import Event
from lstmcli.training.results import Estimate

if TYPE_CHECKING:
    from lstmcli.classification.network import Classifier
    from lstmcli.classification.pretraining.trainer import PretrainingTrainer
    from lstmcli.classification.trainer import Trainer

TOKENS_SEEN, MOST_EPOCHS, START_EPOCHS = 1_000_000, 8, 3
"""By default the texts are read so many tokens long, at most so often; from a language model so often."""
OWN_TEXTS, MOST_OWN_TOKENS, OWN_EPOCHS = range(1_000, 8_001), 250_000, 3
"""Where there are neither texts without labels nor a language model to start from, the training texts alone are enough,
if there are so many, of so many tokens.  Accuracy on other rows of the training files, without and with 8 epochs:
TREC-6 88.8, 89.8; TREC-50 81.3, 82.2; MR 78.1, 79.0; SST-2 82.6, 82.2; with 2,000 rows AG News 87.1, 87.5; THUCNews
titles 79.5, 80.3; MR 72.9, 73.4; SST-2 78.4, 79.0; TREC-50 73.4, 74.3.  3 epochs are as good: TREC-6 89.8, TREC-50
82.1.  SST-5 lost: 41.9, 41.1.  More text gains little: Chinese hotel reviews (600,000 tokens) 89.4, 89.1; AG News
(17,000 texts) 91.4, 91.6 for seven times the time."""
RATE, START_RATE = 4e-3, 1e-3
DROPOUT = 0.2
"""Of what the layers read, and of what the softmax reads."""
POOLING, LAYER_DECAY, UNFREEZE = ("last", "max", "mean"), 2.6, 1
"""How a pretrained network learns the labels: concat pooling, discriminative rates, gradual unfreezing (Howard & Ruder
2018, 3.2 and 3.3)."""
FEW_LABELLED = 500
"""With more labelled texts all layers learn alike, from the start.  Accuracy on 1,000 other rows of TREC-6 (one cut, or
the mean of two): with 1,000 labels 80.1, as with few 77.7, without pretraining 78.7; with 4,400 87.7, 85.9, 86.5; from
a language model 87.3, 84.8, 87.0, with 300 labels 69.9, 69.9; pretrained with 100 56.8, 60.6, 54.0."""
LEAST_TEXTS = 20
"""Fewer texts are too few to pretrain on."""


@dataclass
class PretrainingPhase:
    config: ClassifierConfig
    encoder: TextEncoder
    texts: Texts
    start: Start | None = None
    trainer: PretrainingTrainer | None = None
    """None before ``build``, and if nothing is pretrained."""

    @property
    def epochs(self) -> int:
        return self.config.train.pretrain or 0

    def build(self, module: Classifier, device: str, group: Group) -> None:
        """Create the language models; sets the weights of the classifier if it starts from some."""
        import torch

        from lstmcli.classification.pretraining.network import DirectionModels
        from lstmcli.classification.pretraining.trainer import PretrainingTrainer
        from lstmcli.nn.device import native_bf16
        from lstmcli.nn.sampled_softmax import WordSampler

        train, start = self.config.train, self.start
        counts_V = self.texts.counts(self.encoder.vocab_size)
        places_V = outputs(counts_V)
        seen_P = np.sort(counts_V[places_V >= 0])[::-1]
        computed = words_computed(len(seen_P))
        models = DirectionModels(
            module.config,
            torch.from_numpy(places_V),
            apart=start is not None and len(start.models) > 1,
            dropout=DROPOUT,
            sampler=WordSampler(seen_P, computed, device) if computed else None,
        )
        for decoder in models.own_decoders():
            decoder.bias.data.copy_(torch.from_numpy(np.log(seen_P / seen_P.sum())))
        if start is not None:
            start.fill(module, models, self.encoder)
        if not self.epochs:
            return
        self.trainer = PretrainingTrainer(
            module,
            models,
            self.texts,
            learning_rate=START_RATE if start else RATE,
            layer_decay=(train.layer_decay or 1.0) if start else 1.0,
            clip=train.clip,
            device=device,
            bf16=train.precision == "bf16" or (train.precision == "auto" and native_bf16(device)),
            group=group,
        )

    def with_cost(self, cost: Estimate) -> Estimate:
        """The estimated cost of the run, that of this phase included."""
        from lstmcli.classification.pretraining.trainer import estimate_step

        if self.trainer is None:
            return cost
        parameters = sum(p.numel() for p in self.trainer.dense)
        more = 4 * (6 * parameters + 4 * self.trainer.table.table.numel())
        own = estimate_step(self.trainer) * self.texts.steps_per_epoch * self.epochs
        limited = self.config.train.time_limit is not None
        seconds = cost.seconds if limited else cost.seconds + own
        return replace(cost, seconds=seconds, memory_bytes=cost.memory_bytes + more)

    def is_ahead(self, last: Snapshot | None) -> bool:
        """Whether there is something to pretrain, in a run that goes on from a snapshot or starts."""
        return self.trainer is not None and (last is None or bool(last.values.get("pretraining")))

    def run(self, **how: Any) -> Generator[Event, None, bool]:
        """Pretrain; returns whether it was not interrupted.  The arguments are those of ``fit.pretrain``."""
        from lstmcli.classification.pretraining.fit import pretrain

        assert self.trainer is not None
        config = replace(self.config.train, epochs=self.epochs)
        return (yield from pretrain(self.trainer, config, **how))

    def fields(self) -> dict[str, Any]:
        """What ``config.json`` says of it beside the data."""
        return {"texts pretrained on": len(self.texts)} if self.epochs else {}

    def mark_known(self, trainer: Trainer) -> None:
        """Say which rows of the embedding are not random."""
        if self.start is not None:
            trainer.table.seen[:] = True
        elif self.trainer is not None:
            trainer.table.seen |= self.trainer.table.seen


def phase_for(
    config: ClassifierConfig,
    encoder: TextEncoder,
    labelled: EncodedTexts,
    unlabelled: EncodedTexts | None,
    start: Start | None,
) -> PretrainingPhase | None:
    """The pretraining of a classifier on its training texts and those without labels, with the number of epochs
    settled; None without one.

    By default training texts alone are pretrained on if they are few and short (``OWN_TEXTS``).

    Raises:
        UsageError: the cell does not allow it.
    """
    train, model = config.train, config.model
    by_default = unlabelled is not None or _own_texts_are_enough(labelled, config)
    if start is None and not (by_default if train.pretrain is None else train.pretrain):
        return None
    beside = model.bidirectional and (model.layers > 1 or (start is not None and len(start.models) > 1))
    if beside and not _columns_by_input(model.cell):
        if start is None and train.pretrain is None:
            return None
        raise UsageError(
            f"several layers of {CELLS[model.cell].title} in two directions cannot be pretrained",
            hint="add --one-way, or --layers 1",
        )
    texts = (labelled,) if unlabelled is None else (labelled, unlabelled)
    found = Texts(texts, config.tokenizer.max_tokens, _neighbours(encoder))
    epochs = train.pretrain
    if epochs is None:
        by_tokens = min(MOST_EPOCHS, max(1, round(TOKENS_SEEN / max(1, found.tokens))))
        epochs = START_EPOCHS if start else OWN_EPOCHS if unlabelled is None else by_tokens
    if len(found) < LEAST_TEXTS:
        epochs = 0
    if start is None and not epochs:
        return None
    return PretrainingPhase(_settled(config, epochs, len(labelled)), encoder, found, start)


def _own_texts_are_enough(labelled: EncodedTexts, config: ClassifierConfig) -> bool:
    """Whether a network without a start of any kind is pretrained on its training texts."""
    if len(labelled) not in OWN_TEXTS or config.model.vectors is not None:
        return False
    return int(np.minimum(labelled.lengths, config.tokenizer.max_tokens).sum()) <= MOST_OWN_TOKENS


def _columns_by_input(cell: str) -> bool:
    """Whether a layer that reads more has more columns in its weights, and is else the same."""
    few, many = (CELLS[cell].weights(E, 8) for E in (4, 12))
    pairs = [(few[name].shape, many[name].shape) for name in few]
    return all(a == b or (a[:-1], a[-1], b[-1]) == (b[:-1], 4, 12) for a, b in pairs)


def _settled(config: ClassifierConfig, epochs: int, labelled: int) -> ClassifierConfig:
    """The config with what the pretrained network has by default, for so many labelled texts."""
    model, train = config.model, config.train
    usual_decay, usual_unfreeze = (LAYER_DECAY, UNFREEZE) if labelled <= FEW_LABELLED else (1.0, 0)
    decay = usual_decay if train.layer_decay is None else train.layer_decay
    unfreeze = usual_unfreeze if train.unfreeze is None else train.unfreeze
    pooling = POOLING if model.pooling is None else model.pooling
    train = replace(train, pretrain=epochs, layer_decay=decay, unfreeze=unfreeze)
    return replace(config, model=replace(model, pooling=pooling), train=train)


def _neighbours(encoder: TextEncoder) -> NDArray[np.bool_] | None:
    """Of the tokens of the vocabulary: whether their features are those of their neighbours; None: of no token."""
    features = encoder.features
    if features is None:
        return None
    found = np.array([features.is_apart(word) for word in encoder.vocabulary()], np.bool_)
    return found if found.any() else None
