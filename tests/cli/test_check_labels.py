"""``lstm train --check-labels``."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.errors import UsageError


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    draw, lines = random.Random(2), ["label,text"]
    for n in range(60):
        words = ("lovely warm great", "dull cold poor")[n % 2].split()
        lines.append(f"{('good', 'bad')[n % 2 if n != 20 else 1]},{' '.join(draw.choices(words, k=4))} {n % 7}")
    path = tmp_path_factory.mktemp("check") / "rows.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["table", "tsv", "csv", "jsonl", "json"])
def test_suspects_in_every_format(source: Path, form: str) -> None:
    found = CliRunner().invoke(app, ["train", str(source), "--check-labels", "--format", form])
    assert found.exit_code == 0, found.stderr
    assert "1 label of 60 (1.7 %) may be wrong, 1 of them by" in found.stderr
    if form in ("jsonl", "json"):
        loaded = json.loads(found.stdout)
        (row,) = loaded if form == "json" else [loaded]
        assert (row["label"], row["better"], row["line"]) == ("bad", "good", 22)
    elif form == "csv":
        (cells,) = csv.DictReader(io.StringIO(found.stdout))
        assert (cells["better"], cells["line"]) == ("good", "22")
    else:
        assert "good" in found.stdout and "22" in found.stdout


def test_in_a_narrow_terminal_the_text_gets_shorter_not_the_labels(tmp_path: Path) -> None:
    draw, lines = random.Random(2), ["label,text"]
    for n in range(60):
        words = ("lovely warm great", "dull cold poor")[n % 2].split()
        label = ("recommended product", "disappointing")[n % 2 if n != 20 else 1]
        lines.append(f"{label},{' '.join(draw.choices(words, k=40))} {n % 7}")
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["train", str(path), "--check-labels"], env={"COLUMNS": "80"})
    _, row = found.stdout.splitlines()
    assert "disappointing" in row and "recommended product" in row and " 22 " in row and row.rstrip().endswith("…")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--check-labels", "-o", "model"], "--output does not apply"),
        (["--check-labels", "--size", "100k"], "--size does not apply"),
        (["--check-labels", "--cv", "5"], "--cv does not apply"),
        (["--check-labels", "--plot", "a.svg"], "--plot does not apply"),
        (["--check-labels", "--unlabelled", "more.txt"], "--unlabelled does not apply"),
        (["--check-labels", "--log-format", "json"], "--log-format does not apply"),
        (["--check-labels", "--task", "lm"], "--task lm"),
        (["--format", "csv"], "--format csv is for --check-labels"),
    ],
)
def test_what_does_not_go_with_it(source: Path, options: list[str], said: str) -> None:
    found = CliRunner().invoke(app, ["train", str(source), *options])
    assert found.exit_code == 2 and said in found.stderr


def test_options_of_reading_and_of_the_linear_models_are_used(source: Path) -> None:
    options = "--label-column label --text-column text --encoding utf-8 --keep-case --min-count 1 --ngrams 1 --seed 3"
    found = CliRunner().invoke(app, ["train", str(source), "--check-labels", *options.split()])
    assert found.exit_code == 0 and "of 60" in found.stderr, found.stderr


def test_options_that_do_not_apply_are_ignored_from_the_environment(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_TRAIN_HIDDEN", "32")
    assert CliRunner().invoke(app, ["train", str(source), "--check-labels"]).exit_code == 0


def test_python_refuses_them_too(source: Path) -> None:
    from lstmcli import check_labels

    with pytest.raises(UsageError, match="hidden does not apply"):
        check_labels(str(source), hidden=16)
    assert len(check_labels(str(source), ngrams=1)) >= 1
