"""Every command on every kind of stream: abandoned, closed, of few columns, without colours, of an old code page.

Real processes, for what happens at their end counts too; a pseudo-terminal where it matters that there is one.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from lstmcli.cli.app import COMMANDS
from lstmcli.cli.io.streams import FOR_PEOPLE, LOOKALIKES
from support.generate_models import untrained_language_model
from support.models import untrained_model
from support.refusing import ENVIRONMENT, SMALL
from support.translators import tiny_translator

LSTM = [sys.executable, "-m", "lstmcli"]
OLD = ("ascii", "cp1252", "cp437", "cp936")
"""ASCII, and the code pages of Windows: Western Europe, its consoles, China."""

LINES = {
    "help": ("--help", 0),
    "help of a command": ("perplexity --help", 0),
    "version": ("--version", 0),
    "classify": ("classify -m model zh.csv -q --format tsv", 0),
    "classify, table": ("classify -m model zh.csv -q --format table", 0),
    "classify, json": ("classify -m model zh.csv -q --format jsonl", 0),
    "classify, report": ("classify -m model zh.csv -q --report", 0),
    "generate": ("generate -m lm 很好 --max-tokens 30 --seed 1", 0),
    "perplexity": ("perplexity -m lm zh.txt -q --format table", 0),
    "perplexity, each": ("perplexity -m lm zh.txt -q --per char --format tsv", 0),
    "translate": ("translate -m mt zh.txt -q --format table", 0),
    "compare": ("compare model model -q --on zh.csv --no-cold-start --format table", 0),
    "inspect": ("inspect -m model 很好…看 --format table", 0),
    "neighbours": ("neighbours 好 -m model --format table", 0),
    "export": ("export model -o 出 --force", 0),
    "info": ("info model", 0),
    "train": (f"train zh.csv -o 新 --force {' '.join(SMALL)}", 0),
    "a mistake": ("classify --modle x", 2),
    "no such file": ("classify -m model 没有.csv", 3),
    "no such model": ("info 没有", 4),
}
"""Name to command line and exit code; ``demo`` runs the same commands, and takes a minute."""

PLAIN = ("classify", "classify, json", "generate", "perplexity, each", "train")
"""Data and text as they are, and the lines that training writes where it cannot draw."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminals")
    texts = ["很好…看", "“太无聊了”", "C'était très bien – vraiment", "plain", "emoji 😀", "电影\t好看"]
    rows = [(f"{text} {i}", ("好评", "差评")[i % 2]) for i, text in enumerate(texts * 8)]
    (folder / "zh.csv").write_text("text,label\n" + "".join(f"{t},{n}\n" for t, n in rows), encoding="utf-8")
    (folder / "zh.txt").write_text("".join(f"{t}\n" for t in texts), encoding="utf-8")
    untrained_model(folder / "model", labels=("好评", "差评"))
    untrained_language_model(folder / "lm")
    tiny_translator(folder / "mt")
    return folder


def run(place: Path, line: str, redirect: str = "", limit: float = 300, **environment: str) -> tuple[int, bytes, bytes]:
    """Exit code of the command, stdout and stderr; ``redirect`` is what a shell is told after it."""
    script = f"{' '.join(LSTM)} {line} {redirect}; exit ${{PIPESTATUS[0]}}"
    found = subprocess.run(
        ["bash", "-c", script], capture_output=True, cwd=place, env={**ENVIRONMENT, **environment}, timeout=limit
    )
    return found.returncode, found.stdout, found.stderr


def on_a_terminal(place: Path, line: str, columns: int, **environment: str) -> tuple[int, str]:
    """Exit code and all that a terminal of so many columns was sent."""
    pty = pytest.importorskip("pty")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    settings = {
        name: value for name, value in ENVIRONMENT.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")
    }
    process = subprocess.Popen(
        [*LSTM, *line.split()], stdin=theirs, stdout=theirs, stderr=theirs, cwd=place, env={**settings, **environment}
    )
    os.close(theirs)
    sent = b""
    while select.select([ours], [], [], 300)[0]:
        with contextlib.suppress(OSError):  # Linux says "input/output error" at the end
            if part := os.read(ours, 65536):
                sent += part
                continue
        break
    os.close(ours)
    return process.wait(60), sent.decode("utf-8").replace("\r\n", "\n")


def sane(said: bytes | str) -> None:
    text = said if isinstance(said, str) else said.decode("latin-1")
    for bad in ("Traceback", "error: unexpected", "Exception ignored", "Broken pipe", "Errno"):
        assert bad not in text, text


def fits(name: str, rows: list[str], columns: int) -> None:
    """No row is too wide, but for messages, which the terminal may break, command lines and words that are one."""
    if name in PLAIN:
        return
    wide = [row for row in rows if cell_len(row) > columns]
    assert all(re.fullmatch(r"(error|hint): .*|.*\blstm .*|\s*\S+( \S+)?|\w.*:", row) for row in wide), wide


def some(*few: str) -> list[object]:
    """All lines, those that are not among the few only with the slow tests."""
    return [name if name in few else pytest.param(name, marks=pytest.mark.slow) for name in LINES]


def test_every_command_is_tried() -> None:
    tried = {line.split()[0] for line, _ in LINES.values()}
    assert set(COMMANDS) - tried == {"demo", "push", "serve", "tune"}


