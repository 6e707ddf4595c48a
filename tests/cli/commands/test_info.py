"""``lstm info`` and the completion scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.config import CELL_NAMES
from support.models import LABELS, stub_model

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "completions"


def test_info_shows_what_a_model_is(tmp_path: Path) -> None:
    model = stub_model(tmp_path / "model")
    result = CliRunner().invoke(app, ["info", str(model)])
    assert result.exit_code == 0
    shown = re.sub(r"\s+", " ", result.stdout)
    for part in ("bad, good, so so", "12,345 parameters", "lstm train data.csv", "seed 1", "train 1,234, valid 6"):
        assert part in shown
    assert "on valid accuracy 100.00 %, macro F1 100.00 %, calibration error 0.00 % (6 texts)" in shown
    assert "calibration confidence scaled by 0.80" in shown
    assert CliRunner().invoke(app, ["info", "-m", str(model)]).stdout == result.stdout


def test_info_as_json(tmp_path: Path) -> None:
    found = json.loads(CliRunner().invoke(app, ["info", str(stub_model(tmp_path / "m")), "--format", "json"]).stdout)
    assert found["labels"] == list(LABELS) and found["task"] == "classify" and found["seed"] == 1


def test_info_on_a_model_that_names_a_terminal_command(tmp_path: Path) -> None:
    model = stub_model(tmp_path / "m", labels=("\x1b[2J", "b"), command="lstm train '\x1b]0;x\x07'")
    shown = CliRunner().invoke(app, ["info", str(model)]).stdout
    assert "\x1b" not in shown and "␛[2J" in shown


def test_completion_scripts_are_current(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "completions.py", tmp_path], check=True, timeout=120)
    scripts = sorted(tmp_path.iterdir())
    assert [script.name for script in scripts] == sorted(script.name for script in COMMITTED.iterdir())
    for script in scripts:
        assert script.read_text(encoding="utf-8") == (COMMITTED / script.name).read_text(encoding="utf-8")


def in_shell(shell: str, script: str, folder: Path) -> list[str]:
    """What a script prints in a shell that finds ``lstm``."""
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    (folder / "lstm").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lstmcli "$@"\n')
    (folder / "lstm").chmod(0o755)
    (folder / "reviews.csv").write_text("stars,review\n1,bad\n5,good\n")
    path = f"{folder}:{os.environ['PATH']}"
    command = [shell, *(["-f"] if shell == "zsh" else []), "-c", script]
    environment = {**os.environ, "PATH": path, "HOME": str(folder)}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, timeout=120)
    return run.stdout.splitlines()


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    script = f"""
source {COMMITTED / "lstm.bash"}
COMP_WORDS=(lstm train x --cell ""); COMP_CWORD=4
_lstm_completion lstm; echo "${{COMPREPLY[*]}}"
COMP_WORDS=(lstm cl); COMP_CWORD=1
_lstm_completion lstm; echo "${{COMPREPLY[*]}}"
"""
    assert in_shell("bash", script, tmp_path) == [" ".join(CELL_NAMES), "classify"]


def test_zsh_completes_on_the_first_tab_and_after_sourcing(tmp_path: Path) -> None:
    script = f"""
compdef() {{ print registered $2 }}
_arguments() {{ print -r -- "$@" }}
fpath=({COMMITTED}); autoload -Uz _lstm
words=(lstm train reviews.csv --label-column ""); CURRENT=5
_lstm
source {COMMITTED / "_lstm"}
"""
    first, second = in_shell("zsh", script, tmp_path)
    assert "stars" in first and "review" in first and second == "registered lstm"


def test_fish_completes_with_one_run_and_offers_files_besides(tmp_path: Path) -> None:
    script = f"""
source {COMMITTED / "lstm.fish"}
complete -C "lstm train reviews.csv --label-column s"
complete -C "lstm train rev"
"""
    assert in_shell("fish", script, tmp_path) == ["stars", "reviews.csv"]
    assert (COMMITTED / "lstm.fish").read_text().count("env _LSTM_COMPLETE") == 1
