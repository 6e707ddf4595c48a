"""Where files that can be made or fetched again are kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lstmcli.errors import OutputError


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
