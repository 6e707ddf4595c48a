"""Models and folders that tests of commands use or damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.models import untrained_model
from support.refusing import GOOD


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("sound") / "model")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with good.csv in it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "good.csv").write_text(GOOD, encoding="utf-8")
    return folder
