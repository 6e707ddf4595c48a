"""``lstm neighbours``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from lstmcli.cli.commands.neighbours import neighbours
from lstmcli.errors import UsageError
from support.models import untrained_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("neighbours") / "model")


def run(model: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["neighbours", *arguments, "-m", str(model)], input=stdin)


def test_a_line_per_neighbour_in_a_pipe_and_a_table_for_people(model: Path) -> None:
    lines = run(model, "funny", "dull", "--top", "2").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["funny", "funny", "dull", "dull"]
    csv = run(model, "funny", "--top", "1", "--format", "csv").stdout.splitlines()
    assert csv[0] == "word,neighbour,similarity" and csv[1] == lines[0].replace("\t", ",")
    table = run(model, "funny", "dull", "--top", "2", "--format", "table").stdout.splitlines()
    assert table[0] == "funny" and table[3:5] == ["", "dull"]
    assert table[1].split() == [f"{float(lines[0].split(chr(9))[2]):.3f}", lines[0].split("\t")[1]]


def test_an_unknown_argument_is_an_error_before_anything_is_written(model: Path) -> None:
    found = run(model, "funny", "funy")
    assert found.exit_code == 2 and not found.stdout
    assert "'funy' is not in the vocabulary of this model" in found.stderr and "spelled like it: funny" in found.stderr


def test_words_of_stdin_are_answered_in_order_though_some_are_unknown(model: Path) -> None:
    words = ["funny", "xa", "xb", "xc", "xd", "xe", "xf", "看"]
    found = run(model, "--format", "jsonl", "--top", "1", stdin="\n".join(words) + "\n")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.exit_code == 0 and [row["word"] for row in rows] == words
    assert [len(row["neighbours"]) for row in rows] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert found.stderr.count("is not in the vocabulary") == 5 and "1 more words have no neighbours" in found.stderr


def test_without_a_word_it_says_how_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UsageError, match="no word"):
        neighbours()
