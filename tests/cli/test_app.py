"""The program as a process: what it loads, what it says, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lstmcli import __version__, errors
from lstmcli.cli import app as program

HEAVY = ("torch", "datasets", "tokenizers", "numpy", "rich", "onnxruntime", "pandas", "pyarrow")


def lstm(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lstmcli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        **more,
        timeout=120,
    )


@pytest.mark.parametrize(
    "line", ["['--help']", "['--version']", "['train', '--help']", "['classify', '--help']", "['info', '-h']", "['x']"]
)
def test_help_and_errors_load_nothing_heavy(line: str) -> None:
    code = f"""
import sys
from lstmcli.cli.app import app
try:
    app({line})
except SystemExit:
    pass
print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert run.stderr.splitlines()[-1] == "[]"


def test_the_list_of_commands_loads_no_command() -> None:
    code = "import sys; sys.argv[1:] = ['-h']\nfrom lstmcli.cli.app import run\ntry: run()\nexcept SystemExit: pass\n"
    code += "loaded = [name for name in sys.modules if name.startswith(('lstmcli.cli.commands.', 'lstmcli.cli.opt'))]\n"
    code += "assert not loaded, loaded"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=120)


@pytest.mark.parametrize("instruction", ["bash", "fish"])
@pytest.mark.parametrize(("words", "first"), [("--sched", "--schedule"), ("data.csv --label-column ", "stars")])
def test_completion_loads_nothing_heavy(instruction: str, words: str, first: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("stars,review\n1,bad\n5,good\n")
    code = "import sys\nfrom lstmcli.cli.app import run\ntry: run()\n"
    code += f"finally: assert not {set(HEAVY[:4])} & set(sys.modules)"
    environment = {
        **os.environ,
        "_LSTM_COMPLETE": f"complete_{instruction}",
        "COMP_WORDS": f"lstm train {words}",
        "COMP_CWORD": str(len(f"lstm train {words}x".split()) - 1),
        "_TYPER_COMPLETE_ARGS": f"lstm train {words}",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert "AssertionError" not in run.stderr
    assert run.stdout.startswith(first)


def test_version() -> None:
    assert lstm("--version").stdout == f"lstm {__version__}\n"


def test_every_command_is_listed_with_its_help() -> None:
    page = lstm("--help").stdout
    for name, text in program.COMMANDS.items():
        assert f"  {name}" in page and text in page
        assert lstm(name, "--help").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian"], "did you mean 'train'?"),
        (["zzz"], "no command 'zzz'"),
        (["train"], "SOURCE"),
        (["train", "x", "--hiden", "3"], "--hidden"),
        (["train", "x", "--hidden", "many"], "--hidden"),
        (["train", "x", "--format", "xml"], "--format"),
        (["info", "a", "b"], "b"),
    ],
)
def test_usage_errors_exit_2_with_a_hint(arguments: list[str], said: str) -> None:
    run = lstm(*arguments)
    assert run.returncode == 2 and run.stdout == ""
    first, last = run.stderr.splitlines()
    assert first.startswith("error: ") and said in first
    assert last.startswith("hint: see `lstm") and last.endswith("--help`")


def test_without_a_command_the_help_goes_to_stderr() -> None:
    run = lstm()
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Usage: lstm")


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
def test_help_fits_the_window(columns: int) -> None:
    page = lstm("train", "--help", env={**os.environ, "COLUMNS": str(columns)}).stdout
    prose = page.split("Examples:")[0]
    long = [line for line in prose.splitlines() if len(line) > columns]
    assert all("--" in line or "," in line for line in long)  # a name can be longer than a window
    assert not long or columns < 60


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.LstmError("no"), 1),
        (errors.UsageError("no"), 2),
        (errors.DataError("no"), 3),
        (errors.NoDataError("no"), 3),
        (errors.ModelError("no"), 4),
        (errors.OutputError("no"), 1),
        (errors.Interrupted("no"), 130),
        (OSError(28, "No space left on device"), 1),
        (MemoryError(), 1),
        (ValueError("odd"), 1),
    ],
)
def test_errors_become_exit_codes(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.report(error) == code
    assert capsys.readouterr().err.startswith("error: ")


def test_an_error_names_file_and_line_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise errors.DataError("found 3 fields where\x1b[2J 2 were expected", path="a.csv", line=7, hint="quote it")

    monkeypatch.setattr("lstmcli.model_dir.info.info", fail)
    result = CliRunner().invoke(program.app, ["info"])
    assert result.exit_code == 3 and result.stdout == ""
    assert result.stderr == "error: a.csv, line 7: found 3 fields where␛[2J 2 were expected\nhint: quote it\n"


def test_the_unexpected_is_one_sentence_and_debug_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("label")

    monkeypatch.setattr("lstmcli.model_dir.info.info", fail)
    monkeypatch.delenv("LSTM_DEBUG", raising=False)
    result = CliRunner().invoke(program.app, ["info"])
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "error: unexpected KeyError: 'label'"
    assert "--debug" in result.stderr and "Traceback" not in result.stderr
    monkeypatch.setenv("LSTM_DEBUG", "1")
    assert "Traceback" in CliRunner().invoke(program.app, ["info"]).stderr


def test_ctrl_c_anywhere_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("lstmcli.model_dir.info.info", fail)
    result = CliRunner().invoke(program.app, ["info"])
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_a_closed_pipe_ends_quietly() -> None:
    line = f"{sys.executable} -m lstmcli train --help"
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"(sleep 0.5; {line}) | true"], capture_output=True, text=True, timeout=120
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("name", ["cp1252", "gbk", "ascii", "utf-16"])
def test_output_survives_any_encoding(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "lstmcli", "train", "--help"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": name, "PYTHONUTF8": "0"},
        timeout=120,
    )
    assert run.returncode == 0 and not run.stderr
