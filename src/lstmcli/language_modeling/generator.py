"""A language model, ready to generate text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lstmcli.engine.registry import AUTO, STEPS, check_engine, choose_engine, engine_names
from lstmcli.generation.session import Generator
from lstmcli.language_modeling.model import LanguageModel, load_language_model
from lstmcli.nn.device import resolve_device


def load_generator(
    path: str | Path, *, threads: int | None = None, engine: str | None = AUTO, device: str = "cpu"
) -> Generator:
    """The language model in a directory, ready to generate.

    Args:
        engine: auto prefers int8 where training found that it loses little; the rest as in ``load_language_model``.

    Raises:
        ModelError, UsageError: as ``load_language_model``.
    """
    return generator_of(load_to_generate(path, threads=threads, engine=engine, device=device), engine, device)


def load_to_generate(path: str | Path, *, threads: int | None, engine: str | None, device: str) -> LanguageModel:
    """The model in a directory to score with, by an engine that may, and to generate with by any."""
    check_engine(engine, device, auto=True)
    scoring = engine if engine in engine_names(scoring=True) else None
    return load_language_model(path, threads=threads, engine=scoring, device=device)


def generator_of(model: LanguageModel, engine: str | None, device: str) -> Generator:
    """A loaded language model, ready to generate; arguments and errors as in ``load_generator``."""
    name = None if engine == AUTO else engine
    prefer = "int8" if engine == AUTO and model.model.config["int8"] else STEPS
    chosen = choose_engine(model.model.task, model.model.settings, name, device, prefer=prefer)
    if chosen is not model.engine:
        model = replace(model, engine=chosen, device=resolve_device(device, chosen.devices))
    return Generator(model.encoder, model.together, model.model)
