"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import lstmcli.engine  # noqa: F401  # before any test imports onnxruntime, which minds the environment

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real public data sets: ``$LSTM_DATA``, else ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("LSTM_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder} (set LSTM_DATA)")
    return folder
