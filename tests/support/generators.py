"""Generators of random weights, without a directory, and what is asked of them again and again."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lstmcli.generation.config import SamplingConfig
from lstmcli.generation.filters import log_softmax
from lstmcli.generation.results import Continuation
from lstmcli.generation.session import Generator
from lstmcli.language_modeling.config import LmConfig
from support.generate_models import lm_config, random_weights

GREEDY = SamplingConfig(temperature=0)
CONFIGS = {
    "char-lines": lm_config("char"),
    "char-document": lm_config("char", "document"),
    "byte-document": lm_config("byte", "document"),
    "spaces-lines": lm_config("word", words="spaces"),
    "spaces-document": lm_config("word", "document", words="spaces"),
    "text-lines": lm_config("word"),
    "bpe-document": lm_config("bpe", "document", vocab_size=300),
    "unigram-lines": lm_config("unigram", vocab_size=60),
    "gru": lm_config("char", cell="gru", tied=False),
}


@cache
def generator_of(name: str = "char-lines") -> Generator:
    return make(CONFIGS[name])


def make(config: LmConfig) -> Generator:
    from lstmcli.language_modeling.graph import language_model_graph
    from lstmcli.language_modeling.onnx_session import LanguageModelSession
    from lstmcli.tokenization.stream_encoder import StreamEncoder
    from support.generate_models import LINES

    encoder = StreamEncoder.train(LINES, config.tokenizer)
    graph = language_model_graph(random_weights(config.model, encoder.vocab_size), config.model)
    return Generator(encoder, LanguageModelSession(graph, config.model, threads=1))


def ended(events: Any) -> list[Continuation]:
    return sorted((e for e in events if isinstance(e, Continuation)), key=lambda found: found.sample)


def log_p_of(generator: Generator, ids: list[int]) -> np.ndarray[Any, Any]:
    """[T, V], in one run over the whole text."""
    column = np.array(ids, np.int32)[:, None]
    logits, _ = generator.session.logits(column, generator.session.zero_state(1))
    return log_softmax(logits[:, 0])
