"""From a command's parameters to configs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lstmcli.classification.config import ClassifierConfig, ModelConfig, TrainConfig
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.tokenization.config import TOKENIZERS, TokenizerConfig

if TYPE_CHECKING:
    from lstmcli.language_modeling.config import LmConfig

C = TypeVar("C")


def seconds(text: str, option: str = "--time") -> float:
    """A duration in words: ``30s``, ``15m``, ``1h``, ``1h30m``."""
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?[smh])+", text.strip().lower()):
        raise UsageError(f"{option} cannot be {text!r}", hint="a number and a unit: 30s, 15m or 1h")
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([smh])", text.lower()))


def read_config(values: Mapping[str, Any]) -> ReadConfig:
    """How sources are read, from a command's parameters."""
    return _fill(ReadConfig, {**values, "text_columns": tuple(values.get("text_columns") or ())})


def classifier_config(values: Mapping[str, Any]) -> ClassifierConfig:
    """All that decides a classifier, from the parameters of ``lstm train``."""
    vectors = values["vectors"]
    values = {
        **values,
        **_tokenizer(str(values["tokenizer"])),
        "lowercase": not values["keep_case"],
        "bidirectional": not values["one_way"],
        "pooling": tuple(part.strip() for part in str(values["pooling"]).split(",") if part.strip()),
        "vectors": None if vectors is None else str(vectors),
        "time_limit": None if values["time"] is None else seconds(values["time"]),
    }
    return ClassifierConfig(
        read=read_config(values),
        tokenizer=_fill(TokenizerConfig, values),
        model=_fill(ModelConfig, values),
        train=_fill(TrainConfig, values),
    )


def lm_config(values: Mapping[str, Any], given: Collection[str]) -> LmConfig:
    """All that decides a language model: its preset, changed by the parameters that were ``given``."""
    from lstmcli.language_modeling.config import DEFAULT_PRESET, LmConfig, preset
    from lstmcli.tokenization.config import LmTokenizerConfig

    model, train = preset(str(values["preset"] or DEFAULT_PRESET))
    changes: dict[str, Any] = {name: values[name] for name in given}
    if "tokenizer" in given:
        changes |= _tokenizer(str(values["tokenizer"]))
    if values["untied"] or values["softmax"] == "adaptive":
        changes["tied"] = False
    if "learning_rate" not in given and changes.get("optimizer", train.optimizer) != train.optimizer:
        changes["learning_rate"] = None
    if values["time"] is not None:
        changes["time_limit"] = seconds(values["time"])
    return LmConfig(
        read=read_config(values),
        tokenizer=_fill(LmTokenizerConfig, changes),
        model=replace(model, **_fields(model, changes)),
        train=replace(train, **_fields(train, changes)),
    )


def out_of_place(given: Collection[str], task: str) -> list[str]:
    """Those of the parameters given that mean nothing to the task, as options."""
    from lstmcli.language_modeling.config import LmModelConfig, LmTrainConfig
    from lstmcli.tokenization.config import LmTokenizerConfig

    classifiers = _names(TokenizerConfig, ModelConfig, TrainConfig) | {"keep_case", "one_way"}
    models = _names(LmTokenizerConfig, LmModelConfig, LmTrainConfig) | {"preset", "untied"}
    foreign = models - classifiers if task == "classify" else classifiers - models - {"keep_case"}
    return [f"--{name.replace('_', '-')}" for name in given if name in foreign]


def _tokenizer(name: str) -> dict[str, Any]:
    """``--tokenizer``: one of ours by its kind, or a file."""
    if name in TOKENIZERS:
        return {"kind": name}
    if Path(name).exists():
        return {"path": name}
    raise UsageError(
        f"--tokenizer cannot be {name!r}",
        hint=f"one of {', '.join(TOKENIZERS)}, or the path of a tokenizer.json that exists",
    )


def _names(*kinds: Any) -> set[str]:
    return {field.name for kind in kinds for field in dataclasses.fields(kind)}


def _fields(config: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in _names(config)}


def _fill(kind: type[C], values: Mapping[str, Any]) -> C:
    return kind(**_fields(kind, values))
