"""Every hyper-parameter, once: frozen dataclasses with a word on each field.

The command line takes its defaults and its help from here.  ``None`` means "by the rule in
``classification/defaults.py``", which looks at the corpus; the rule's choice is printed and stored with the model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from lstmcli import cells
from lstmcli.errors import ModelError, UsageError

Cell = str
"""A name in the registry of cells."""

CELL_NAMES: tuple[str, ...] = tuple(cells.CELLS)
MAX_UNITS, MAX_LAYERS = 2**16, 2**8
"""Of the embedding and of a layer: beyond any use, and small enough for a config to be looked at."""
MAX_COUNT = 2**31 - 1
"""No count can be larger: ids are 32 bits wide."""


def require(ok: bool, message: str) -> None:
    if not ok:
        raise UsageError(message)


def within(name: str, value: float | None, least: float, most: float = MAX_COUNT) -> None:
    """``None`` is a choice left to a rule.  NaN is within nothing."""
    if value is None or least <= value <= most:
        return
    limit = f"between {least} and {most}" if most != MAX_COUNT or value > most else f"at least {least}"
    raise UsageError(f"{name} must be {limit}, not {value}")


def among(name: str, value: str, choices: Sequence[str]) -> None:
    if value in choices:
        return
    import difflib

    near = difflib.get_close_matches(value.lower(), choices, n=1)
    hint = f"did you mean {near[0]!r}?" if near else None
    raise UsageError(f"{name} must be one of {', '.join(choices)}, not {value!r}", hint=hint)


def fraction(name: str, value: float) -> None:
    require(0.0 <= value < 1.0, f"{name} must be at least 0 and below 1, not {value}")


C = TypeVar("C")


def to_dict(config: Any) -> dict[str, Any]:
    """A config as plain JSON types."""
    return dataclasses.asdict(config)


def from_dict(cls: type[C], values: Any) -> C:
    """A config from JSON, checked by name, type and range.

    Raises:
        ModelError: a field is unknown, of the wrong type, or out of range.
    """
    if not isinstance(values, dict):
        raise ModelError(f"{cls.__name__} should be an object, found {type(values).__name__}")
    unknown = sorted(set(values) - {f.name for f in fields(cls)})  # type: ignore[arg-type]
    if unknown:
        raise ModelError(f"unknown field {unknown[0]!r} in {cls.__name__}")
    default, hints = cls(), get_type_hints(cls)
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        expected = getattr(default, name)
        if dataclasses.is_dataclass(expected):
            arguments[name] = from_dict(type(expected), value)
            continue
        if isinstance(expected, tuple) and isinstance(value, list):
            value = tuple(value)
        if not fits(value, hints[name]):
            shown = list(value) if isinstance(value, tuple) else value
            raise ModelError(f"{cls.__name__}.{name} cannot be {shown!r}")
        arguments[name] = value
    try:
        return cls(**arguments)
    except UsageError as error:
        raise ModelError(error.message) from error


def fits(value: Any, hint: Any) -> bool:
    """Whether a JSON value is of the hinted type: a scalar, a union, a literal, or a tuple of one type."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(fits(item, get_args(hint)[0]) for item in value)
    if options := get_args(hint):
        return any(fits(value, option) for option in options)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint


def check_types(given: Mapping[str, Any], *classes: type[Any]) -> None:
    """Values that come from a program, by the fields of the same names.

    Raises:
        UsageError: one is of another type.
    """
    hints = {name: hint for cls in classes for name, hint in get_type_hints(cls).items()}
    for name, value in given.items():
        if name in hints and not fits(value, hints[name]):
            raise UsageError(f"{name.replace('_', '-')} cannot be {value!r}")
