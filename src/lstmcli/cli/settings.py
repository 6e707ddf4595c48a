"""From a command's parameters to configs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from lstmcli.config import TOKENIZERS, ClassifierConfig, ModelConfig, ReadConfig, TokenizerConfig, TrainConfig
from lstmcli.errors import UsageError

C = TypeVar("C")


def seconds(text: str) -> float:
    """A duration in words: ``30s``, ``15m``, ``1h``, ``1h30m``."""
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?[smh])+", text.strip().lower()):
        raise UsageError(f"--time cannot be {text!r}", hint="a number and a unit: 30s, 15m or 1h")
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([smh])", text.lower()))


def read_config(values: Mapping[str, Any]) -> ReadConfig:
    """How sources are read, from a command's parameters."""
    return _fill(ReadConfig, {**values, "text_columns": tuple(values.get("text_columns") or ())})


def classifier_config(values: Mapping[str, Any]) -> ClassifierConfig:
    """All that decides a classifier, from the parameters of ``lstm train``."""
    tokenizer = str(values["tokenizer"])
    if tokenizer in TOKENIZERS:
        kind_or_file: dict[str, Any] = {"kind": tokenizer}
    elif Path(tokenizer).exists():
        kind_or_file = {"path": tokenizer}
    else:
        raise UsageError(
            f"--tokenizer cannot be {tokenizer!r}",
            hint=f"one of {', '.join(TOKENIZERS)}, or the path of a tokenizer.json that exists",
        )
    time, vectors = values["time"], values["vectors"]
    values = {
        **values,
        **kind_or_file,
        "lowercase": not values["keep_case"],
        "bidirectional": not values["one_way"],
        "pooling": tuple(part.strip() for part in str(values["pooling"]).split(",") if part.strip()),
        "vectors": None if vectors is None else str(vectors),
        "time_limit": None if time is None else seconds(time),
    }
    return ClassifierConfig(
        read=read_config(values),
        tokenizer=_fill(TokenizerConfig, values),
        model=_fill(ModelConfig, values),
        train=_fill(TrainConfig, values),
    )


def _fill(kind: type[C], values: Mapping[str, Any]) -> C:
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in values.items() if name in names})
