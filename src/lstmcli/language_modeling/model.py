"""A language model opened from its directory, by either engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmcli.language_modeling.load import language_model_weights
from lstmcli.language_modeling.scoring.score import Session
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.files import ReadAhead, use_file
from lstmcli.nn.device import check_engine, resolve_device
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.threads import cores
from lstmcli.tokenization.stream_encoder import StreamEncoder

ENGINES = ("onnx", "torch")

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
    engine: str
    device: str
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
        if self.engine == "torch":
            return self.together, 1  # PyTorch shares a batch out among its threads by itself
        return self._session(1), self.threads or cores()

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """By name, as in ``model.safetensors``."""
        return use_file(
            self.model,
            WEIGHTS,
            lambda data: language_model_weights(data, self.model, self.encoder.vocab_size),
            self.file,
        )

    def int8(self) -> Session:
        """In eight bits, all threads together."""
        return self._session(self.threads, int8=True)

    def _session(self, threads: int | None, *, int8: bool = False) -> Session:
        """Made from the weights: a graph from a stranger could ask for any amount of memory."""
        config, V = self.model.settings.model, self.encoder.vocab_size

        def build(data: bytes) -> Session:
            weights = language_model_weights(data, self.model, V)
            if self.engine == "torch":
                from lstmcli.language_modeling.network import load_language_model
                from lstmcli.language_modeling.torch_session import TorchSession

                return TorchSession(load_language_model(weights, config, V), self.device, threads)

            from lstmcli.language_modeling.graph import language_model_graph
            from lstmcli.language_modeling.onnx_session import LanguageModelSession

            return LanguageModelSession(language_model_graph(weights, config, int8=int8), config, threads)

        return use_file(self.model, WEIGHTS, build, self.file)


def load_language_model(
    path: str | Path, *, threads: int | None = None, engine: str = "onnx", device: str = "cpu"
) -> LanguageModel:
    """The language model in a directory.

    Args:
        threads: None takes what the machine has.
        engine: onnx; or torch, the same weights in PyTorch.
        device: cpu, cuda or auto; PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an engine or a device that does not exist.
    """
    check_engine(engine, ENGINES, device)
    if engine == "torch":
        device = resolve_device(device)

    def load() -> LanguageModel:
        model = read_model(path, task=LANGUAGE_MODELING)
        file = ReadAhead(model, WEIGHTS)
        encoder = use_file(
            model, TOKENIZER, lambda data: StreamEncoder.from_json(data.decode(), model.settings.tokenizer)
        )
        file.bytes()
        return LanguageModel(model, encoder, engine, device, threads, file)

    return retry_if_replaced(path, load)
