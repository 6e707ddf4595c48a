"""Values that a shell offers on TAB, for options whose values depend on what is there.

TAB waits for them, so nothing heavy is imported, and nothing here raises: a shell has no place for an error.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

MOST = 200
"""Entries of a folder that are looked at, and columns that are offered."""
MAX_CONFIG = 1 << 24
"""Bytes of a config.json that is read for its labels."""
TABLES = (".csv", ".tsv")
ENOUGH = 1 << 14
"""Bytes of a table from which its columns are read: TAB waits, so its name and its first rows are believed."""
SOURCES = ("source", "source_file", "files", "file", "on")
"""Parameters that name the file whose columns are offered."""


def among(values: Sequence[str]) -> Callable[[str], list[str]]:
    """One of a few values."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return complete


def some_of(values: Sequence[str]) -> Callable[[str], list[str]]:
    """Several of a few values, separated by commas."""

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        given = before.split(",")
        return [before + comma + value for value in values if value.startswith(last) and value not in given]

    return complete


def models(incomplete: str) -> list[str]:
    """Model directories, also those one folder further down."""
    folder = incomplete.rpartition("/")[0] + "/" if "/" in incomplete else ""
    found: list[str] = []
    for name in _folders(folder or "."):
        path = folder + name
        if path.startswith(incomplete):
            inside = [f"{path}/{each}" for each in _folders(path) if _is_model(f"{path}/{each}")]
            found += [path] if _is_model(path) else inside
    return found


def sources(incomplete: str) -> list[str]:
    """The built-in samples; files are completed by the shell where none of them fits."""
    from lstmcli.data.samples import NAMES

    return [f"sample:{name}" for name in NAMES if incomplete and f"sample:{name}".startswith(incomplete)]


def columns(ctx: typer.Context, incomplete: str) -> list[str]:
    """The columns of the file that the command line names."""
    from lstmcli.data.config import ReadConfig
    from lstmcli.data.files import Input
    from lstmcli.data.formats.open import open_input

    # Arguments are not parsed yet where the option that is completed has no value.
    named = next((ctx.params[name] for name in SOURCES if ctx.params.get(name)), ctx.args)
    path = str(next(iter(named), "") if isinstance(named, (list, tuple)) else named)
    if not Path(path).is_file():
        return []
    asked: dict[str, Any] = {name: ctx.params.get(name) for name in ("encoding", "delimiter", "input_format")}
    try:
        source = Input(path)
        table = next((suffix[1:] for suffix in source.suffixes if suffix in TABLES), None)
        if table and not asked["input_format"] and b"\0" not in (head := source.head()):
            cut = len(head) if len(head) <= ENOUGH else head.rfind(b"\n", 0, ENOUGH) + 1
            source, asked["input_format"] = Input(path, data=head[:cut] or head), table
        found = open_input(source, ReadConfig(**asked), None).columns
    except Exception:  # the command itself reports what is wrong
        return []
    return [name for name in found[:MOST] if name.startswith(incomplete)]


def labels(ctx: typer.Context, incomplete: str) -> list[str]:
    """The labels of the model that the command line names."""
    path = Path(ctx.params.get("model") or os.environ.get("LSTM_MODEL") or "lstm-model/classifier") / "config.json"
    try:
        if path.stat().st_size > MAX_CONFIG:
            return []
        found = json.loads(path.read_bytes()).get("labels") or []
    except (OSError, ValueError, AttributeError):
        return []
    return [name for name in found[:MOST] if isinstance(name, str) and name.startswith(incomplete)]


def _folders(path: str) -> Iterator[str]:
    """The names of the folders in a folder, sorted."""
    try:
        with os.scandir(path) as entries:
            names = [entry.name for _, entry in zip(range(MOST), entries, strict=False) if entry.is_dir()]
    except OSError:
        return
    yield from sorted(name for name in names if not name.startswith("."))


def _is_model(path: str) -> bool:
    return Path(path, "config.json").is_file() and Path(path, "model.safetensors").is_file()
