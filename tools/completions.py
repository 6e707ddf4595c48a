"""``python tools/completions.py [DIR]`` writes the completion scripts of bash, zsh and fish."""

from __future__ import annotations

import sys
from pathlib import Path

from typer._completion_shared import get_completion_script

from lstmcli.cli import completion_scripts

FILES = {"bash": "lstm.bash", "zsh": "_lstm", "fish": "lstm.fish"}
"""Shell to the file name that it expects."""


def script(shell: str) -> str:
    """The script for one shell, as ``lstm --install-completion`` writes it; on TAB it calls ``lstm``."""
    completion_scripts.use()
    return get_completion_script(prog_name="lstm", complete_var="_LSTM_COMPLETE", shell=shell) + "\n"


def write(folder: Path) -> None:
    for shell, name in FILES.items():
        (folder / name).write_text(script(shell), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "completions"))
