"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from processes import forget_signals

ROOT = Path(__file__).resolve().parent.parent
SLOW = 1800
"""Seconds that a slow test may take; of any other, pyproject.toml says so."""

forget_signals()
# The machine may be busy.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
os.environ["LANG"] = os.environ.pop("LC_ALL", "") or os.environ.get("LANG", "C.UTF-8")
os.environ["LC_MESSAGES"] = "C"  # messages in English, whoever runs the tests
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # tests import ONNX Runtime without ``engine/runtime.py``, too


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No test can wait for ever."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real public data sets: ``$LSTM_DATA``, else ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("LSTM_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder} (set LSTM_DATA)")
    return folder
