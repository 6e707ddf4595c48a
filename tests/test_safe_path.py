"""The working directory is not on the path that modules are imported from: ours, and that of every child process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lstmcli.safe_path import child_environment, lstm_command, python_command

SOURCE = str(Path(__file__).resolve().parent.parent / "src")
PATH = "import json, sys; print(json.dumps([sys.path, sys.argv[1:]]))"


def run(command: list[str], here: Path, named: str) -> str:
    environment = child_environment() | {"PYTHONPATH": named}
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("named", [SOURCE, f"{SOURCE}:elsewhere"])
def test_a_child_process_has_the_path_without_the_working_directory(tmp_path: Path, named: str) -> None:
    path, arguments = json.loads(run(python_command(PATH, ["a b", "-m"]), tmp_path, named))
    assert SOURCE in path and "" not in path and str(tmp_path) not in path
    assert arguments == ["a b", "-m"]


def test_a_child_process_runs_lstm(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise SystemExit('a module of the working directory was run')")
    assert run(lstm_command(["--version"]), tmp_path, SOURCE).startswith("lstm ")


@pytest.mark.parametrize("named", ["{}:", ":{}", "{}::/elsewhere"])
def test_empty_entries_of_the_search_path_do_not_reach_a_child(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", named.format("/somewhere"))
    entries = child_environment({"MORE": "1"})["PYTHONPATH"].split(os.pathsep)
    assert entries[0] == "/somewhere" and "" not in entries


CLEANED = (
    "import sys, json; from lstmcli import safe_path; safe_path.clean_search_path({}); print(json.dumps(sys.path))"
)


@pytest.mark.parametrize(
    ("named", "started_with_m", "stays"),
    [
        ("{source}", False, True),  # `python -c` put it there, not the variable: that is the caller's own
        ("{source}", True, False),
        (":{source}", False, False),
        ("{source}:", True, False),
        ("{here}:{source}", True, True),  # named in so many words
        ("{here}::{source}", False, True),
    ],
)
def test_our_own_process_drops_it_unless_it_was_named(
    tmp_path: Path, named: str, started_with_m: bool, stays: bool
) -> None:
    command = [sys.executable, "-c", CLEANED.format(started_with_m)]
    found = json.loads(run(command, tmp_path, named.format(here=tmp_path, source=SOURCE)))
    assert ("" in found or str(tmp_path) in found) is stays and SOURCE in found


def test_without_an_interpreter_there_is_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(FileNotFoundError):
        python_command("pass")


def test_no_other_module_starts_a_process() -> None:
    """Every command line of a Python process comes from ``safe_path.py``."""
    for path in Path(SOURCE).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert path.name == "safe_path.py" or "sys.executable" not in text, path
        text = text.replace("torch.distributed.elastic.multiprocessing", "")  # given a command line of safe_path.py
        assert "multiprocessing" not in text and "os.exec" not in text and "os.spawn" not in text, path
