"""Train, classify, measure, describe: the real path, on a few lines."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from processes import started

SMALL = ["--embedding=8", "--hidden=6", "--hash-buckets=64", "--threads=1", "--device=cpu"]
WORDS = {"good, really": ["fine", "lovely", "很好", "great"], "bad 😞": ["dull", "awful", "太差", "poor"]}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "review", "verdict"])
        for i in range(60):
            label = list(WORDS)[i % 2]
            rows.writerow([i, f"a {WORDS[label][i % 4]} film number {i}, {WORDS[label][i // 4 % 4]}", label])
    return path


def lstm(*arguments: object, text: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(map(str, arguments)), input=text)
    assert result.exit_code == 0, result.stderr
    return result


def test_the_whole_path(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    trained = lstm("train", data, "--text-column", "review", "--label-column", "verdict", "--epochs", 2, *SMALL)
    assert trained.stdout == "" and "text from 'review', label from 'verdict'" in trained.stderr
    assert sorted(path.name for path in Path("lstm-model/classifier").iterdir()) == [
        *("README.md", "config.json", "log.jsonl", "model.onnx", "model.safetensors"),
        *("ngrams.safetensors", "tokenizer.json"),
    ]
    first = json.loads(lstm("classify", "--text", "a lovely film, 很好", "--format", "jsonl").stdout)
    assert first["label"] == "good, really" and set(first["probabilities"]) == set(WORDS)

    rows = lstm("classify", data, "--keep-columns", "--format", "csv").stdout
    assert next(csv.reader(rows.splitlines())) == ["id", "review", "verdict", "label", "probability"]
    assert len(list(csv.reader(rows.splitlines()))) == 61

    report = json.loads(lstm("classify", data, "--report", "--format", "json").stdout)
    assert report["n"] == 60 and report["accuracy"] > 0.9

    described = json.loads(lstm("info", "--format", "json").stdout)
    assert described[
        "command"
    ] == f"lstm train {data} --text-column review --label-column verdict --epochs 2 " + " ".join(SMALL)
    assert described["labels"] == sorted(WORDS) and described["data"]["rows"] == {"train": 54, "valid": 6}

    refused = CliRunner().invoke(app, ["train", str(data), *SMALL])
    assert refused.exit_code == 1 and "--force" in refused.stderr


def test_a_pipe_trains_as_a_file_does(data: Path, tmp_path: Path) -> None:
    for name, source, text in (("file", str(data), None), ("pipe", "-", data.read_text(encoding="utf-8"))):
        lstm("train", source, "-o", tmp_path / name, "--epochs", 1, "--quiet", *SMALL, text=text)
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("file", "pipe")]
    assert weights[0] == weights[1]


def test_other_files_are_read_by_the_columns_of_the_training(data: Path, tmp_path: Path) -> None:
    lstm("train", data, "-o", tmp_path / "model", "--epochs", 1, "--quiet", *SMALL)
    other = tmp_path / "other.csv"
    other.write_text("text,Verdict,review\nThe title of a long story,dull,a lovely film\n", encoding="utf-8")
    answer = json.loads(lstm("classify", "-m", tmp_path / "model", other, "--format", "jsonl").stdout)
    assert answer["text"] == "a lovely film"


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_the_process_keeps_a_model_that_works(
    data: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-m", "lstmcli", "train", str(data), "-o", str(tmp_path / "m"), "--epochs=20000", *SMALL]
    command.append("--patience=0")
    with started(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        assert run.stderr is not None
        guard = threading.Timer(120, run.kill)
        guard.start()
        for line in run.stderr:
            if line.startswith("epoch 3:"):
                run.send_signal(number)
                break
        said = run.stderr.read()
        assert run.wait() == code
        guard.cancel()
    assert "interrupted: the best model so far is kept" in said
    lstm("classify", "-m", tmp_path / "m", "--text", "fine")
