"""ARCHITECTURE.md, held against the code: rooms, names, and the additions that it describes, made in a copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.lm_models import untrained_lm
from support.models import untrained_model
from test_layers import FLOORS, PLAIN

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "lstmcli"
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE))
ADDITIONS = [title for title in SECTIONS if title.startswith("How to add ")]


def steps_of(title: str) -> list[str]:
    return re.split(r"(?m)^\d+\. ", SECTIONS[title])[1:]


def words_of_code(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def place_of(word: str) -> Path | None:
    """The file or folder that a word in code type names."""
    if not re.fullmatch(r"[\w./-]+(\.py|\.md|\.toml|/)", word) or "NAME" in word:
        return None
    found = [folder / word for folder in (SOURCE, ROOT) if (folder / word).exists()]
    return found[0] if found else SOURCE / word


def test_rooms_are_those_of_the_rules() -> None:
    rows = re.findall(r"(?m)^\| (\d) \| `(\w+)` \|", SECTIONS["Rooms"])
    floors = {room: floor for floor, rooms in enumerate(FLOORS, 1) for room in rooms}
    assert {room: int(floor) for floor, room in rows} == floors
    assert [int(floor) for floor, _ in rows] == sorted(floors.values(), reverse=True)
    for room in floors:
        assert (SOURCE / room / "__init__.py").is_file()


def test_names_of_plain_modules_are_those_of_the_rules() -> None:
    assert f"Modules named {', '.join(f'`{name}`' for name in PLAIN[:-1])} and `{PLAIN[-1]}`" in SECTIONS["Rules"]


@pytest.mark.parametrize("title", SECTIONS)
def test_files_that_are_named_are_there(title: str) -> None:
    for word in words_of_code(SECTIONS[title]):
        place = place_of(word)
        assert place is None or place.exists(), f"{title}: {word} is not there"


@pytest.mark.parametrize("title", ADDITIONS)
def test_an_addition_has_five_steps_whose_names_are_in_the_files(title: str) -> None:
    steps = steps_of(title)
    assert len(steps) == 5
    for step in steps:
        words = words_of_code(step)
        places = [place for word in words if (place := place_of(word))]
        files = [place for place in places if place.is_file()]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        for word in words:
            if re.fullmatch(r"_?[A-Z][A-Z_]+|[A-Z][a-z]+(?:[A-Z][a-z]+)*", word) and files:
                assert re.search(rf"\b{word}\b", text), f"{title}: {word} is in none of {[f.name for f in files]}"


def test_modules_that_shared_code_asks_of_a_task_are_named() -> None:
    asked = set()
    for path in SOURCE.rglob("*.py"):
        asked |= set(re.findall(r"\.module\(\"(\w+)\"\)", path.read_text(encoding="utf-8")))
    first = steps_of("How to add a task")[0]
    assert asked | {"config"} <= set(words_of_code(first))


# The additions themselves, each as the page describes it, in a copy of the package

CELL = '''"""Leaky integrator: h' = h / 2 + tanh(W x) / 2."""

from lstmcli.cells.cell import Array, Cell, State, StepTrace, Weight, Weights


def weights(E: int, H: int) -> dict[str, Weight]:
    return {"w_ih": Weight("input", (H, E))}


def read(x: Array, w: Weights) -> Array:
    return x @ w["w_ih"].T


def step(a: Array, state: State, w: Weights) -> StepTrace:
    (h,) = state
    return StepTrace({"candidate": a.tanh()}, (h * 0.5 + a.tanh() * 0.5,))


CELL = Cell("leaky", "leaky integrator", ("h",), weights, read, step)
'''

COMMAND = '''"""``lstm count``: the words of a text."""

from typing import Annotated

import typer

from lstmcli.cli.typer_classes import Command

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def count(text: Annotated[str, typer.Argument(metavar="TEXT", help="Text to count.")]) -> None:
    """Count the words of a text."""
    print(len(text.split()))
'''

FORMAT = '''"""Texts apart by lines of a percent sign, as the program fortune has them."""

from collections.abc import Iterator

from lstmcli.data.encoding import TextLines
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.table import Row, Table


def open_fortunes(file: Opening) -> Table:
    def rows() -> Iterator[Row]:
        text = "".join(TextLines(file.source, file.encoding))
        for part in text.split("%\\n"):
            yield Row(0, file.source.path, {"text": part.strip()})

    return Table(FORTUNE, ("text",), rows, text_columns=("text",))


