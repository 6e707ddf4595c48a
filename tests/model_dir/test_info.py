"""What a model says of itself, to a program and as a model card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.classification.card import card as model_card
from lstmcli.config import to_dict
from lstmcli.errors import ModelError
from lstmcli.model_dir.directory import write_model
from lstmcli.model_dir.info import info
from support.models import LABELS, TINY, description, stub_files, stub_model


def test_all_that_the_model_knows_of_itself(tmp_path: Path) -> None:
    target = stub_model(tmp_path / "model")
    found = info(target)
    assert found.path == str(target)
    assert (found.task, found.labels, found.multilabel) == ("classify", LABELS, False)
    assert (found.parameters, found.seed, found.command) == (12345, 1, "lstm train data.csv")
    assert (found.tokenizer, found.vocab_size) == ("word", 321)
    assert found.bytes == sum(file.stat().st_size for file in target.iterdir())
    assert found.calibration == {"scale": 0.8}
    assert found.metrics["valid"]["accuracy"] == 1.0
    assert found.config["model"] == json.loads(json.dumps(to_dict(TINY)["model"]))
    assert found.versions["torch"] == "2.13.0"
    json.dumps(found.data)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "model.onnx"])
def test_any_damage_is_told(tmp_path: Path, name: str) -> None:
    target = stub_model(tmp_path / "model")
    whole = bytearray((target / name).read_bytes())
    whole[-1] ^= 128
    (target / name).write_bytes(whole)
    with pytest.raises(ModelError, match="altered"):
        info(target)


def test_a_language_model_has_no_labels(tmp_path: Path) -> None:
    config = description(task="lm")
    for name in ("labels", "multilabel", "classifier", "calibration"):
        del config[name]
    write_model(tmp_path / "lm", stub_files(), config, force=False)
    found = info(tmp_path / "lm")
    assert (found.task, found.labels, found.multilabel, found.calibration) == ("lm", (), False, {})


def test_the_card_says_what_matters() -> None:
    card = model_card(description())
    assert card.startswith("---\n")
    for part in ("lstm train data.csv", "- bad\n- good\n- so so\n", "12,345 parameters", "lstm classify --model"):
        assert part in card
    assert "| so so | 1.000 | 1.000 | 1.000 | 2 |" in card
    assert "1,234" in card  # rows of the training split
    assert "20 tokens" in card


def test_the_card_of_a_model_without_metrics() -> None:
    card = model_card(description(metrics={}, multilabel=True))
    assert "every label that fits" in card
    assert "Results" not in card


def test_a_hundred_labels_are_cut_short() -> None:
    card = model_card(description(labels=[f"label {i}" for i in range(120)]))
    assert "and 70 more" in card
    assert "70 more labels" in card


@settings(max_examples=50)
@given(label=st.text(st.characters(exclude_categories=()), min_size=1), command=st.text("ab `~'\n#\udcff", min_size=1))
def test_no_label_and_no_command_breaks_the_card(label: str, command: str) -> None:
    plain = model_card(description(labels=["one", "two"])).splitlines()
    card = model_card(description(labels=["one", label + "2"], command=command))
    command = command.encode("utf-8", "backslashreplace").decode()
    rows = [line for line in card.splitlines() if line.startswith("| ")]
    assert len(rows) == sum(line.startswith("| ") for line in plain)
    fence = card.split("## Training\n\n", 1)[1].split("sh\n", 1)[0]
    assert set(fence) == {"`"}
    assert fence not in command
    assert f"{fence}sh\n{command}\n{fence}\n" in card


def test_a_label_is_shown_as_it_is() -> None:
    card = model_card(description(labels=["a|b", "<b>x</b>", "line\nbreak"]))
    assert "a\\|b" in card
    assert "\\<b\\>" in card
    assert "line break" in card


def test_a_calibration_of_a_language_model_is_passed_over(tmp_path: Path) -> None:
    target = stub_model(tmp_path / "model", task="lm", metrics={}, calibration={"scale": {}})
    assert info(target).calibration == {}
