"""Draws the picture of the README: commands that are run in a terminal, as an SVG made by Rich.

    python tools/picture.py [FILE]

The default is ``docs/run.svg``.  It takes about two minutes, and looks the same on any machine but for its figures.
"""

from __future__ import annotations

import html
import io
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "run.svg"
WIDTH = 92
COLUMN = 12.2
"""Width of a column in Rich's pictures, in pixels."""
COMMANDS = (
    "lstm train lstm-demo/train.csv -o models/topics",
    'lstm classify -m models/topics --text "New phone folds three times" --text "新疫苗在临床试验中效果良好"',
    'lstm inspect -m models/topics "The bank raised rates after the match" --why',
)
CONTROL = re.compile(r"(\r?\n|\r|\x1b\[[0-9;?]*[A-Za-z])")


def screen(output: str) -> str:
    """What a terminal shows after ``output``: progress is drawn over, and erased at the end."""
    lines, row = [""], 0
    for part in CONTROL.split(output):
        if part.endswith("\n"):
            row += 1
            if row == len(lines):
                lines.append("")
        elif part == "\x1b[2K":
            lines[row] = ""
        elif moved := re.fullmatch(r"\x1b\[(\d*)A", part):
            row = max(0, row - int(moved[1] or 1))
        elif part.endswith("m") or not part.startswith(("\x1b", "\r")):
            lines[row] += part
    return "\n".join(lines).rstrip()


def run(command: str, folder: Path) -> str:
    """The output of a command in a terminal.

    Raises:
        RuntimeError: the command fails.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    arguments = [sys.executable, "-m", "lstmcli", *shlex.split(command)[1:]]
    process = subprocess.Popen(arguments, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    parts = []
    try:
        while part := os.read(ours, 1 << 16):
            parts.append(part)
    except OSError:  # Linux: the other end was closed
        pass
    os.close(ours)
    output = b"".join(parts).decode()
    if process.wait():
        raise RuntimeError(f"{command}: {output}")
    return screen(output)


def svg(shown: list[tuple[str, str]]) -> str:
    """A picture of commands and what they show, without fonts from elsewhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for place, (command, output) in enumerate(shown):
        console.print(*[""] * min(place, 1), Text("$ " + command, style="bold"), Text.from_ansi(output), sep="\n")
    plain = re.sub(r"(?s)@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT).replace("Fira Code,", "")
    return wide(console.export_svg(title="lstm", theme=MONOKAI, code_format=plain, unique_id="lstm") + "\n")


def wide(picture: str) -> str:
    """The picture with Chinese characters two columns wide; Rich gives them one."""

    def text(found: re.Match[str]) -> str:
        start, end, shown = found.groups()
        return f'{start}textLength="{cell_len(html.unescape(shown)) * COLUMN:g}"{end}{shown}</text>'

    return re.sub(r'(<text [^>]*?)textLength="[^"]*"([^>]*>)([^<]*)</text>', text, picture)


def main() -> None:
    from lstmcli.cli.commands.demo import write_sample

    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lstm-demo").mkdir()
        write_sample(folder / "lstm-demo")
        path.write_text(svg([(command, run(command, folder)) for command in COMMANDS]), encoding="utf-8")


if __name__ == "__main__":
    main()
