"""Trainings of realistic vocabularies and label counts through the command, and the commands that use the models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.classification import split_labels
from lstmcli.cli.app import app

SMALL = ("--embedding=6", "--hidden=8", "--epochs=1", "--threads=1", "--device=cpu", "-q")
WORDS = [f"{a}{b}{c:02}" for a in "bdfgklmnprstvwz" for b in "aeiou" for c in range(80)]
"""6,000 of them."""


def lstm(*arguments: object, code: int = 0, text: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(map(str, arguments)), input=text)
    assert result.exit_code == code, result.stderr
    return result


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    "options",
    [["--untied"], ["--softmax", "adaptive"], pytest.param(["--cell", "gru", "--untied"], marks=pytest.mark.slow)],
    ids=str,
)
def test_a_language_model_of_six_thousand_words(options: list[str], tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("\n".join(" ".join(WORDS[i::300]) for i in range(300)) + "\n", encoding="utf-8")
    model = tmp_path / "m"
    lstm("train", text, "--valid", text, "-o", model, "--tokenizer", "word", "--batch-size", 4, *SMALL, *options)
    assert json.loads((model / "config.json").read_text(encoding="utf-8"))["tokenizer"]["vocab_size"] > 6000
    assert json.loads(lstm("perplexity", "-m", model, text, "--format", "json").stdout)["tokens"] == 6300
    assert len(lstm("generate", "-m", model, WORDS[0], "--max-tokens", 5).stdout.split()) > 1
    lstm("info", model)


@pytest.mark.parametrize(
    "options",
    [
        ["--characters", "0"],
        pytest.param([], marks=pytest.mark.slow),
        pytest.param(["--vectors", "vectors.vec", "--ngrams", "0"], marks=pytest.mark.slow),
    ],
    ids=["words", "usual", "vectors"],
)
def test_a_classifier_of_a_thousand_labels(options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{' '.join(WORDS[i::1000])} {n},label {i}" for i in range(1000) for n in "ab"]
    Path("t.csv").write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    vectors = "".join(f"{word} {' '.join(['0.5'] * 6)}\n" for word in WORDS)
    Path("vectors.vec").write_text(f"{len(WORDS)} 6\n{vectors}", encoding="utf-8")
    small = [option for option in SMALL if not ("--vectors" in options and option.startswith("--embedding"))]
    lstm("train", "t.csv", "--label-column", "label", "-o", "m", *small, *options)
    assert Path("m/config.json").stat().st_size < 400_000
    report = json.loads(lstm("classify", "-m", "m", "t.csv", "--report", "--format", "json").stdout)
    assert report["n"] == 2000 and len(report["classes"]) == 1000 and report["confusion"] == []
    assert len(lstm("classify", "-m", "m", "t.csv", "--report", "--format", "table").stdout.splitlines()) < 80
    assert "and 980 more" in " ".join(lstm("info", "m").stdout.split())


def test_labels_that_no_model_could_hold_are_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split_labels, "CONFIG_BYTES", 2_000_000)
    data = tmp_path / "t.csv"
    rows = [f"w{i} {n},{i} {'long label ' * 400}" for i in range(200) for n in "abc"]
    data.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    result = lstm("train", data, "--label-column", "label", "--test", data, "-o", tmp_path / "m", *SMALL, code=3)
    assert "200 labels" in result.stderr and "more than a model can hold" in result.stderr
    assert not (tmp_path / "m").exists() and len(result.stderr) < 3000
