"""The start of a classifier from language models: tokenizer, embedding, layers (Howard & Ruder 2018).

A forward and a backward model lie side by side in one network: each has its part of the embedding and its direction,
and what a layer reads of the other direction weighs nothing at first.  With a forward model alone, the backward
direction reads its embedding too, and learns from random weights when the language models are fine-tuned.

Shapes: V words of the vocabulary, E embedding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.config import ClassifierConfig
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import TOKENIZER
from lstmcli.model_dir.transfer import LanguageModelParts, read_parts
from lstmcli.tokenization.ids import PADDING_ID, UNKNOWN_ID
from lstmcli.tokenization.text_encoder import TextEncoder

if TYPE_CHECKING:
    from lstmcli.classification.network import Classifier
    from lstmcli.classification.pretraining.network import DirectionModels
    from lstmcli.data.records import Record


@dataclass(frozen=True)
class Start:
    """A forward language model, and perhaps a backward one of the same shape."""

    models: tuple[LanguageModelParts, ...]

    @property
    def forward(self) -> LanguageModelParts:
        return self.models[0]

    @property
    def checksum(self) -> str:
        return "+".join(model.checksum for model in self.models)

    def settled(self, config: ClassifierConfig) -> ClassifierConfig:
        """The config with the tokenizer and the sizes of the language models."""
        first = self.forward
        model = replace(
            config.model,
            cell=first.cell,
            embedding=sum(model.embedding_VE.shape[1] for model in self.models),
            hidden=first.widths[0],
            layers=len(first.widths),
            bidirectional=config.model.bidirectional or len(self.models) > 1,
        )
        tokenizer = replace(
            config.tokenizer, path=str(first.path / TOKENIZER), lowercase=first.lowercase, hash_buckets=0
        )
        return replace(config, model=model, tokenizer=tokenizer)

    def encoder(self, config: ClassifierConfig) -> TextEncoder:
        """The tokenizer of the language model, which puts a space before a text as that does."""
        content = json.loads(self.forward.tokenizer_json)
        if self.forward.lead:
            steps = [{"type": "Prepend", "prepend": " "}, *([content["normalizer"]] if content["normalizer"] else [])]
            content["normalizer"] = {"type": "Sequence", "normalizers": steps}
        return TextEncoder.from_json(json.dumps(content, ensure_ascii=False), config.tokenizer)

    def fill(self, module: Classifier, models: DirectionModels, encoder: TextEncoder) -> None:
        """Set the weights of a classifier, and of the language models of its directions."""
        import torch

        parts = [self._rows(model.embedding_VE, encoder) for model in self.models]
        module.embedding.data.copy_(torch.from_numpy(np.concatenate(parts, axis=1)))
        places_V = models.outputs_V.cpu().numpy()
        known = np.flatnonzero(places_V >= 0)
        for direction, model in enumerate(self.models):
            stack, decoder = (
                models.own_stacks()[direction],
                models.own_decoders()[-1 if models.apart and direction else 0],
            )
            layers = enumerate(model.layers)
            weights = {f"layers.{n}.0.{name}": value for n, layer in layers for name, value in layer.items()}
            stack.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
            if model.decoder_VK is None or model.bias_V is None:
                continue
            for target, source in ((decoder.weight, model.decoder_VK), (decoder.bias, model.bias_V)):
                rows = torch.from_numpy(np.asarray(source, np.float32)[self._ids(known, encoder)])
                target.data[torch.from_numpy(places_V[known])] = rows
        models.write_into(module.stack)

    def _ids(self, rows: NDArray[np.integer], encoder: TextEncoder) -> NDArray[np.integer]:
        """The ids in the language models of tokens of the classifier, whose ids may be moved differently."""
        return rows + (self.forward.moved - encoder.moved.shift)

    def _rows(self, embedding_VE: NDArray[Any], encoder: TextEncoder) -> NDArray[np.float32]:
        """The embedding of a language model by the tokens of the classifier; padding is zero."""
        rows = np.zeros((encoder.rows, embedding_VE.shape[1]), np.float32)
        ids = self._ids(np.arange(encoder.rows), encoder)
        there = (ids >= 0) & (ids < len(embedding_VE))
        rows[there] = embedding_VE[ids[there]]
        rows[UNKNOWN_ID] = embedding_VE[UNKNOWN_ID]
        rows[PADDING_ID] = 0.0
        return rows


Started = tuple[ClassifierConfig, TextEncoder, "Start | None"]


def start_or_train(config: ClassifierConfig, records: Iterable[Record]) -> Started:
    """The config, the tokenizer and the language models that a classifier starts from; without them, the tokenizer is
    trained on the records.  Raises: as ``read_start``."""
    start = read_start(config)
    if start is None:
        return config, TextEncoder.train((record.text for record in records), config.tokenizer), None
    config = start.settled(config)
    return config, start.encoder(config), start


def read_start(config: ClassifierConfig) -> Start | None:
    """The language models that a config names; None if it names none.

    Raises:
        ModelError: one cannot be read.
        UsageError: one is no language model, or cannot be the start of a classifier, or two do not fit together.
    """
    if not config.model.init_from:
        return None
    models = [read_parts(path) for path in config.model.init_from]
    for model in models:
        if len(set(model.widths)) > 1:
            sizes = ", ".join(map(str, model.widths))
            raise UsageError(
                f"{model.path}: a classifier has layers of one width, and this language model has {sizes}",
                hint="train it with --hidden as wide as --embedding, or with --untied",
            )
    backward = [model.backward for model in models]
    if sorted(backward) == [False, True]:
        models.sort(key=lambda model: model.backward)
        _check_fit(*models)
    elif len(models) == 2:
        way = "backward" if backward[0] else "forward"
        raise UsageError(
            f"--init-from twice needs a forward and a backward language model, and both are {way}",
            hint="train the other with `lstm train TEXT --backward`, or give one",
        )
    elif backward[0]:
        raise UsageError(f"{models[0].path}: is a backward language model", hint="give a forward one before it")
    return Start(tuple(models))


def _check_fit(first: LanguageModelParts, second: LanguageModelParts) -> None:
    """Raises UsageError for language models that cannot lie side by side."""
    if first.tokenizer_json != second.tokenizer_json:
        raise UsageError(
            f"{first.path} and {second.path}: have different tokenizers",
            hint="train the second with --tokenizer MODEL/tokenizer.json of the first, or on the same text",
        )
    if (first.cell, first.widths) != (second.cell, second.widths):
        raise UsageError(f"{first.path} and {second.path}: differ in cell, layers or units", hint="train both alike")
