"""``lstm compare SOURCE --cells``: tiny runs end to end, every format, narrow windows, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from lstmcli.cli.output.experiment.tables import EXPERIMENT
from lstmcli.cli.output.writer import as_json, write
from lstmcli.errors import OutputError
from lstmcli.translation.predict import Translator
from support.raced import HOSTILE, raced
from support.refusing import GOOD, ROWS, names, refused
from support.schemas import conforms
from support.translators import backwards

TINY = ("--embedding=6", "--epochs=1", "--threads=1", "--device=cpu")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "good.csv").write_text(GOOD, encoding="utf-8")
    (folder / "text.txt").write_text("".join(f"the {text} .\n" for text, _ in ROWS * 4), encoding="utf-8")
    return folder


def compare(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments], **more)


def test_translators_with_other_cells_are_trained_and_compared(here: Path) -> None:
    pairs = backwards(60)
    for side in ("source", "target"):
        (here / side).write_text("\n".join(pairs[side]) + "\n", encoding="utf-8")
    arguments = ("source", "--target-file", "target", "--cells", "lstm,gru", "--seeds", "1", "--hidden=8", *TINY)
    result = compare(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    (found,) = conforms("compare", result.stdout)
    assert (found["task"], found["measure"]) == ("translate", "chrf")
    assert set(found["standings"][0]["measures"]) == {"chrf", "bleu", "perplexity"}
    assert [len(curve["norms"]) > 3 for curve in found["gradients"]] == [True, True]
    assert Translator(here / "lstm-compare" / "gru-seed1", threads=1).translate(["abc"])


def test_classifiers_from_source_to_report(here: Path) -> None:
    arguments = ("good.csv", "--test", "good.csv", "--cells", "lstm,rnn", "--seeds", "2", "--hidden=8", *TINY)
    result = compare(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    (found,) = conforms("compare", result.stdout)
    assert (found["task"], found["split"], found["seeds"], found["match"]) == (
        "classify",
        "test",
        [1, 2],
        ["parameters"],
    )
    assert [standing["cell"] for standing in found["standings"]] == ["lstm", "rnn"]
    assert found["standings"][0]["measures"]["accuracy"]["n"] == 2 and found["recalls"] == []
    assert len(found["gradients"][1]["norms"]) > 3
    output = here / "lstm-compare"
    models = [f"{cell}-seed{seed}" for cell in ("lstm", "rnn") for seed in (1, 2)]
    assert names(output) == sorted([*models, "report.html", "report.json", "runs.jsonl"])
    assert json.loads((output / "report.json").read_text(encoding="utf-8")) == found
    assert "<svg" in (output / "report.html").read_text(encoding="utf-8")

    # What it says on the way, in plain lines: the budget, the sizes, the data once, each run.
    said = result.stderr
    assert "equal parameters, equal epochs" in said and "lstm 8 (" in said
    assert said.count("word tokenizer:") == 1 and "run 4 of 4: rnn, seed 2" in said
    assert "lstm, seed 1, epoch 1: validation accuracy" in said and "report.html" in said

    # The models are models like any other.
    pair = ("lstm-compare/lstm-seed1", "lstm-compare/rnn-seed2", "--on", "good.csv", "--no-cold-start", "-q")
    assert compare(*pair).exit_code == 0

    refused(compare(*arguments), 1, "lstm-compare: exists already", "--force")
    again = compare(*arguments, "--force", "-q")
    assert again.exit_code == 0 and "run 1" not in again.stderr
    rows = [line.split("\t") for line in again.stdout.splitlines()]
    assert [row[0] for row in rows] == ["cell", "lstm", "rnn"] and len({len(row) for row in rows}) == 1


def test_language_models_with_recall_and_another_place(here: Path) -> None:
    result = compare(
        *("text.txt", "--cells", "gru,rnn", "--seeds", "1", "--seed", "5", "--hidden=6", "--distance", "2"),
        *(*TINY, "-o", "deep/er", "--format", "csv", "-q"),
    )
    assert (result.exit_code, result.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["cell"] for row in rows] == ["gru", "rnn"] and float(rows[0]["perplexity_mean"]) > 1
    assert rows[0]["perplexity_sd"] == "" and float(rows[1]["perplexity_difference"]) != 0
    assert "gru-seed5" in names(here / "deep" / "er")
    (found,) = conforms("compare", (here / "deep/er/report.json").read_text(encoding="utf-8"))
    assert found["distances"] == [1, 2] and len(found["recalls"]) == 2


def test_equal_time(here: Path) -> None:
    result = compare(
        *(
            "good.csv",
            "--cells",
            "lstm,rnn",
            "--match",
            "time",
            "--time",
            "0.2s",
            "--seeds",
            "1",
            "--seed",
            "0",
            "--hidden=4",
        ),
        *("--embedding=6", "--threads=1", "--device=cpu", "--format", "json"),
    )
    found = json.loads(result.stdout)
    assert {run["stopped"] for run in found["runs"]} == {"time"} and found["seeds"] == [0]
    assert {tuple(entrant["widths"]) for entrant in found["entrants"]} == {(4,)}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("good.csv", "--cells", "lstm,gur"), 2, ("'gur'", "did you mean 'gru'?")),
        (("good.csv", "--cells", "lstm"), 2, ("two cells",)),
        (("good.csv", "--cells", ","), 2, ("two cells",)),
        (("good.csv", "--cells", "lstm,lstm"), 2, ("twice",)),
        (("good.csv", "--cells", "lstm,rnn", "--seeds", "0"), 2, ("--seeds must be at least 1",)),
        (("good.csv", "--cells", "lstm,rnn", "--distance", "0"), 2, ("--distance must be at least 1",)),
        (("good.csv", "--cells", "lstm,rnn", "--probe", "recal"), 2, ("did you mean 'recall'?",)),
        (("good.csv", "--cells", "lstm,rnn", "--match", "params"), 2, ("match",)),
        (("good.csv", "--cells", "lstm,rnn", "--match", "time,epochs"), 2, ("contradict",)),
        (("good.csv", "--cells", "lstm,rnn", "--time", "1m"), 2, ("--match time",)),
        (("good.csv", "--cells", "lstm,rnn", "--match", "time", "--epochs", "2"), 2, ("--epochs",)),
        (("good.csv", "--cells", "lstm,rnn", "--match", "time", "--time", "soon"), 2, ("--time cannot be 'soon'",)),
        (("good.csv", "--cells", "lstm,rnn", "--hidden", "0"), 2, ("hidden must be",)),
        (("good.csv", "--cells", "lstm,rnn", "--on", "good.csv"), 2, ("--on applies to saved models",)),
        (("good.csv", "--cells", "lstm,rnn", "--top", "3"), 2, ("--top applies to saved models",)),
        (("good.csv", "text.txt", "--cells", "lstm,rnn"), 2, ("one SOURCE",)),
        (("--cells", "lstm,rnn"), 2, ("one SOURCE",)),
        (("a", "b", "--on", "good.csv", "--seeds", "2"), 2, ("--seeds applies only with --cells", "--cells")),
        (("good.csv", "--seeds", "2"), 2, ("--seeds applies only with --cells", "--cells")),
        (("nothing.csv", "--cells", "lstm,rnn"), 3, ("nothing.csv",)),
        (("text.txt", "--cells", "lstm,rnn", "--task", "classify"), 3, ("label",)),
        (("text.txt", "--cells", "lstm,rnn", "--one-way"), 2, ("--one-way does not apply to a language model",)),
        (("text.txt", "--cells", "lstm,rnn", "--preset", "tiny"), 2, ("--layers 2, or --match epochs",)),
        (("good.csv", "--cells", "lstm,rnn", "-o", "good.csv"), 1, ("good.csv: is a file",)),
        (("good.csv", "--cells", "lstm,rnn", "-o", "good.csv/x"), 1, ("good.csv",)),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], code: int, said: tuple[str, ...], here: Path) -> None:
    result = compare(*arguments)
    refused(result, code, *said)
    assert result.stdout == "" and names(here) == ["good.csv", "text.txt"]


def test_what_is_not_ours_is_not_replaced(here: Path) -> None:
    arguments = ("good.csv", "--cells", "lstm,rnn", "--hidden=4", *TINY)
    folder = here / "mine"
    (folder / "lstm-seed1").mkdir(parents=True)
    (folder / "lstm-seed1" / "thesis.txt").write_text("all of it", encoding="utf-8")
    refused(compare(*arguments, "-o", "mine"), 1, "mine: exists already")
    refused(compare(*arguments, "-o", "mine", "--force"), 1, "not a model")
    (folder / "lstm-seed1" / "thesis.txt").rename(folder / "report.html")
    refused(compare(*arguments, "-o", "mine", "--force"), 1, "is not a page of lstm compare")
    assert (folder / "report.html").read_text(encoding="utf-8") == "all of it"


@pytest.mark.parametrize("width", [120, 80, 60, 40, 20])
@pytest.mark.parametrize("task", ["classify", "lm"])
def test_narrow_windows(width: int, task: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    cells = ("lstm", "gru", "rnn", "peephole", "cifg", "layernorm", "mogrifier", "minlstm")
    write(raced(task, cells, source=HOSTILE), EXPERIMENT, "table")
    shown = capsys.readouterr().out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(map(cell_len, plain.splitlines())) <= width
    assert "\x1b[31m 评" not in shown and "guessing" in plain and "something" in plain


def test_figures_are_said_as_they_are(capsys: Any) -> None:
    write(raced(), EXPERIMENT, "table")
    text = capsys.readouterr().out
    assert "reviews.csv: classifiers, seeds 1, 2, 3, scored on the test split" in text
    assert re.search(r"accuracy +90\.80 % +87\.60 % +84\.40 %", text)
    assert "rnn against lstm: accuracy -6.40 points (95 % interval:" in text
    assert "rnn is" not in text and "lstm is better; significant at 5 %" in text
    assert "left after 64 tokens: lstm 0.1 %" in text and "right over 100 tokens: lstm 100.0 %" in text
    write(replace(raced(seeds=1), gradients=()), EXPERIMENT, "table")
    one = capsys.readouterr().out
    assert "interval" not in one and "no test with one seed" in one


def test_what_is_too_large_for_a_number_is_null() -> None:
    result = raced("lm")
    run = replace(result.runs[0], scores={"perplexity": float("inf"), "bits_per_byte": 2.0})
    found = json.loads(as_json(replace(result, runs=(run,)), EXPERIMENT))
    assert found["runs"][0]["scores"] == {"perplexity": None, "bits_per_byte": 2.0}


def test_a_model_that_cannot_be_written_ends_it_and_what_was_trained_is_compared(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lstmcli.training import run as train

    real, saved = train.save_model, list[Path]()

    def full(output: Path, *rest: Any, **more: Any) -> int:
        saved.append(output)
        if len(saved) == 3:
            raise OutputError("cannot be written: no space left on device", path=output, hint="free some space")
        return real(output, *rest, **more)

    monkeypatch.setattr(train, "save_model", full)
    result = compare("good.csv", "--cells", "lstm,rnn", "--seeds", "2", "--hidden=8", *TINY, "--format", "json")
    refused(result, 1, "lstm-seed2: cannot be written: no space left on device")
    found = json.loads(result.stdout)
    assert [run["cell"] for run in found["runs"]] == ["lstm", "rnn"] and found["interrupted"]
    kept = "lstm-seed2.unfinished"  # the weights of the run whose model could not be written
    assert names(here / "lstm-compare") == ["lstm-seed1", kept, "report.html", "report.json", "rnn-seed1", "runs.jsonl"]


def test_a_report_that_cannot_be_written_is_still_shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.cli.output import html

    def full(path: Path, parts: Any) -> None:
        raise OutputError("cannot be written: no space left on device", path=path, hint="free some space")

    monkeypatch.setattr(html, "write_whole", full)
    result = compare("good.csv", "--cells", "lstm,rnn", "--seeds", "1", "--hidden=8", *TINY, "--format", "json")
    refused(result, 1, "report.html: cannot be written: no space left on device")
    assert json.loads(result.stdout)["standings"]


def test_each_form_has_its_own_options_and_help_shows_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    both, one = compare("--help").stdout, compare("--cells=lstm,rnn", "--help").stdout
    assert both.startswith("Usage: lstm compare [OPTIONS]") and "or:    lstm compare --cells" in both
    for option in ("--on FILE", "--log-base", "--seeds N", "--match", "--keep-licence"):
        assert option in both, option
    assert both.count("--encoding NAME") == 1  # of both forms, shown once
    assert "--seeds N" in one and "--encoding NAME" in one and "--on FILE" not in one


def test_other_commands_know_the_options_of_both_forms() -> None:
    for option, command in (("--seeds", "lstm compare --cells"), ("--log-base", "lstm compare")):
        result = CliRunner().invoke(app, ["classify", option, "2"])
        assert result.exit_code == 2 and f"`{command}` has {option}" in result.stderr, result.stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [("a --cells lstm,rnn --s", ["--seeds", "--seed", "--split"]), ("a --s", ["--stream", "--split"])],
)
def test_each_form_completes_its_own_options(words: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"lstm compare {words}"
    for name, value in {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, [], prog_name="lstm", env={"_LSTM_COMPLETE": "complete_bash"})
    assert result.stdout.split() == found


def test_a_comparison_is_continued_with_more_seeds(here: Path) -> None:
    arguments = ("good.csv", "--cells", "lstm,rnn", "--hidden=8", *TINY, "--format", "json", "--seeds")
    first = json.loads(compare(*arguments, "1").stdout)
    refused(compare(*arguments, "2"), 1, "exists already and is not empty", "--resume")
    refused(compare(*arguments, "2", "--resume", "--force"), 2, "--force starts again and --resume goes on")
    more = compare(*arguments, "2", "--resume")
    assert more.exit_code == 0 and "(kept)" in more.stderr and "run 1 of 4" not in more.stderr, more.stderr
    assert "run 3 of 4" in more.stderr
    found = json.loads(more.stdout)
    assert found["runs"][:2] == first["runs"] and [run["seed"] for run in found["runs"]] == [1, 1, 2, 2]
    other = compare(*arguments, "2", "--resume", "--learning-rate", "0.1")
    refused(other, 2, "the comparison to continue is of other data or options", "--force")
