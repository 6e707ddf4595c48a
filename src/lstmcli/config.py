"""Validation and JSON conversion of configs, which are frozen dataclasses in the ``config`` modules of each package.

The command line takes its defaults from them.  ``None`` in a field means that ``defaults.py`` of the task chooses the
value from the corpus; the choice is printed and stored with the model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import fields
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from lstmcli import cells
from lstmcli.errors import ModelError, UsageError

Cell = str
"""Name of a registered cell."""

CELL_NAMES: tuple[str, ...] = tuple(cells.CELLS)
MAX_UNITS, MAX_LAYERS = 2**16, 2**8
"""Limits that no useful model reaches, so that a damaged config cannot ask for too much memory."""
MAX_COUNT = 2**31 - 1
"""Counts cannot be larger, because ids have 32 bits."""


def require(ok: bool, message: str) -> None:
    if not ok:
        raise UsageError(message)


def within(name: str, value: float | None, minimum: float, maximum: float = MAX_COUNT) -> None:
    """Check a range.  ``None`` passes, because a default is chosen later; NaN fails."""
    if value is None or minimum <= value <= maximum:
        return
    limit = f"between {minimum} and {maximum}" if maximum != MAX_COUNT or value > maximum else f"at least {minimum}"
    raise UsageError(f"{name} must be {limit}, not {value}")


def whole(name: str, value: Any, minimum: int) -> None:
    """Check a count that comes from Python code.  ``None`` passes; NumPy's integers are counts, too."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, Integral)):
        raise UsageError(f"{name} must be a whole number, not {value!r}")
    within(name, None if value is None else int(value), minimum)


def number(name: str, value: Any) -> None:
    """Check that a value from Python code is a number.  ``None`` passes."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
        raise UsageError(f"{name} must be a number, not {value!r}")


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
        if isinstance(value, list):
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
    """Check the types of values from Python code against the config fields of the same names.

    Raises:
        UsageError: a value has another type.
    """
    hints = {name: hint for cls in classes for name, hint in get_type_hints(cls).items()}
    for name, value in given.items():
        if name in hints and not fits(value, hints[name]):
            raise UsageError(f"{name.replace('_', '-')} cannot be {value!r}")
