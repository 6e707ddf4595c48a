"""``lstm demo``: shows commands that can be repeated; the training is faked here, and real in the slow test."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.cli.commands import demo
from lstmcli.cli.output.wrapping import command_lines, width_of


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands that a demo in an empty working directory would run."""
    monkeypatch.chdir(tmp_path)
    commands: list[list[str]] = []
    monkeypatch.setattr(demo, "step", lambda _, *arguments: commands.append(list(arguments)))
    return commands


def test_the_commands_tell_the_whole_story(shown: list[list[str]]) -> None:
    result = CliRunner().invoke(app, ["demo"])
    assert (result.exit_code, result.stdout) == (0, "")
    story = ["train", "classify", "classify", "info", "train", "generate", "perplexity", "train", "translate"]
    assert [command[0] for command in shown] == story
    assert "--force" not in shown[0] and "--report" in shown[2]
    root = typer.main.get_command(app)
    for command in shown:
        sub = root.get_command(None, command[0])  # type: ignore[attr-defined]
        sub.make_context(command[0], command[1:])


def test_commands_fit_the_lines_of_a_terminal(shown: list[list[str]]) -> None:
    CliRunner().invoke(app, ["demo"])
    for command in shown:
        lines = command_lines(["lstm", *command], 80 - len("$ ")).splitlines()
        assert max(map(width_of, ["$ " + lines[0], *lines[1:]])) <= 80, "broken where it cannot be typed again"


def test_the_rows_that_are_measured_on_are_not_trained_on(shown: list[list[str]]) -> None:
    assert CliRunner().invoke(app, ["demo", "here"]).exit_code == 0
    texts = []
    for name in ("train.csv", "held-out.csv"):
        with Path("here", name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["label"] for row in rows} == {"world", "sport", "business", "health", "science", "technology"}
        assert {row["text"].isascii() for row in rows} == {True, False}
        texts.append({row["text"] for row in rows})
    assert len(texts[1]) >= 80 and not texts[0] & texts[1]


def test_what_is_there_is_kept_without_force(shown: list[list[str]]) -> None:
    Path("lstm-demo").mkdir()
    Path("lstm-demo", "mine.txt").write_text("mine")
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 1 and "--force" in result.stderr and not shown
    assert [path.name for path in Path("lstm-demo").iterdir()] == ["mine.txt"]
    assert CliRunner().invoke(app, ["demo", "--force", "--threads", "1"]).exit_code == 0
    assert "--force" in shown[0] and "--threads=1" in shown[0]


def test_a_command_is_shown_as_it_can_be_repeated(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(typer.Exit) as end:
        demo.step("Look.", "info", str(tmp_path / "no model"))
    assert end.value.exit_code == 4
    said = capfd.readouterr().err.splitlines()
    (line,) = [line for line in said if line.startswith("$ ")]
    assert shlex.split(line) == ["$", "lstm", "info", str(tmp_path / "no model")]


@pytest.mark.slow
def test_the_demo_runs(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "lstmcli", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=1200,
    )
    assert run.returncode == 0, run.stderr
    assert "business" in run.stdout and "macro average" in run.stdout
    found = re.search(r"accuracy (\d+\.\d+) % on 106 texts", run.stdout)
    assert found is not None and float(found[1]) > 75
    figures = re.search(r"validation: perplexity (\d\.\d\d) per token, \d\.\d+ bits per character", run.stderr)
    assert figures is not None and float(figures[1]) < 2
    told = [line for line in run.stdout.splitlines() if line.startswith("Tom had a")]
    assert len(told) == 3 and sum("boat" in line for line in told) >= 2
    rows = re.findall(r"(?m)^ +1 +(\d+\.\d+) +\d+\.\d+ +(\S+)$", run.stdout)
    surprisal = {word: float(bits) for bits, word in rows}
    assert surprisal["drum"] > 5 > surprisal["put"]
    assert {"2031-03-05", "1999-08-17"} <= set(run.stdout.splitlines())
    assert (tmp_path / "lstm-demo" / "model" / "config.json").exists()
