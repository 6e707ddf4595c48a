"""The settings of training that goes on from a model.

Tokenizer, network and reading of the data are those of the model; of the training settings those that do not depend on
the size of the corpus or on the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import ModelDir, read_model
from lstmcli.options import changed, known_fields
from lstmcli.python_names import as_option
from lstmcli.tasks import Task

FRESH = (
    "epochs",
    "patience",
    "valid_fraction",
    "time_limit",
    "precision",
    "seed",
    "threads",
    "device",
    "deterministic",
)
"""Training settings of every task that are not taken from the model: they depend on the corpus, the machine or the
run."""

NEED_MODEL = ("replay", "replay_target", "forget")
"""Options that need ``--from``."""


@dataclass(frozen=True)
class Rules:
    """What a task keeps of a model that it goes on from."""

    free: frozenset[str]
    """Settings of the network that only training reads, so they may change."""
    fresh: tuple[str, ...] = ()
    """Training settings that are not taken from the model, beside ``FRESH``."""
    by_corpus: Callable[[ModelDir], Mapping[str, Any]] = lambda model: {}
    """The training settings of a model that its corpus chose, as they are before a corpus chooses."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Options that do not go with ``--from``, and why."""


class Continued(NamedTuple):
    """A model, and the settings of the training that goes on from it."""

    model: ModelDir
    config: Any
    replay: tuple[Any, ...]
    """The files of old texts."""
    forget: bool
    """Whether nothing keeps what the model knew."""


def is_continued(given: Mapping[str, Any]) -> bool:
    """Whether the options ask to go on from a model."""
    return given.get("from_model") is not None or any(given.get(name) for name in NEED_MODEL)


def continued(given: Mapping[str, Any], fields: Mapping[str, Any], task: Task, rules: Rules) -> Continued:
    """The model of ``--from``, and its settings with what the user changes.

    Args:
        fields: the given options as fields of the settings.

    Raises:
        UsageError: an option contradicts the model.
        ModelError: it cannot be read.
    """
    if given.get("from_model") is None:
        option = next(as_option(name) for name in NEED_MODEL if given.get(name))
        raise UsageError(f"{option} needs --from: the model to go on from", hint="add --from MODEL")
    if given.get("forget") and given.get("replay"):
        raise UsageError("--forget and --replay contradict each other", hint="leave one of them out")
    for name, why in rules.reasons.items():
        if given.get(name):
            raise UsageError(f"{as_option(name)} and --from contradict each other: {why}", hint="leave one of them out")
    model = read_model(given["from_model"], task=task)
    settings = model.settings
    _check_recipe(fields, settings, model, rules.free)
    usual = type(settings.train)()
    fresh = {name: getattr(usual, name) for name in (*FRESH, *rules.fresh)}
    train = replace(settings.train, **fresh, **rules.by_corpus(model))
    replay = given.get("replay") or ()
    files = (replay,) if isinstance(replay, str) else tuple(replay)
    config = changed(replace(settings, read=ReadConfig(), train=train), fields)
    return Continued(model, config, files, bool(given.get("forget")))


def _check_recipe(fields: Mapping[str, Any], settings: Any, model: ModelDir, free: frozenset[str]) -> None:
    """Raises: UsageError, if a given setting of tokenizer or network is not that of the model."""
    for group in (settings.tokenizer, settings.model):
        for name, value in known_fields(type(group), fields).items():
            own = getattr(group, name)
            if name not in free and value != own:
                shown = name.replace("_", " ")
                raise UsageError(
                    f"{shown} {_shown(value)} contradicts {model.path}, which has {_shown(own)}",
                    hint="leave the option out: tokenizer and network are those of the model",
                )


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
