"""Where files that can be made or fetched again are kept."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from lstmcli.errors import OutputError

DAY = 86_400
KEPT = {".ids": 30 * DAY, ".texts": 30 * DAY, ".shards": 30 * DAY, ".ids.tmp": DAY}
"""Seconds after its last use that a tokenized text is kept, by the end of its name; the last are of killed runs."""


def cache_folder() -> Path:
    """``$LSTM_CACHE``, else ``$XDG_CACHE_HOME/lstmcli``, else ``~/.cache/lstmcli``."""
    if own := os.environ.get("LSTM_CACHE"):
        return Path(own)
    if own := os.environ.get("XDG_CACHE_HOME"):
        return Path(own) / "lstmcli"
    try:
        return Path("~/.cache/lstmcli").expanduser()
    except RuntimeError:  # no home directory: nothing is cached
        return Path(os.devnull) / "lstmcli"


def temporary_file() -> IO[bytes]:
    """A file without a name in the cache folder, for ``/tmp`` is often memory; where that cannot be, in ``/tmp``."""
    try:
        folder = cache_folder()
        folder.mkdir(0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    except OSError:
        return tempfile.TemporaryFile()


def used(path: Path) -> None:
    """Note that a tokenized text, a file or a folder of shards, is used now."""
    with suppress(OSError):
        os.utime(path)


def remove_unused(folder: Path) -> None:
    """Remove the tokenized texts in a folder that nobody has used for as long as ``KEPT`` says."""
    with suppress(OSError):
        for path in folder.iterdir():
            age = next((age for end, age in KEPT.items() if path.name.endswith(end)), None)
            if age is not None and time.time() - path.lstat().st_mtime > age:
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with the files in it, as far as the system lets us."""
    with suppress(OSError):
        if stat.S_ISDIR(path.lstat().st_mode):
            for inside in path.iterdir():
                inside.unlink()
            path.rmdir()
        else:
            path.unlink()


@contextmanager
def writing(what: str, folder: Path | None = None) -> Iterator[None]:
    """Raises ``OutputError`` if the system cannot write to a folder of the cache, the whole for None."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{what} cannot be written: {error.strerror or error}",
            path=folder or cache_folder(),
            hint="make room, or name another folder in $LSTM_CACHE",
        ) from error
