"""Base classes of results: conversion to dicts and pandas DataFrames."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from lstmcli.errors import UsageError


class Result:
    """Base class of results, which are frozen dataclasses."""

    __slots__ = ()
    _seldom: ClassVar[frozenset[str]] = frozenset()
    """Fields that ``to_pandas`` leaves out where they are empty."""

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; nested results become dicts too."""
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return]

    def _rows(self) -> list[dict[str, Any]]:
        """The rows of ``to_pandas``: this result, or one row per item."""
        return [
            {
                name: value
                for name, value in self.to_dict().items()
                if value or type(value) is float or name not in self._seldom
            }
        ]

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``.

        Raises:
            UsageError: pandas is not installed.
        """
        return data_frame(self._rows())


R = TypeVar("R", bound=Result, covariant=True)


class Results(tuple[R, ...]):
    """A tuple of results, in the order of the inputs.

    >>> Results()
    ()
    """

    __slots__ = ()

    def to_dicts(self) -> list[dict[str, Any]]:
        """Each result as a dict."""
        return [result.to_dict() for result in self]

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` of all results.

        Raises:
            UsageError: pandas is not installed.
        """
        return data_frame([row for result in self for row in result._rows()])


def data_frame(rows: list[dict[str, Any]]) -> Any:
    """A DataFrame of the rows.  Raises: UsageError, if pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        hint = "pip install pandas, or use to_dict()"
        raise UsageError("to_pandas needs pandas, which is not installed", hint=hint) from error
    return pandas.DataFrame([{name: _flat(value) for name, value in row.items()} for row in rows])


def _flat(value: Any) -> Any:
    """None for an empty mapping."""
    return None if isinstance(value, Mapping) and not value else value
