"""A language model, ready to generate text."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from lstmcli.generation.config import ENGINES
from lstmcli.generation.session import Generator, Session
from lstmcli.language_modeling.model import LanguageModel, load_language_model
from lstmcli.model_dir.directory import unless_replaced
from lstmcli.nn.device import check_engine


def load_generator(
    path: str | Path, *, threads: int | None = None, engine: str = "auto", device: str = "cpu"
) -> Generator:
    """The language model in a directory, ready to generate.

    Args:
        threads: None takes what the machine has.
        engine: int8, fast and a little off; onnx, exact; torch, the same weights in PyTorch; auto: int8 where
            training found that it loses little, else onnx.
        device: cpu, cuda or auto; PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an engine or a device that does not exist.
    """
    check_engine(engine, ENGINES, device)

    def load() -> Generator:
        kind = "torch" if engine == "torch" else "onnx"
        return generator_of(load_language_model(path, threads=threads, engine=kind, device=device), engine)

    return unless_replaced(path, load)


def generator_of(model: LanguageModel, engine: str) -> Generator:
    """A language model that was opened, ready to generate by an engine; see ``load_generator``."""
    exact = engine in ("onnx", "torch") or (engine == "auto" and not model.model.config["int8"])
    return Generator(model.encoder, cast(Session, model.together if exact else model.int8()), model.model)
