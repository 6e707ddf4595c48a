"""The file formats, each loaded from where ``formats/config.py`` says that it is declared."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from lstmcli.data.formats.config import FORMATS
from lstmcli.data.formats.format import Format
from lstmcli.errors import UsageError


@cache
def _declared(place: str) -> Format:
    module, _, name = place.partition(":")
    found: Format = getattr(import_module(module), name)
    return found


def all_formats() -> list[Format]:
    return [_declared(place) for place in FORMATS.values()]


def find_format(name: str) -> Format:
    """The format of that name; ``UsageError`` when there is none."""
    if name not in FORMATS:
        raise UsageError(f"unknown input format {name!r}", hint=f"one of {', '.join(FORMATS)}")
    return _declared(FORMATS[name])


def format_of_suffix(suffix: str) -> Format | None:
    return next((format for format in all_formats() if suffix.lower() in format.suffixes), None)
