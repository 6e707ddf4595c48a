"""Validation of a model directory's ``config.json``: fields, format version and checksum.

The file is untrusted: every field that is used is checked first.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any, NoReturn

from lstmcli import __version__
from lstmcli.errors import ModelError
from lstmcli.tasks import Task, find_task

FORMAT_VERSION = 1
CONFIG = "config.json"
DAMAGED = "copy the directory again from where it was made, or train anew"

_FIELDS: dict[str, type] = {
    "versions": dict,
    "created": str,
    "command": str,
    "seed": int,
    "data": dict,
    "metrics": dict,
    "tokenizer": dict,
    "parameters": int,
    "architecture": str,
    "files": dict,
    "checksum": str,
}
_OPTIONAL: dict[str, type] = {
    "device": str,
    "threads": int,
    "precision": str,
    "stopped": str,
    "changed": list,
    "from": dict,
    "cross_validation": dict,
}
"""Only ``lstm info`` uses these; models made by other programs need not have them."""
MAX_DEPTH = 32


def fail(path: Path, message: str, hint: str | None = None) -> NoReturn:
    """Raises: ModelError."""
    raise ModelError(message, path=path, hint=hint)


def parse(path: Path, text: bytes) -> dict[str, Any]:
    """The config from the content of ``path``, with version, fields and checksum verified.

    Raises:
        ModelError: it is not valid.
    """
    try:
        config = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        fail(path, f"is not valid JSON: {error}", DAMAGED)
    if not isinstance(config, dict) or "format_version" not in config:
        fail(path, "does not describe a model of lstm", "give the directory that `lstm train` wrote")
    if not _is_shallow(config):
        fail(path, f"is nested deeper than {MAX_DEPTH} levels", DAMAGED)
    _check_version(path, config)
    check_fields(path, config)
    if config["checksum"] != checksum(config):
        fail(path, "was altered: its checksum differs", DAMAGED)
    return config


def checksum(config: Mapping[str, Any]) -> str:
    """SHA-256 of the config without its checksum, as canonical JSON."""
    rest = {key: value for key, value in config.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def entry_of(data: bytes) -> dict[str, Any]:
    """The entry of a file in the list of files."""
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def check_fields(path: Path, config: dict[str, Any]) -> None:
    """Check that all required fields exist and have the right types.  Raises: ModelError."""
    task = _task(path, config)
    own = task.module("manifest")
    for name, kind in {**_FIELDS, task.config_key: dict, **own.FIELDS}.items():
        if name not in config:
            fail(path, f"lacks {name!r}", DAMAGED)
        value = config[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            wrong(path, name, value)
    for name, kind in _OPTIONAL.items():
        value = config.get(name, kind())
        if not isinstance(value, kind) or isinstance(value, bool):
            wrong(path, name, value)
    if not all(isinstance(name, str) for name in config.get("changed", [])):
        wrong(path, "changed", config["changed"])
    for name, entry in config["files"].items():
        typed = isinstance(entry, dict) and type(entry.get("bytes")) is int and isinstance(entry.get("sha256"), str)
        if not typed or name in ("", ".", "..") or "/" in name or "\0" in name:
            wrong(path, f"files: {name!r}", entry)
    tokenizer = config["tokenizer"]
    if not isinstance(tokenizer.get("kind"), str) or type(tokenizer.get("vocab_size")) is not int:
        wrong(path, "tokenizer", tokenizer)
    if not all(isinstance(version, str) for version in config["versions"].values()):
        wrong(path, "versions", config["versions"])
    _check_metrics(path, config["metrics"], own.FIGURES)
    own.check(path, config)


def _task(path: Path, config: dict[str, Any]) -> Task:
    if "task" not in config:
        fail(path, "lacks 'task'", DAMAGED)
    name = config["task"]
    found = find_task(name) if isinstance(name, str) else None
    if found is None:
        wrong(path, "task", name)
    return found


def _check_metrics(path: Path, metrics: dict[str, Any], figures: Set[str]) -> None:
    """Check that the metrics that are displayed are numbers or null, which stands for not finite."""
    for split, found in metrics.items():
        if not isinstance(found, dict):
            wrong(path, f"metrics: {split!r}", found)
        for name in figures & set(found):
            if found[name] is not None and not is_number(found[name]):
                wrong(path, f"metrics: {name}", found[name])


def _check_version(path: Path, config: dict[str, Any]) -> None:
    version = config["format_version"]
    if type(version) is not int or version < 1:
        wrong(path, "format_version", version)
    if version > FORMAT_VERSION:
        versions = config.get("versions")
        writer = versions.get("lstmcli") if isinstance(versions, dict) else None
        by = f", written by lstm {writer}" if isinstance(writer, str) else ""
        message = f"is in format {version}{by}; this is lstm {__version__}, which reads format {FORMAT_VERSION}"
        fail(path, message, "upgrade: `pip install --upgrade lstmcli`")


def is_number(value: Any) -> bool:
    """Whether it is a number in the range of a float; JSON integers are unbounded."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max


def _is_shallow(value: Any) -> bool:
    """Whether it is nested at most ``MAX_DEPTH`` levels deep."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return not level


def wrong(path: Path, name: str, value: Any) -> NoReturn:
    """Raises: ModelError."""
    fail(path, f"{name} cannot be {short(value)}", DAMAGED)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def short(value: Any) -> str:
    """The repr of a value, truncated to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
