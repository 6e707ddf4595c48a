"""A small classifier, and the rows that it learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lstmcli

SMALL = {"epochs": 2, "threads": 1, "device": "cpu", "checkpoint_every": "never"}


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows), encoding="utf-8")
    return path


def old_rows(mark: str = "") -> list[tuple[str, str]]:
    rooms = ("room", "hall", "bed", "bath", "desk")
    good = [(f"a {word} {room} {n}{mark}", "good") for n in range(4) for word in ("warm", "fine") for room in rooms]
    return good + [(text.replace("warm", "cold").replace("fine", "rude"), "bad") for text, _ in good]


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``old.csv``, the model of it, and ``new.csv``: more rows, and rows of one more label."""
    folder = tmp_path_factory.mktemp("going-on")
    write(folder / "old.csv", old_rows())
    asked = [(f"where is the {place} {n}", "question") for n in range(5) for place in ("pool", "lobby", "lift", "bar")]
    write(folder / "new.csv", [*old_rows(" pool")[::3], *asked])
    sizes: dict[str, Any] = {"hidden": 6, "embedding": 6, **SMALL}
    lstmcli.train(str(folder / "old.csv"), output=folder / "model", **sizes).close()
    return folder
