"""Checkpoints of training runs, in memory and on disk.

The last two checkpoints are kept beside the future model, in ``NAME.unfinished``.  Each is one file that starts with
the SHA-256 of the rest and is written atomically.  A truncated or altered file is skipped in favour of the previous
one.  They contain numbers and JSON only, no code.  Links and folders of other users are refused: see ``safe_files.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import OutputError
from lstmcli.model_dir.atomic import flush_directory, hint_of, reason_of
from lstmcli.safe_files import check_links, open_own, own_folder, write_over
from lstmcli.training.events import Warned

if TYPE_CHECKING:
    from torch import Tensor

    from lstmcli.training.distributed import Group

MAGIC = b"lstm checkpoint 1\n"
KEPT = 2
SHARE = 0.02
"""Maximum share of a run's time spent writing checkpoints."""
_SUFFIX = ".checkpoint"

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Snapshot:
    """The state of a run between two steps: arrays, and values that JSON can represent."""

    arrays: Arrays
    values: dict[str, Any]

    def part(self, name: str) -> Arrays:
        """The arrays with names that start with ``name.``, without that prefix."""
        head = f"{name}."
        return {key.removeprefix(head): value for key, value in self.arrays.items() if key.startswith(head)}


class Resumable(Protocol):
    """A trainer whose state can be saved and restored."""

    device: str
    group: Group
    """The processes that train together."""

    def arrays(self) -> Arrays:
        """Copies of everything that the next step depends on, except random generators."""

    def load(self, snapshot: Snapshot) -> None:
        """Restore what ``arrays`` returned."""

    def keep(self, weights: list[Tensor]) -> None:
        """End training with these weights in the network."""


