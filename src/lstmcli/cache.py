"""Where files that can be made or fetched again are kept."""

from __future__ import annotations

import os
from pathlib import Path


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
