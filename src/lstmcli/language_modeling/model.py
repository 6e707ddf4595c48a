"""A language model loaded from its directory, for any engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.registry import Engine, check_engine, choose_engine
from lstmcli.engine.session import Session
from lstmcli.language_modeling.load import language_model_weights
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.files import ReadAhead, use_file
from lstmcli.nn.device import resolve_device
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.threads import cores
from lstmcli.tokenization.stream_encoder import StreamEncoder

_OOV_RULES = {
    "word": "closed vocabulary: an unknown word is read and scored as <unk>, and so is a <unk> in the text",
    "char": "an unknown character is read and scored as <unk>",
    "unigram": "what no piece covers is read and scored as <unk>",
}
_OPEN = "open vocabulary: any text can be spelled, nothing is unknown"


@dataclass(frozen=True)
class LanguageModel:
    """A language model: its tokenizer, and sessions that run it."""

    model: ModelDir
    encoder: StreamEncoder
    engine: Engine
    device: str
    """cpu or cuda: where the engine runs."""
    threads: int | None
    file: ReadAhead
    """The weights, read with the other files, because the model may be replaced at any time."""

    @property
    def mode(self) -> str:
        """lines or document: the tokenizer's mode."""
        return str(self.model.settings.tokenizer.mode)

    @property
    def path(self) -> Path:
        return self.model.path

    @property
    def oov_rule(self) -> str:
        """How unknown words are scored, in words."""
        config = self.model.settings.tokenizer
        if config.kind == "bpe" and config.path is not None:  # made elsewhere, may lack bytes
            return _OOV_RULES["unigram"]
        return _OOV_RULES.get(config.kind, _OPEN)

    @cached_property
    def together(self) -> Session:
        """A session that uses all threads for one run: for one text read as a stream."""
        return self._session(self.threads)

    @cached_property
    def apart(self) -> tuple[Session, int]:
        """A session with one thread per run, and the number of concurrent runs: for many texts."""
        if self.engine.spreads:
            return self.together, 1
        return self._session(1), self.threads or cores()

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """The weights by name, as in ``model.safetensors``."""
        return use_file(
            self.model,
            WEIGHTS,
            lambda data: language_model_weights(data, self.model, self.encoder.vocab_size),
            self.file,
        )

    def _session(self, threads: int | None) -> Session:
        """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
        model = self.model

        def build(data: bytes) -> Session:
            weights = language_model_weights(data, model, self.encoder.vocab_size)
            found: Session = self.engine.open(model.task, model.settings, weights, device=self.device, threads=threads)
            return found

        return use_file(model, WEIGHTS, build, self.file)


def load_language_model(
    path: str | Path,
    *,
    threads: int | None = None,
    engine: str | None = None,
    device: str = "cpu",
) -> LanguageModel:
    """Load the language model in a directory.

    Args:
        threads: None uses all cores.
        engine: one of ``engine_names(scoring=True)``; None leaves the choice to ``LSTM_ENGINE`` and the registry.
        device: cpu, cuda or auto; an engine of PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an unknown engine or device, or an engine that cannot run this model.
    """
    check_engine(engine, device, scoring=True)

    def load() -> LanguageModel:
        model = read_model(path, task=LANGUAGE_MODELING)
        chosen = choose_engine(model.task, model.settings, engine, device, scoring=True)
        file = ReadAhead(model, WEIGHTS)
        encoder = use_file(
            model, TOKENIZER, lambda data: StreamEncoder.from_json(data.decode(), model.settings.tokenizer)
        )
        file.bytes()
        return LanguageModel(model, encoder, chosen, resolve_device(device, chosen.devices), threads, file)

    return retry_if_replaced(path, load)
