"""A user's folder with two models in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lstmcli as lstm
from support import reviews
from support.reviews import SMALL


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with two models in it."""
    place = tmp_path_factory.mktemp("user")
    reviews.write(place)
    texts, labels = zip(*reviews.rows(), strict=True)
    lstm.train((texts, labels), output=place / "models" / "reviews", **SMALL)
    lstm.train(place / "book.txt", output=place / "models" / "book", **SMALL)
    return place


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def model(here: Path) -> Any:
    return lstm.load("models/reviews")


@pytest.fixture
def lm(here: Path) -> Any:
    return lstm.load("models/book")
