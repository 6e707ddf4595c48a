"""A language model, ready to generate text."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from lstmcli.generation.config import ENGINES
from lstmcli.generation.session import Generator, Session
from lstmcli.language_modeling.model import load_language_model
from lstmcli.model_dir.directory import retry_if_replaced
from lstmcli.nn.device import check_engine


def load_generator(
    path: str | Path, *, threads: int | None = None, engine: str = "auto", device: str = "cpu"
) -> Generator:
    """Load the language model in a directory for generation.

    Args:
        threads: None uses all cores.
        engine: int8: fast, approximate; onnx: exact; torch: PyTorch; auto: int8 if its loss is low enough, else onnx.
        device: cpu, cuda or auto; PyTorch only.

    Raises:
        ModelError: missing, damaged, too new, or not a language model.
        UsageError: an unknown engine or device.
    """
    check_engine(engine, ENGINES, device)

    def load() -> Generator:
        kind = "torch" if engine == "torch" else "onnx"
        found = load_language_model(path, threads=threads, engine=kind, device=device)
        exact = engine in ("onnx", "torch") or (engine == "auto" and not found.model.config["int8"])
        return Generator(found.encoder, cast(Session, found.together if exact else found.int8()), found.model)

    return retry_if_replaced(path, load)
