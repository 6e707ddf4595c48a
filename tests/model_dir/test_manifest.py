"""A ``config.json`` is read only if it is a model's, as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.errors import ModelError
from lstmcli.model_dir.directory import read_model
from support.model_dirs import refused, reuse_tmp_path, rewrite
from support.models import stub_model


def test_a_truncated_config(model: Path) -> None:
    whole = (model / "config.json").read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 3):
        (model / "config.json").write_bytes(whole[:size])
        assert "not valid JSON" in refused(model).message


@reuse_tmp_path
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_in_the_config_goes_unseen(tmp_path: Path, place: float, bit: int) -> None:
    target = tmp_path / "model"
    if not target.exists():
        stub_model(target)
    path = target / "config.json"
    whole = path.read_bytes()
    before = read_model(target).config
    altered = bytearray(whole)
    altered[int(place * len(whole))] ^= 1 << bit
    path.write_bytes(altered)
    try:
        assert read_model(target).config == before  # white space, say
    except ModelError as error:
        assert error.path
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b"\xff\xfe", b"{}", b'{"model_type": "bert"}', b"[" * 100_000, b'{"format_version": NaN}'],
)
def test_a_config_of_something_else(model: Path, text: bytes) -> None:
    (model / "config.json").write_bytes(text)
    assert str(model / "config.json") == refused(model).path


@pytest.mark.parametrize("field", ["task", "labels", "calibration", "classifier", "files", "versions", "parameters"])
@pytest.mark.parametrize("value", [None, 1.5, [1], {"a": 1}])
def test_fields_missing_or_of_the_wrong_type(model: Path, field: str, value: Any) -> None:
    rewrite(model, **{field: value})
    error = refused(model)
    assert error.path
    assert error.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": []},
        {"labels": ["a", "a", "b"]},
        {"seed": True},
        {"calibration": {"scale": -1.0}},
        {"calibration": {"scale": 0.0}},
        {"calibration": {"scale": True}},
        {"calibration": {"scale": 1.0, "offsets": [0.5]}},
        {"calibration": {"scale": 1.0, "offsets": [0.5, None, 0.5]}},
        {"calibration": {"scale": 1.0, "thresholds": [0.5]}},
        {"calibration": {"scale": 1.0, "thresholds": [0.5, 2.0, 0.5]}},
        {"calibration": {"temperature": 1.0}},
        {"classifier": {"model": {"hidden": "many"}}},
        {"classifier": {"surprise": 1}},
        {"files": {"../../etc/passwd": {"bytes": 1, "sha256": "0"}}},
        {"files": {"..": {"bytes": 1, "sha256": "0"}}},
        {"files": {"model.onnx": {"bytes": "1", "sha256": "0"}}},
        {"tokenizer": {"kind": "word"}},
        {"tokenizer": {"kind": 1, "vocab_size": 2}},
        {"format_version": 0},
        {"format_version": True},
        {"format_version": "1"},
    ],
)
def test_fields_out_of_range(model: Path, changes: dict[str, Any]) -> None:
    rewrite(model, **changes)
    assert "config.json" in str(refused(model))


def test_an_edited_config(model: Path) -> None:
    rewrite(model, seal=False, labels=["good", "bad", "so so"])
    assert "altered" in refused(model).message


def test_a_newer_format_says_who_wrote_it(model: Path) -> None:
    rewrite(model, format_version=7, versions={"lstmcli": "9.1.0"}, labels=None)
    error = refused(model)
    assert "format 7" in error.message
    assert "lstm 9.1.0" in error.message
    assert "upgrade" in (error.hint or "")


def test_a_config_larger_than_any_model_has(model: Path) -> None:
    with (model / "config.json").open("wb") as file:
        file.truncate(10**12)  # sparse; reading it would take the machine's memory
    assert "too large" in refused(model).message
