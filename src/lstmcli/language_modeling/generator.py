"""A language model, ready to generate text."""

from __future__ import annotations

from pathlib import Path

from lstmcli.engine.registry import AUTO, check_engine
from lstmcli.generation.session import Generator
from lstmcli.language_modeling.model import LanguageModel, load_language_model
from lstmcli.model_dir.directory import unless_replaced


def load_generator(
    path: str | Path, *, threads: int | None = None, engine: str | None = AUTO, device: str = "cpu"
) -> Generator:
    """The language model in a directory, ready to generate.

    Args:
        engine: as ``LanguageModel.generating``.

    Raises:
        ModelError, UsageError: as ``load_language_model``.
    """
    check_engine(engine, device, auto=True)
    own = None if engine == AUTO else engine

    def load() -> Generator:
        found = load_language_model(path, threads=threads, engine=own, device=device, exact=False)
        return generator_of(found, engine)

    return unless_replaced(path, load)


def generator_of(model: LanguageModel, engine: str | None = AUTO) -> Generator:
    """A language model that was opened, ready to generate; ``engine`` as ``LanguageModel.generating``."""
    return Generator(model.encoder, model.generating(engine), model.model)