FORTUNE = Format("fortune", "fortunes", open_fortunes, suffixes=(".fortune",))
'''


class Copy:
    """The package in a folder of its own, and its ``lstm`` command."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package = folder, folder / "lstmcli"
        shutil.copytree(SOURCE, self.package, ignore=shutil.ignore_patterns("__pycache__"))

    def add(self, file: str, text: str) -> None:
        (self.package / file).write_text(text, encoding="utf-8")

    def change(self, file: str, before: str, after: str) -> None:
        path = self.package / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {file}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def table(self) -> str:
        """A few labelled texts."""
        rows = [f"{'fine' if n % 2 else 'dull'} {n},{'good' if n % 2 else 'bad'}\n" for n in range(20)]
        (self.folder / "table.csv").write_text("text,label\n" + "".join(rows), encoding="utf-8")
        return "table.csv"

    def lstm(self, *arguments: str) -> str:
        started = [sys.executable, "-c", "from lstmcli.__main__ import main; main()", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "OMP_NUM_THREADS": "1"}
        environment["LSTM_CACHE"] = str(self.folder / "cache")
        run = subprocess.run(
            started, capture_output=True, encoding="utf-8", env=environment, cwd=self.folder, timeout=250
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


TINY = ("--epochs", "1", "--hidden", "4", "--embedding", "4", "--ngrams", "0", "--threads", "1", "-q")


def test_a_cell_is_added_with_a_file_and_a_name(copy: Copy) -> None:
    copy.add("cells/leaky.py", CELL)
    registry = (copy.package / "cells/__init__.py").read_text(encoding="utf-8")
    registry = registry.replace("    layernorm,\n", "    layernorm,\n    leaky,\n").replace(
        "rlstm)\n", "rlstm, leaky)\n"
    )
    copy.add("cells/__init__.py", registry)
    assert "rlstm|leaky" in copy.lstm("train", "--help")
    copy.lstm("train", copy.table(), "-o", "model", "--cell", "leaky", *TINY)
    assert copy.lstm("classify", "-m", "model", "--text", "fine").split("\t")[0] in ("good", "bad")
    assert "candidate" in copy.lstm("inspect", "-m", "model", "fine", "--unit", "1", "--format", "table")


def test_a_command_is_added_with_a_file_and_a_line(copy: Copy) -> None:
    copy.add("cli/commands/count.py", COMMAND)
    copy.change("cli/app.py", "COMMANDS = {\n", 'COMMANDS = {\n    "count": "Count the words of a text.",\n')
    assert "Count the words of a text." in copy.lstm("--help")
    assert copy.lstm("count", "--help").startswith("Usage: lstm count [OPTIONS] TEXT")
    assert copy.lstm("count", "a fine day") == "3\n"


def test_a_format_is_added_with_a_file_and_a_line(copy: Copy) -> None:
    copy.add("data/formats/fortune.py", FORMAT)
    line = '    "fortune": "lstmcli.data.formats.fortune:FORTUNE",\n'
    copy.change("data/formats/config.py", "FORMATS: dict[str, str] = {\n", "FORMATS: dict[str, str] = {\n" + line)
    (copy.folder / "wise.fortune").write_text("Look\nbefore you leap.\n%\nWaste not.\n", encoding="utf-8")
    untrained_lm(copy.folder / "model", "char")
    table = copy.lstm("perplexity", "-m", "model", "wise.fortune", "--per", "line", "--format", "csv")
    assert table.count("Waste not.") == 1 and "%" not in table
    assert "fortune" in copy.lstm("perplexity", "--help")


def test_an_engine_is_added_with_a_line(copy: Copy) -> None:
    text = (copy.package / "classification/onnx_session.py").read_text(encoding="utf-8")
    copy.add("classification/copied_session.py", text)
    torch = '        Engine("torch", '
    copy.change("engine/registry.py", torch, '        Engine("copied", "a copy", "copied_session"),\n' + torch)
    untrained_model(copy.folder / "model")
    usual = copy.lstm("classify", "-m", "model", "--text", "fine")
    assert copy.lstm("classify", "-m", "model", "--text", "fine", "--engine", "copied") == usual
