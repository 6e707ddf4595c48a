"""A language model loaded from its directory, for any engine."""

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
    """A language model: its tokenizer, and sessions that run it."""

    model: ModelDir
    encoder: StreamEncoder
    engine: str
    device: str
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
        if self.engine == "torch":
            return self.together, 1  # PyTorch parallelises within a batch
        return self._session(1), self.threads or cores()

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """The weights by name, as in ``model.safetensors``."""
        return use_file(
            self.model,
            WEIGHTS,
            lambda data: language_model_weights(data, self.model, self.encoder.vocab_size),
            self.file,
        )

    def int8(self) -> Session:
        """A session with int8 weights that uses all threads for one run."""
        return self._session(self.threads, int8=True)

    def _session(self, threads: int | None, *, int8: bool = False) -> Session:
        """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
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
    """Load the language model in a directory.

    Args:
        threads: None uses all cores.
        engine: onnx, or torch, the same weights in PyTorch.
        device: cpu, cuda or auto; PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an unknown engine or device.
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
