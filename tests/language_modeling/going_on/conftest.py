"""A small language model, and the text that it learnt from."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import lstmcli

SMALL: dict[str, Any] = {"epochs": 2, "threads": 1, "device": "cpu", "checkpoint_every": "never"}
OLD, NEW = ["the", "cat", "dog", "sat", "on", "a", "mat"], ["the", "whale", "sat", "on", "a", "ship"]


def write(path: Path, words: list[str], lines: int = 80) -> Path:
    draws = random.Random(path.name)
    path.write_text("".join(" ".join(draws.choices(words, k=8)) + " .\n" for _ in range(lines)), encoding="utf-8")
    return path


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``old.txt``, the model of it, and ``new.txt``."""
    folder = tmp_path_factory.mktemp("going-on")
    write(folder / "old.txt", OLD)
    write(folder / "new.txt", NEW)
    sizes = {"hidden": 8, "embedding": 8, "layers": 1, "tokenizer": "word"}
    lstmcli.train(str(folder / "old.txt"), output=folder / "model", **sizes, **SMALL).close()
    return folder
