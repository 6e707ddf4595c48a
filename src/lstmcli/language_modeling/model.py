"""A language model opened from its directory, on any engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.registry import AUTO, Engine, check_engine, choose_engine
from lstmcli.engine.session import Session
from lstmcli.language_modeling.load import language_model_weights
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, ModelDir, read_model, unless_replaced
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
    """Its tokenizer and what runs it."""

    model: ModelDir
    encoder: StreamEncoder
    engine: Engine
    device: str
    """cpu or cuda: where the engine runs."""
    threads: int | None
    file: ReadAhead
    """The weights, read with the rest: another model may be put in the place of this one at any time."""

    @property
    def mode(self) -> str:
        """lines or document: what it was trained on."""
        return str(self.model.settings.tokenizer.mode)

    @property
    def path(self) -> Path:
        return self.model.path

    @property
    def oov_rule(self) -> str:
        """How unknown words are scored, in words."""
        config = self.model.settings.tokenizer
        if config.kind == "bpe" and config.path is not None:  # made elsewhere, perhaps without all bytes
            return _OOV_RULES["unigram"]
        return _OOV_RULES.get(config.kind, _OPEN)

    @cached_property
    def together(self) -> Session:
        """All threads share the work of one run: for one text that is read from its beginning to its end."""
        return self._session(self.threads)

    @cached_property
    def apart(self) -> tuple[Session, int]:
        """One thread a run, and how many runs may go on at once: for many texts."""
        if self.engine.spreads:
            return self.together, 1
        return self._session(1), self.threads or cores()

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """By name, as in ``model.safetensors``."""
        return use_file(
            self.model,
            WEIGHTS,
            lambda data: language_model_weights(data, self.model, self.encoder.vocab_size),
            self.file,
        )

    def generating(self, engine: str | None = AUTO) -> Session:
        """For generating, where an engine that is a little off may be much faster.

        Args:
            engine: its name; auto prefers int8 where training found that it loses little; None is the model's own.

        Raises:
            UsageError: an engine that does not exist, or does not run this model.
        """
        if engine is None:
            return self.together
        name, prefer = (None, "int8" if self.model.config["int8"] else None) if engine == AUTO else (engine, None)
        task, settings = self.model.task, self.model.settings
        chosen = choose_engine(task, settings, name, self.device, prefer=prefer)
        return self.together if chosen is self.engine else self._session(self.threads, chosen)

    def _session(self, threads: int | None, engine: Engine | None = None) -> Session:
        """Made from the weights: a graph from a stranger could ask for any amount of memory."""
        model = self.model

        def build(data: bytes) -> Session:
            weights = language_model_weights(data, model, self.encoder.vocab_size)
            found: Session = (engine or self.engine).open(
                model.task, model.settings, weights, device=self.device, threads=threads
            )
            return found

        return use_file(model, WEIGHTS, build, self.file)


def load_language_model(
    path: str | Path,
    *,
    threads: int | None = None,
    engine: str | None = None,
    device: str = "cpu",
    exact: bool = True,
) -> LanguageModel:
    """The language model in a directory.

    Args:
        threads: None takes what the machine has.
        engine: one of ``engine.registry.engine_names()``; None leaves the choice to ``LSTM_ENGINE`` and the registry.
        device: cpu, cuda or auto.
        exact: no engine that is a little off.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an engine or a device that does not exist, or an engine that does not run this model.
    """
    check_engine(engine, device, exact=exact)

    def load() -> LanguageModel:
        model = read_model(path, task=LANGUAGE_MODELING)
        chosen = choose_engine(model.task, model.settings, engine, device, exact=exact)
        file = ReadAhead(model, WEIGHTS)
        encoder = use_file(
            model, TOKENIZER, lambda data: StreamEncoder.from_json(data.decode(), model.settings.tokenizer)
        )
        file.bytes()
        return LanguageModel(model, encoder, chosen, resolve_device(device, chosen.devices), threads, file)

    return unless_replaced(path, load)
