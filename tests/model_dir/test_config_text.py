"""``config.json``: what is written can be read, and how large it will be is known beforehand."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.errors import ModelError
from lstmcli.model_dir import directory
from lstmcli.model_dir.config_text import config_text, expected_bytes
from lstmcli.model_dir.directory import read_model, write_model
from support.models import description, stub_files, stub_model
from support.reports import classification_report

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200)
@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_what_is_written_is_read(config: dict[str, object]) -> None:
    assert json.loads(config_text(config)) == config


def test_rows_have_a_line_each() -> None:
    text = config_text({"labels": ["a", "b"], "confusion": [[1, 2], [3, 4]], "cutoffs": [1, 2], "x": {}, "\udc80": 1})
    assert text.decode() == (
        '{\n  "labels": [\n    "a",\n    "b"\n  ],\n  "confusion": [\n    [1, 2],\n    [3, 4]\n  ],\n'
        '  "cutoffs": [1, 2],\n  "x": {},\n  "\\udc80": 1\n}\n'
    )


def about(labels: list[str], splits: int) -> dict[str, object]:
    n = 4 * len(labels)
    gold = np.arange(n) % len(labels)
    called = np.random.default_rng(0).permutation(gold)  # nearly all are mistakes
    report = classification_report(np.eye(len(labels))[called], gold, labels)
    found = dataclasses.asdict(report)
    return description(labels=labels, metrics=dict.fromkeys(("valid", "test")[:splits], found))


@pytest.mark.parametrize("splits", [1, 2])
@pytest.mark.parametrize("labels", [["a", "b"], [f"label {i}" for i in range(99)], [f'{i}é\n"' for i in range(1000)]])
def test_the_size_is_known_before_training(labels: list[str], splits: int, tmp_path: Path) -> None:
    write_model(tmp_path / "m", stub_files(), about(labels, splits), force=False)
    size = (tmp_path / "m" / "config.json").stat().st_size
    assert size <= expected_bytes(labels, splits)
    assert size < 100_000 + splits * (100_000 + 300 * len(labels))
    assert read_model(tmp_path / "m").labels == tuple(labels)


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One limit for writing and for reading."""
    size = (stub_model(tmp_path / "m") / "config.json").stat().st_size
    monkeypatch.setattr(directory, "CONFIG_BYTES", size)
    stub_model(tmp_path / "same")
    read_model(tmp_path / "same")
    monkeypatch.setattr(directory, "CONFIG_BYTES", size - 1)
    with pytest.raises(ModelError, match="too large"):
        read_model(tmp_path / "m")
    with pytest.raises(ModelError, match=r"would be .* bytes, and no more than"):
        stub_model(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_model_of_lstm_0_1_0_is_read(tmp_path: Path) -> None:
    """It has the whole matrix, for up to 1,000 labels, and no list of mistakes."""
    labels = [f"label {i}" for i in range(200)]
    config = about(labels, 1)
    metrics = config["metrics"]
    assert isinstance(metrics, dict)
    del metrics["valid"]["confused"]
    metrics["valid"]["confusion"] = [[int(i == j) for j in range(200)] for i in range(200)]
    write_model(tmp_path / "m", stub_files(), config, force=False)
    whole = json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "m" / "config.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False), encoding="utf-8")
    assert read_model(tmp_path / "m").config["metrics"]["valid"]["confusion"][3][3] == 1
