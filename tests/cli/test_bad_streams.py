"""Streams that are closed, full, abandoned, or hold no text; and Ctrl-C at the start."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from lstmcli import __main__ as entry
from support.generate_models import untrained_language_model
from support.refusing import LSTM, PNG, ROWS, lstm, names, refused, shell


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", ["classify good.csv --quiet", "classify good.csv -q --report", "info"])
def test_a_full_disk_behind_stdout(arguments: str, here: Path, sound: Path) -> None:
    code, _, said = shell(f"{LSTM} {arguments} -m {sound} > /dev/full")
    hint = "hint: free some space on the disk that it is written to\n"
    full = f"error: cannot write the output: No space left on device\n{hint}"
    assert (code, said) == (1, full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments",
    [
        "generate -m LM the --max-tokens 5",
        "generate -m LM the --max-tokens 5 --format jsonl -n 3",
        "perplexity -m LM --text 'the cat sat'",
        "perplexity -m LM --text 'the cat sat' --per word --format csv",
        "compare -q SOUND SOUND --on good.csv --no-cold-start",
        "inspect -m SOUND fine",
        "--help",
        "--version",
        "train --help",
    ],
)
def test_a_full_disk_behind_the_stdout_of_any_command(arguments: str, here: Path, sound: Path, tmp_path: Path) -> None:
    if "LM" in arguments:
        untrained_language_model(tmp_path / "lm")
    line = arguments.replace("LM", str(tmp_path / "lm")).replace("SOUND", str(sound))
    code, _, said = shell(f"{LSTM} {line} > /dev/full")
    assert code == 1 and said.count("error:") == said.count("hint:") == 1
    assert "error: cannot write the output: No space left on device\n" in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("line", "code", "rows", "said"),
    [
        ("classify -m MODEL <&-", 2, 0, "error: no input\nhint: name a file, pipe text in"),
        ("classify -m MODEL - <&-", 2, 0, "error: stdin (`-`) is closed"),
        ("train - <&-", 2, 0, "error: stdin (`-`) is closed"),
        ("classify -m MODEL good.csv -q <&-", 0, len(ROWS), ""),
        ("classify -m MODEL good.csv -q >&-", 0, 0, ""),
        ("classify -m MODEL good.csv 2>&-", 0, len(ROWS), ""),
    ],
)
def test_closed_streams(line: str, code: int, rows: int, said: str, here: Path, sound: Path) -> None:
    found, answers, talk = shell(f"{LSTM} {line.replace('MODEL', str(sound))}")
    assert (found, len(answers.splitlines())) == (code, rows)
    assert talk.startswith(said) and bool(talk) == bool(said)
    assert names(here) == ["good.csv"]


@pytest.mark.parametrize("arguments", ["classify good.csv -q --format csv", "classify -q good.csv --report", "info"])
@pytest.mark.parametrize(("reader", "rows"), [("head -1", 1), ("true", 0)])
def test_a_reader_that_leaves(reader: str, rows: int, arguments: str, here: Path, sound: Path) -> None:
    code, shown, said = shell(f"{LSTM} {arguments} -m {sound} | {reader}")
    assert (code, len(shown.splitlines()), said) == (0, rows, "")


@pytest.mark.parametrize(("data", "name"), [(PNG, "a PNG image"), (b"\x7fELF\2\1\1" + bytes(64), "a program")])
def test_a_picture_or_a_program_in_a_pipe(data: bytes, name: str, sound: Path) -> None:
    result = lstm("classify", "-m", sound, input=data)
    assert result.stdout == ""
    refused(result, 3, f"standard input: this is {name}")


def test_ctrl_c_while_the_program_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "lstmcli.cli.app", Interrupted("app"))
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 130
