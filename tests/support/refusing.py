"""Commands that are to refuse what they are given: how they are called, and what a refusal looks like."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from lstmcli.cli.app import app

SMALL = ("--epochs=1", "--embedding=6", "--hidden=4", "--hash-buckets=64", "--threads=1", "--device=cpu")
ROWS = [(f"a {('fine', 'dull')[i % 2]} film, number {i}", ("good", "bad")[i % 2]) for i in range(40)]
GOOD = "text,label\n" + "".join(f'"{text}",{label}\n' for text, label in ROWS)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
LSTM = f"{sys.executable} -m lstmcli"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"


def lstm(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), **more)


def refused(result: Result, code: int, *said: str) -> None:
    """It ended with ``code``, an error that says all of ``said`` and, for data and models, a hint."""
    assert result.exit_code == code, result.stderr
    message = result.stderr[result.stderr.index("error: ") :]
    for part in said:
        assert part in message
    assert "Traceback" not in result.stderr and "unexpected" not in message
    assert "\nhint: " in message or code == 2


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def shell(line: str) -> tuple[int, str, str]:
    """Exit code of the first command of a pipe, stdout and stderr."""
    script = f"{line}; exit ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    return run.returncode, run.stdout, run.stderr