@dataclass
class Checkpoints:
    """Writes snapshots when they are due."""

    folder: Path | None = None
    """None: no checkpoints on disk."""
    every: float = 60.0
    """Minimum seconds between checkpoints; infinite for none on disk."""
    run: dict[str, Any] = field(default_factory=dict)
    """Settings, data and machine of the run, compared when it is resumed; see ``differences``."""
    last: Snapshot | None = None
    """The snapshot to resume from; set to None once it is used."""
    log: list[str] = field(default_factory=list)
    """Lines of the run's log, saved with each snapshot."""
    reserve: int = 0
    """Bytes that the model will take; no checkpoint takes them from it."""
    changed: list[str] = field(default_factory=list)
    """What changed when the run was resumed, so the weights differ from those of an uninterrupted run."""
    _due: float = field(init=False)
    _failing: bool = False
    _news: list[Warned] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._due = time.monotonic() + self.every

    def due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return time.monotonic() >= self._due

    def take(self, snapshot: Snapshot, *, last: bool = False) -> None:
        """Write a snapshot, if there is a folder; the ``last`` of a run regardless of ``every``.

        If it cannot be written, training continues with a warning.
        """
        begin = time.monotonic()
        if self.folder is not None and (last or np.isfinite(self.every)):
            self._write(self.folder, snapshot)
        now = time.monotonic()
        self._due = now + max(self.every, (now - begin) / SHARE)

    def pop_warnings(self) -> list[Warned]:
        """The warnings since the last call."""
        result, self._news = self._news, []
        return result

    def _write(self, folder: Path, snapshot: Snapshot) -> None:
        try:
            more = {"run": self.run, "log": self.log, "changed": self.changed}
            write(folder, snapshot, more, reserve=self.reserve)
        except OutputError as error:
            if not self._failing:
                after = (
                    "training continues and tries again; if it is killed, the work since the last checkpoint is lost"
                )
                self._news.append(Warned(f"{error}; {after}"))
            self._failing = True
        else:
            if self._failing:
                self._news.append(Warned(f"{folder}: checkpoints can be written again"))
            self._failing = False

    def clear(self) -> None:
        """Remove the checkpoints on disk, after a successful run."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def checkpoint_folder(target: Path) -> Path:
    """The folder for the checkpoints of the model at ``target``."""
    real = Path(os.path.realpath(target))
    return real.with_name(f"{real.name}.unfinished")


def free_space(path: Path) -> tuple[Path, int] | None:
    """The nearest folder above ``path`` and the free bytes there; None if the system does not say."""
    place = next(parent for parent in path.parents if parent.exists())
    with suppress(OSError):
        usage = shutil.disk_usage(place)
        return (place, usage.free) if usage.total else None
    return None


def write(folder: Path, snapshot: Snapshot, more: Mapping[str, Any], *, reserve: int = 0) -> None:
    """Write a checkpoint and remove all but the last two.

    Args:
        reserve: bytes that must be free afterwards.

    Raises:
        OutputError: nothing was written, and earlier checkpoints are unchanged: the folder is a link or belongs to
            another user, or the disk is full.
    """
    body = _body(snapshot.arrays, {"values": json.dumps({**snapshot.values, **more})})
    before = _names(folder)
    number = int(before[-1].stem) + 1 if before else 1
    if (space := free_space(folder)) and 0 <= space[1] - sum(map(len, body)) < reserve:
        raise OutputError("no checkpoint can be written: the model needs the space that is left", path=folder)
    digest = hashlib.sha256()
    for part in body:
        digest.update(part)
    head = MAGIC + digest.hexdigest().encode() + b"\n"
    try:
        with own_folder(folder) as opened:
            write_over(opened, f"{number:08}{_SUFFIX}", [head, *body])
        flush_directory(folder)
    except OSError as error:
        with suppress(OSError):  # not empty: it holds earlier checkpoints
            folder.rmdir()
        reason = reason_of(error, folder)
        raise OutputError(f"no checkpoint can be written: {reason}", path=folder, hint=hint_of(error)) from error
    for old in before[: 1 - KEPT]:
        with suppress(OSError):
            old.unlink()


_TYPES = {np.dtype(name): code for name, code in (("f8", "F64"), ("f4", "F32"), ("i8", "I64"), ("i4", "I32"),
                                                  ("u1", "U8"), ("?", "BOOL"))}  # fmt: skip


def _body(arrays: Arrays, metadata: Mapping[str, str]) -> list[bytes | memoryview]:
    """A file in the format of safetensors, in parts; ``safetensors.save`` would copy the arrays twice.

    https://github.com/huggingface/safetensors#format
    """
    header: dict[str, Any] = {"__metadata__": metadata}
    parts: list[bytes | memoryview] = []
    at = 0
    # Wide numbers first, so that each array is aligned.
    for name, value in sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize):
        whole = np.ascontiguousarray(value)
        header[name] = {"dtype": _TYPES[whole.dtype], "shape": value.shape, "data_offsets": [at, at + whole.nbytes]}
        at += whole.nbytes
        if whole.nbytes:
            parts.append(whole.data.cast("B"))
    start = json.dumps(header).encode()
    start += b" " * (-len(start) % 8)
    return [len(start).to_bytes(8, "little") + start, *parts]


def read_latest(folder: Path) -> tuple[Snapshot | None, list[Path]]:
    """The newest valid checkpoint, and the paths of newer ones that are not valid."""
    broken: list[Path] = []
    for path in reversed(_names(folder)):
        found = _read(path)
        if found is not None:
            return found, broken
        broken.append(path)
    return None, broken


def check_folder(folder: Path) -> None:
    """Check that a folder is safe for checkpoints, if it exists.

    Raises:
        OutputError: it is a link, or belongs to another user.
    """
    check_links(folder.parent)
    if os.path.lexists(folder):
        try:
            with own_folder(folder):
                pass
        except OSError as error:
            message = f"cannot be used: {reason_of(error, folder)}"
            raise OutputError(message, path=folder, hint=hint_of(error)) from error


def has_checkpoints(folder: Path) -> bool:
    """Whether there are checkpoints in a folder."""
    return bool(_names(folder))


def differences(run: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Dotted names of the entries in which two runs differ."""
    result: list[str] = []
    for name in sorted({*run, *other}):
        mine, theirs = run.get(name), other.get(name)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            result += [f"{name}.{inner}" for inner in differences(mine, theirs)]
        elif mine != theirs:
            result.append(name)
    return result


def _names(folder: Path) -> list[Path]:
    """The checkpoints in a folder, oldest first."""
    with suppress(OSError):
        return sorted(path for path in folder.glob(f"*{_SUFFIX}") if path.stem.isdigit())
    return []


def _read(path: Path) -> Snapshot | None:
    """The snapshot in a file; None if it is not valid."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        file = open_own(path, trusted=[path.parent.lstat().st_uid])
        if file is None:
            return None
        with os.fdopen(file, "rb") as opened:
            data = opened.read()
    except OSError:
        return None
    start = len(MAGIC) + 65
    body = memoryview(data)[start:]
    if data[:start] != MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n":
        return None
    try:
        size = int.from_bytes(body[:8], "little")
        values = json.loads(json.loads(bytes(body[8 : 8 + size]))["__metadata__"]["values"])
        return Snapshot(load(bytes(body)), values) if isinstance(values, dict) else None
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