@pytest.mark.parametrize("name", some("help", "perplexity, each"))
@pytest.mark.parametrize("reader", ["head -1", pytest.param("true", marks=pytest.mark.slow)])
def test_a_reader_that_leaves_is_no_error(reader: str, name: str, place: Path) -> None:
    line, code = LINES[name]
    found, shown, said = run(place, line, f"| {reader}")
    assert found == code and shown.count(b"\n") <= 1
    sane(said)


@pytest.mark.parametrize("name", some("generate", "train"))
@pytest.mark.parametrize(
    "closed", ["<&- >&- 2>&-", *(pytest.param(one, marks=pytest.mark.slow) for one in (">&-", "2>&-", "<&-"))]
)
def test_closed_streams_change_no_exit_code(closed: str, name: str, place: Path) -> None:
    line, code = LINES[name]
    found, shown, said = run(place, line, closed)
    assert found == code
    sane(said)
    if closed in (">&-", "<&- >&- 2>&-"):
        assert shown == b""
    if "2>&-" in closed:
        assert said == b""


@pytest.mark.parametrize("name", some("classify", "no such file"))
@pytest.mark.parametrize(
    "encoding", ["cp1252", *(pytest.param(e, marks=pytest.mark.slow) for e in OLD if e != "cp1252")]
)
def test_an_old_code_page_loses_no_line(encoding: str, name: str, place: Path) -> None:
    line, code = LINES[name]
    found, shown, said = run(place, line, PYTHONIOENCODING=encoding, COLUMNS="100")
    assert found == code
    sane(said)
    here, there = shown.decode(encoding), said.decode(encoding)
    _, plain, talk = run(place, line, PYTHONIOENCODING="utf-8", COLUMNS="100")
    if name != "inspect":  # its columns are as wide as tokens
        assert here.count("\n") == plain.decode().count("\n")
    if name == "no such file":
        assert "没有".encode(encoding, "backslashreplace").decode(encoding) in there
    if name != "train":  # it tells of times
        assert there == talk.decode().encode(encoding, FOR_PEOPLE).decode(encoding)
    if name == "classify":
        assert here == plain.decode().encode(encoding, "backslashreplace").decode(encoding)


def test_a_table_in_an_old_code_page_is_in_columns(place: Path) -> None:
    shown = run(place, LINES["classify, table"][0], PYTHONIOENCODING="ascii", COLUMNS="60")[1].decode("ascii")
    head, *rows = shown.splitlines()
    assert {row.index("0.") for row in rows} == {head.index("prob.")} and "\\u5dee\\u8bc4" in shown
    assert max(map(len, shown.splitlines())) <= 60 and "..." in shown and "\\u2026" not in shown


@pytest.mark.parametrize("name", some("classify"))
def test_the_locale_of_nobody(name: str, place: Path) -> None:
    line, code = LINES[name]
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    plain |= {"PYTHONIOENCODING": ""} if "PYTHONIOENCODING" in os.environ else {}
    found, shown, said = run(place, line, **plain)
    assert found == code and shown.isascii() and said.isascii()
    sane(said)


@pytest.mark.parametrize("name", some("inspect"))
def test_a_dumb_terminal_gets_no_escape_sequences_and_lines_that_fit(name: str, place: Path) -> None:
    line, code = LINES[name]
    found, shown = on_a_terminal(place, line, 40, TERM="dumb")
    assert found == code and "\x1b" not in shown and "\r" not in shown
    sane(shown)
    fits(name, shown.splitlines(), 40)


@pytest.mark.parametrize("name", some("classify, report"))
def test_no_color_means_none(name: str, place: Path) -> None:
    line, code = LINES[name]
    found, shown = on_a_terminal(place, line, 60, TERM="xterm-256color", NO_COLOR="1")
    colours = [n for codes in re.findall(r"\x1b\[([\d;]*)m", shown) for n in codes.split(";") if n and int(n) >= 30]
    assert (found, colours) == (code, [])
    sane(shown)


@pytest.mark.parametrize("name", some("help", "info"))
def test_a_window_of_twenty_columns(name: str, place: Path) -> None:
    line, code = LINES[name]
    found, shown = on_a_terminal(place, line, 20, TERM="xterm-256color")
    assert found == code
    sane(shown)
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    fits(name, re.split(r"[\n\r]", text), 20)


def test_lookalikes_are_plain_and_the_rest_is_escaped() -> None:
    assert all(other.isascii() for other in LOOKALIKES.values())
    assert codecs.encode("…好␛–é", "ascii", FOR_PEOPLE) == b"...\\u597d^[-\\xe9"
    assert codecs.encode("…好␛–é", "cp1252", FOR_PEOPLE) == "…\\u597d^[–é".encode("cp1252")
    assert codecs.encode("…好␛–é", "gb18030", FOR_PEOPLE).decode("gb18030") == "…好␛–é"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_holds_what_was_asked_for(encoding: str, place: Path) -> None:
    shown = run(place, "perplexity --help", PYTHONIOENCODING=encoding, COLUMNS="80")[1]
    assert ("gbk, …" if encoding == "cp1252" else "gbk, ...") in shown.decode(encoding)


@pytest.mark.slow
def test_the_demo_in_an_old_code_page(place: Path) -> None:
    found, shown, said = run(place, "demo tour --threads 1", limit=1200, PYTHONIOENCODING="cp1252", TERM="dumb")
    assert found == 0 and "\\u83dc" in shown.decode("cp1252")
    sane(said)
