"""A language model, ready to generate text."""

from __future__ import annotations

from pathlib import Path

from lstmcli.engine.registry import AUTO
from lstmcli.generation.session import Generator
from lstmcli.language_modeling.model import load_language_model
from lstmcli.model_dir.directory import retry_if_replaced


def load_generator(
    path: str | Path, *, threads: int | None = None, engine: str | None = AUTO, device: str = "cpu"
) -> Generator:
    """The language model in a directory, ready to generate; arguments and errors as ``load_language_model``."""

    def load() -> Generator:
        found = load_language_model(path, threads=threads, engine=engine, device=device, exact=False)
        return Generator(found.encoder, found.together, found.model)

    return retry_if_replaced(path, load)
