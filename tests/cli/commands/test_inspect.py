"""``lstm inspect`` on real, untrained models: every source, every format, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from support.lm_models import untrained_lm
from support.models import untrained_model

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "60"}
TEXT = "a fine film 很好看"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("classifier") / "model")


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_lm(tmp_path_factory.mktemp("lm") / "model", "bpe")


def inspect(model: Path, *arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(app, ["inspect", "-m", str(model), *map(str, arguments)], **more)


def objects(model: Path, *arguments: object, **more: Any) -> list[dict[str, Any]]:
    result = inspect(model, *arguments, "--format", "jsonl", **more)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("kind", ["model", "lm"])
def test_argument_file_and_pipe_give_the_same_answers(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path: Path = request.getfixturevalue(kind)
    file = tmp_path / "text.txt"
    file.write_text(TEXT + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "lstmcli", "inspect", "-m", str(path), "-q"]
    by_argument = inspect(path, TEXT).stdout
    for arguments, given in ((["--file", str(file)], b""), ([], TEXT.encode()), (["-"], file.read_bytes())):
        run = subprocess.run([*command, *arguments], input=given, capture_output=True, env=ENVIRONMENT, timeout=120)
        assert (run.returncode, run.stderr) == (0, b"")
        rows = [line.split("\t") for line in run.stdout.decode().splitlines()]
        expected = [line.split("\t") for line in by_argument.splitlines()]
        assert [row[1:] for row in rows] == [row[1:] for row in expected]  # but for the number of the line


def test_inspecting_needs_no_torch(model: Path, lm: Path) -> None:
    for path, more in ((model, ["--why"]), (model, ["--top-units", "2"]), (lm, ["--top-units", "2"])):
        script = (
            "import sys; from lstmcli.cli.app import app\n"
            f"try: app(['inspect', 'a film', '-m', {str(path)!r}, *{more!r}])\n"
            "except SystemExit as end: assert not end.code\n"
            "assert 'torch' not in sys.modules"
        )
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=ENVIRONMENT, timeout=120
        )
        assert run.returncode == 0, run.stderr


def test_a_classifier_says_what_classify_says(model: Path) -> None:
    answer = CliRunner().invoke(app, ["classify", "-m", str(model), "--text", TEXT, "--format", "json"])
    (expected,) = json.loads(answer.stdout)
    (found,) = objects(model, TEXT)
    assert found["label"] == expected["label"]
    assert found["probabilities"] == pytest.approx(expected["probabilities"])
    assert found["tokens"][-1]["probabilities"] == pytest.approx(expected["probabilities"])
    assert [token["text"] for token in found["tokens"]] == ["a", "fine", "film", "很", "好", "看"]
    (layer,) = found["layers"]
    assert list(layer["gates"]) == ["input", "forget", "candidate", "output"]
    assert len(layer["gates"]["forget"]["mean"]) == len(layer["norms"]["cell"]) == 6


def test_a_language_model_says_what_perplexity_says(lm: Path) -> None:
    lines = f"{TEXT}\nthe cat"
    table = CliRunner().invoke(
        app, ["perplexity", "-m", str(lm), "--text", lines, "--per", "token", "--format", "jsonl"]
    )
    expected = [json.loads(line) for line in table.stdout.splitlines()]
    found = objects(lm, lines)
    assert [each["line"] for each in found] == [1, 2]
    rows = [token for each in found for token in each["tokens"] if "surprisal" in token]
    assert [row["surprisal"] for row in rows] == pytest.approx([row["surprisal"] for row in expected], abs=1e-5)
    assert found[0]["tokens"][0] == {"text": "</s>", "start": 0, "end": 0, "unknown": False, "segment": 0}
    assert found[1]["tokens"][0]["text"] != "</s>"  # the state goes on: this model was trained on a document


def test_csv_has_a_header_and_tsv_the_same_without(model: Path) -> None:
    table = list(csv.DictReader(io.StringIO(inspect(model, TEXT, "--format", "csv").stdout)))
    assert len(table) == 6
    assert {"layer", "direction", "token", "text", "probability", "forget", "forget_spread", "cell_norm"} <= set(
        table[0]
    )
    rows = [line.split("\t") for line in inspect(model, TEXT, "--format", "tsv").stdout.splitlines()]
    assert rows == [list(row.values()) for row in table]
    units = list(csv.DictReader(io.StringIO(inspect(model, TEXT, "--unit", 2, "--unit", 4, "--format", "csv").stdout)))
    assert [row["unit"] for row in units[:4]] == ["2", "4", "2", "4"] and "cell" in units[0]
    ties = list(csv.DictReader(io.StringIO(inspect(model, TEXT, "--top-units", 2, "--format", "csv").stdout)))
    assert [row["to"] for row in ties] == ["label", "label", "position", "position"]
    words = list(csv.DictReader(io.StringIO(inspect(model, TEXT, "--why", "--format", "csv").stdout)))
    assert [row["text"] for row in words] == ["a", "fine", "film", "很", "好", "看"] and "difference" in words[0]


def test_why_adds_up_in_json(model: Path) -> None:
    (found,) = objects(model, TEXT, "--why")
    why = found["why"]
    assert why["sum"] == pytest.approx(sum(word["difference"] for word in why["words"]))
    assert why["total"] == pytest.approx(why["probability"] - why["empty_probability"])
    assert found["layers"]


def test_the_label_to_follow_may_be_chosen(model: Path) -> None:
    (found,) = objects(model, TEXT, "--label", "so so")
    assert found["label"] == "so so" and found["probability"] == found["probabilities"]["so so"]


def test_a_table_is_for_people(model: Path) -> None:
    result = inspect(model, TEXT, "--format", "table", env={"COLUMNS": "60"})
    assert "most telling units" in result.stdout and "layer 1 of 1, forward, 4 units" in result.stdout


def test_a_page_is_written_instead(model: Path, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    result = inspect(model, "<script>fine</script>", "--why", "--top-units", 1, "--html", place)
    assert (result.exit_code, result.stdout) == (0, "") and "wrote" in result.stderr
    text = place.read_text(encoding="utf-8")
    assert "<script>" not in text and "script" in text
    assert "Effect of each word on" in text and "interactions between words." in text
    assert "units that contribute most" in text
    assert inspect(model, "fine", "--html", place, "--format", "jsonl", "-q").stdout


def test_rows_of_a_table_are_texts(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text('text,label\n"a, film",good\n,bad\nfine,good\n', encoding="utf-8")
    found = objects(model, "--file", file)
    assert [each["text"] for each in found] == ["a, film", "", "fine"] and found[1]["tokens"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["", "--why"], 3, "the text is empty"),
        (["a", "--file", "b"], 2, "contradict each other"),
        (["a", "--unit", "5"], 2, "no unit 5"),
        (["a", "--unit", "0"], 2, "1 or more"),
        (["a", "--layer", "2"], 2, "no layer 2"),
        (["a", "--layer", "top"], 2, "--layer"),
        (["a", "--direction", "up"], 2, "direction"),
        (["a", "--label", "goood"], 2, "goood"),
        (["a", "--top-units", "0"], 2, "--top-units"),
        (["a", "--why", "--unit", "1"], 2, "--unit applies to gates"),
        (["a", "--html", "nowhere/page.html"], 1, "its folder does not exist"),
        (["--file", "nowhere.txt"], 3, "no such file"),
    ],
)
def test_what_cannot_be_done_is_said(model: Path, arguments: list[str], code: int, said: str) -> None:
    result = inspect(model, *arguments)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr and result.stdout == "" and "Traceback" not in result.stderr


def test_a_pipe_of_blank_lines_is_refused_and_some_blank_lines_are_not(model: Path) -> None:
    assert inspect(model, input="\n  \n").exit_code == 3
    assert [bool(each["tokens"]) for each in objects(model, "-q", input="\nfine\n\n")] == [False, True, False]


def test_a_language_model_cannot_say_why(lm: Path) -> None:
    result = inspect(lm, "a", "--why")
    assert result.exit_code == 4 and "language model" in result.stderr and "hint: --why is for" in result.stderr


def test_the_name_of_a_file_is_a_text_but_is_noticed(model: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("poem.txt").write_text("fine", encoding="utf-8")
    result = inspect(model, "poem.txt")
    assert result.exit_code == 0 and "--file" in result.stderr
