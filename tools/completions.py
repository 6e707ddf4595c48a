"""``python tools/completions.py [DIR]`` writes the completion scripts of bash, zsh and fish."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lstmcli.safe_path import child_environment, lstm_command

FILES = {"bash": "lstm.bash", "zsh": "_lstm", "fish": "lstm.fish"}
"""Shell to the file name that it expects."""


def script(shell: str) -> str:
    """The script for one shell, as ``lstm`` prints it; on TAB it calls ``lstm`` for the candidates."""
    run = subprocess.run(
        lstm_command([]),
        env=child_environment({"_LSTM_COMPLETE": f"source_{shell}"}),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return run.stdout.strip() + "\n"


def write(folder: Path) -> None:
    for shell, name in FILES.items():
        (folder / name).write_text(script(shell), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "completions"))
