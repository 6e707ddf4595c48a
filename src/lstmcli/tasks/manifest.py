"""``config.json`` of a model directory: what it must say, its version and its checksum.

It comes from a file that anybody may have made or changed, so nothing in it is believed before it is checked.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from lstmcli import __version__
from lstmcli.errors import ModelError

FORMAT_VERSION = 1
CONFIG = "config.json"
DAMAGED = "copy the directory again from where it was made, or train anew"

_FIELDS: dict[str, type] = {
    "task": str,
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
_CLASSIFIER_FIELDS: dict[str, type] = {"labels": list, "multilabel": bool, "classifier": dict, "calibration": dict}
_LM_FIELDS: dict[str, type] = {"lm": dict}


def fail(path: Path, message: str, hint: str | None = None) -> NoReturn:
    """Raises: ModelError."""
    raise ModelError(message, path=path, hint=hint)


def parse(path: Path, text: bytes) -> dict[str, Any]:
    """The config in ``path``, its version, fields and checksum found right.

    Raises:
        ModelError: with what was found.
    """
    try:
        config = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        fail(path, f"is not valid JSON: {error}", DAMAGED)
    if not isinstance(config, dict) or "format_version" not in config:
        fail(path, "does not describe a model of lstm", "give the directory that `lstm train` wrote")
    _check_version(path, config)
    check_fields(path, config)
    if config["checksum"] != checksum(config):
        fail(path, "was altered: its checksum differs", DAMAGED)
    return config


def checksum(config: Mapping[str, Any]) -> str:
    """SHA-256 of everything but the checksum itself, as JSON in one canonical form."""
    rest = {key: value for key, value in config.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def entry_of(data: bytes) -> dict[str, Any]:
    """What the list of files says of one file."""
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def check_fields(path: Path, config: dict[str, Any]) -> None:
    """Every field that code relies on is there and of its type.  Raises: ModelError."""
    expected = {**_FIELDS, **(_CLASSIFIER_FIELDS if config.get("task") == "classify" else _LM_FIELDS)}
    for name, kind in expected.items():
        if name not in config:
            fail(path, f"lacks {name!r}", DAMAGED)
        value = config[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            _wrong(path, name, value)
    for name, entry in config["files"].items():
        typed = isinstance(entry, dict) and type(entry.get("bytes")) is int and isinstance(entry.get("sha256"), str)
        if not typed or name in ("", ".", "..") or "/" in name or "\0" in name:
            _wrong(path, f"files: {name!r}", entry)
    tokenizer = config["tokenizer"]
    if not isinstance(tokenizer.get("kind"), str) or type(tokenizer.get("vocab_size")) is not int:
        _wrong(path, "tokenizer", tokenizer)
    if not all(isinstance(version, str) for version in config["versions"].values()):
        _wrong(path, "versions", config["versions"])
    if config["task"] == "classify":
        _check_classifier(path, config)


def _check_classifier(path: Path, config: dict[str, Any]) -> None:
    labels = config["labels"]
    if not labels or not all(isinstance(label, str) for label in labels) or len(set(labels)) < len(labels):
        fail(path, f"labels should be distinct strings, found {_short(labels)}", DAMAGED)
    scale = config["calibration"].get("scale")
    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0 < scale < math.inf:
        _wrong(path, "calibration: scale", scale)


def _check_version(path: Path, config: dict[str, Any]) -> None:
    version = config["format_version"]
    if type(version) is not int or version < 1:
        _wrong(path, "format_version", version)
    if version > FORMAT_VERSION:
        versions = config.get("versions")
        writer = versions.get("lstmcli") if isinstance(versions, dict) else None
        by = f", written by lstm {writer}" if isinstance(writer, str) else ""
        message = f"is in format {version}{by}; this is lstm {__version__}, which reads format {FORMAT_VERSION}"
        fail(path, message, "upgrade: `pip install --upgrade lstmcli`")


def _wrong(path: Path, name: str, value: Any) -> NoReturn:
    fail(path, f"{name} cannot be {_short(value)}", DAMAGED)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
