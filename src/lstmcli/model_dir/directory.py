"""The model directory on disk: written atomically, verified when read.

``config.json`` describes the model, lists the size and SHA-256 of the files that determine its output, and contains a
checksum of itself.  ``README.md`` and ``log.jsonl`` are for people and may be edited.  No file contains code: they are
JSON, safetensors and an ONNX graph.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from lstmcli.config import from_dict
from lstmcli.data.config import ReadConfig, TrainedRead
from lstmcli.errors import ModelError
from lstmcli.model_dir.atomic import replaceable, temporary_sibling, write_directory
from lstmcli.model_dir.config_text import CONFIG_BYTES, config_text
from lstmcli.model_dir.manifest import CONFIG, DAMAGED, FORMAT_VERSION, check_fields, checksum, entry_of, fail, parse
from lstmcli.tasks import Task, all_tasks, require_task

T = TypeVar("T")

WEIGHTS, NGRAMS, TOKENIZER, GRAPH = "model.safetensors", "ngrams.safetensors", "tokenizer.json", "model.onnx"
SOURCE_TOKENIZER = "source-tokenizer.json"
CARD, LOG = "README.md", "log.jsonl"
UNCHECKED = (CARD, LOG)
"""Files that may be edited; they do not affect the model's output."""
MODEL_VARIABLE = "LSTM_MODEL"
HUB_PREFIX = "hub:"
"""Starts the name of a model of the Hugging Face Hub."""
MODEL_FILES = (CONFIG, WEIGHTS, NGRAMS, TOKENIZER, SOURCE_TOKENIZER, GRAPH, CARD, LOG)
"""All that a model directory may hold."""

TOO_LARGE = "fewer or shorter labels make it smaller"
_ATTEMPTS = 20
"""Attempts to read a model that is repeatedly replaced."""


@dataclass(frozen=True)
class ModelDir:
    """A model directory with a verified config; other files are verified when they are read."""

    path: Path
    config: dict[str, Any]

    @cached_property
    def task(self) -> Task:
        return require_task(str(self.config["task"]))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the order of the network's outputs; empty for a task without labels."""
        return tuple(self.config["labels"]) if self.task.labelled else ()

    @property
    def multilabel(self) -> bool:
        return self.task.labelled and bool(self.config["multilabel"])

    @property
    def size(self) -> int:
        """Total bytes of the directory's files: those of the model, its card and the log of its training."""
        return sum((self.path / name).stat().st_size for name in MODEL_FILES if (self.path / name).is_file())

    @cached_property
    def settings(self) -> Any:
        """The training settings, an instance of the task's ``settings_class``."""
        try:
            return from_dict(self.task.settings_class, self.config[self.task.config_key])
        except ModelError as error:
            fail(self.path / CONFIG, error.message, "it was written by another version of lstm, or edited")

    @property
    def trained_read(self) -> ReadConfig:
        """How the training data was read, with its labels."""
        read: ReadConfig = self.settings.read
        return TrainedRead.of(read, self.labels) if self.task.labelled else read

    def read(self, name: str) -> bytes:
        """The bytes of one file; size and SHA-256 are verified.

        Raises:
            ModelError: missing, truncated, altered, or a link that leaves the directory.
        """
        entry = self.config["files"].get(name)
        if entry is None:
            fail(self.path, f"holds no {name}", DAMAGED)
        data = _read(self.path, name, entry["bytes"])
        if entry_of(data)["sha256"] != entry["sha256"]:
            fail(self.path / name, "was altered: its checksum differs from the one in config.json", DAMAGED)
        return data

    def verify(self) -> None:
        """Verify every file of the model.  Raises: ModelError."""
        for name in self.config["files"]:
            self.read(name)


def default_model_path(task: Task | None, explicit: str | None = None) -> Path:
    """The path of the model: ``explicit``, else ``$LSTM_MODEL``, else ``lstm-model/…`` in the working directory.

    Without a task it is the first default directory that exists.
    """
    if given := explicit or os.environ.get(MODEL_VARIABLE):
        if given.startswith(HUB_PREFIX):
            from lstmcli.model_dir.hub import fetch

            return fetch(given)
        return Path(given)
    usual = [task.default_dir] if task else [known.default_dir for known in all_tasks()]
    return next((place for place in usual if place.exists()), usual[0])


def read_model(path: str | Path, *, task: Task | None = None) -> ModelDir:
    """Open a model directory.

    Args:
        task: the required task; None accepts any.

    Raises:
        ModelError: missing, not a model, damaged, too new, or of another task.
    """
    return retry_if_replaced(path, lambda: _read_model(Path(path), task))


def retry_if_replaced(path: str | Path, load: Callable[[], T]) -> T:
    """Call ``load()``; repeat it if another process replaces the model at ``path`` meanwhile."""
    for _ in range(_ATTEMPTS):
        before = identity(path)
        try:
            return load()
        except ModelError:
            if identity(path) == before:
                raise
    return load()


