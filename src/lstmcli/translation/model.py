"""A translator loaded from its directory, for any engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lstmcli.engine.registry import Engine, check_engine, choose_engine
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.files import ReadAhead, use_file
from lstmcli.nn.device import resolve_device
from lstmcli.tasks import TRANSLATION
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.translation.load import translator_weights
from lstmcli.translation.session import TranslationSession


@dataclass(frozen=True)
class LoadedTranslator:
    """A translator: its tokenizer, and the session that runs it."""

    model: ModelDir
    encoder: StreamEncoder
    engine: Engine
    device: str
    """cpu or cuda: where the engine runs."""
    threads: int | None
    file: ReadAhead
    """The weights, read with the other files, because the model may be replaced at any time."""

    @cached_property
    def session(self) -> TranslationSession:
        """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
        model = self.model

        def build(data: bytes) -> TranslationSession:
            weights = translator_weights(data, model, self.encoder.vocab_size)
            found: TranslationSession = self.engine.open(
                model.task, model.settings, weights, device=self.device, threads=self.threads
            )
            return found

        return use_file(model, WEIGHTS, build, self.file)


def load_model(
    path: str | Path, *, threads: int | None = None, engine: str | None = None, device: str = "auto"
) -> LoadedTranslator:
    """Load the translator in a directory.

    Args:
        threads: None uses all cores.
        engine: one of ``engine_names(scoring=True)``; None leaves the choice to ``LSTM_ENGINE`` and the registry.
        device: cpu, cuda or auto; an engine of PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a translator.
        UsageError: an unknown engine or device, or an engine that cannot run this model.
    """
    check_engine(engine, device, scoring=True)

    def load() -> LoadedTranslator:
        model = read_model(path, task=TRANSLATION)
        chosen = choose_engine(model.task, model.settings, engine, device, scoring=True)
        file = ReadAhead(model, WEIGHTS)
        encoder = use_file(
            model, TOKENIZER, lambda data: StreamEncoder.from_json(data.decode(), model.settings.tokenizer)
        )
        file.bytes()
        return LoadedTranslator(model, encoder, chosen, resolve_device(device, chosen.devices), threads, file)

    return retry_if_replaced(path, load)