def identity(path: str | Path) -> tuple[int, int, int] | None:
    """The directory that has this name now; the change time is included because inode numbers are reused."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _read_model(path: Path, task: Task | None) -> ModelDir:
    try:
        there = path.is_dir()
    except (OSError, ValueError) as error:
        fail(path, f"cannot be read: {error}")
    if not there:
        _not_a_directory(path, task)
    config = parse(path / CONFIG, _config_text(path))
    model = ModelDir(path, config)
    if task is not None and config["task"] != task.name:
        fail(path, f"holds {model.task.title}, not {task.title}", model.task.usage)
    _check_configs(model)
    for name, entry in config["files"].items():
        _check_size(path / name, _stat(path, name).st_size, entry["bytes"])
    return model


def check_target(target: Path, force: bool) -> None:
    """Fail now if ``write_model`` would fail later; leaves nothing behind.

    Raises:
        OutputError: a model exists there and ``force`` is false, something else does, or it cannot be written.
    """
    with temporary_sibling(_replaceable(target, force)):
        pass


def write_model(target: Path, files: dict[str, bytes], config: dict[str, Any], *, force: bool) -> int:
    """Write a model directory atomically; returns its size in bytes.

    Args:
        files: all files except ``config.json``, by name.
        config: the content of ``config.json``, except format version, list of files and checksum.
        force: replace an existing model.

    Raises:
        OutputError: nothing was written, and an existing model is unchanged.
        ModelError: the config is not valid; a model that could not be read again is never written.
    """
    whole: dict[str, Any] = {"format_version": FORMAT_VERSION} | _plain(config)
    whole["files"] = {name: entry_of(data) for name, data in sorted(files.items()) if name not in UNCHECKED}
    whole["checksum"] = checksum(whole)
    check_fields(target / CONFIG, whole)
    _check_configs(ModelDir(target, whole))
    text = config_text(whole)
    if len(text) > CONFIG_BYTES:
        fail(target / CONFIG, f"would be {len(text):,} bytes, and no more than {CONFIG_BYTES:,} are read", TOO_LARGE)
    everything = {CONFIG: text, **files}
    write_directory(_replaceable(target, force), everything, replace=force)
    return sum(map(len, everything.values()))


def replace_model(target: Path, other: Path) -> None:
    """Put the model at ``other`` in the place of the one at ``target``, if any, at once.

    Raises:
        OutputError: nothing was written.
    """
    files = {file.name: file.read_bytes() for file in other.iterdir()}
    write_directory(_replaceable(target, True), files, replace=True)


def _replaceable(target: Path, force: bool) -> Path:
    """The target with links resolved.  Raises: OutputError, if it must not be replaced."""
    return replaceable(target, "a model", lambda _, names: MODEL_FILES if CONFIG in names else None, force=force)


def _check_configs(model: ModelDir) -> None:
    """Fail early on invalid settings."""
    _ = model.settings


def _not_a_directory(path: Path, task: Task | None) -> NoReturn:
    if path.exists():
        hint = f"give the directory: -m {path.parent}" if (path.parent / CONFIG).is_file() else None
        fail(path, "is a file, not a model directory", hint)
    tasks = all_tasks()
    usual = next((known for known in tasks if known.default_dir == path), None)
    source = (task or usual or tasks[0]).example
    if usual:
        fail(path, "no model here, the default place", f"train one: `lstm train {source}`, or name one with -m")
    named = f" (named by ${MODEL_VARIABLE})" if os.environ.get(MODEL_VARIABLE) == str(path) else ""
    fail(path, f"no model here{named}", f"train one: `lstm train {source} -o {path}`")


def _config_text(path: Path) -> bytes:
    if not os.path.lexists(path / CONFIG):
        fail(path, f"is not a model: it holds no {CONFIG}", "give the directory that `lstm train` wrote")
    size = _stat(path, CONFIG).st_size
    if size > CONFIG_BYTES:
        fail(path / CONFIG, f"is too large to be a model's: {size:,} bytes", DAMAGED)
    return _read(path, CONFIG, size)


def _stat(path: Path, name: str) -> os.stat_result:
    """Status of a file of the directory, which must be a regular file inside it."""
    try:
        real, home = os.path.realpath(path / name), os.path.realpath(path)
        if os.path.commonpath((real, home)) != home:
            fail(path / name, f"is a link that leaves the model directory (to {real})", "copy the file itself")
        found = Path(real).stat()
    except FileNotFoundError:
        fail(path, f"lacks {name}", DAMAGED)
    except OSError as error:
        fail(path / name, f"cannot be read: {_reason(error)}")
    if not stat.S_ISREG(found.st_mode):
        fail(path / name, "is not a plain file", DAMAGED)
    return found


def _read(path: Path, name: str, size: int) -> bytes:
    """Read a file of exactly ``size`` bytes; the size is checked before reading."""
    _check_size(path / name, _stat(path, name).st_size, size)
    try:
        with (path / name).open("rb") as file:
            data = file.read(size + 1)
    except OSError as error:
        fail(path / name, f"cannot be read: {_reason(error)}")
    _check_size(path / name, len(data), size)
    return data


def _check_size(path: Path, found: int, written: int) -> None:
    if found != written:
        what = "is cut short" if found < written else "was altered"
        fail(path, f"{what}: {found:,} bytes where {written:,} were written", DAMAGED)


def _plain(value: Any) -> Any:
    """Convert to JSON types: NumPy numbers become Python's, numbers that are not finite become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
