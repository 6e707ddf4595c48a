"""Modules planted in the working directory, one under every name that is imported anywhere: no command runs one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from lstmcli.cli.app import COMMANDS as EVERY
from support.lm_models import untrained_lm
from support.models import untrained_model
from support.refusing import GOOD, ROWS
from support.translators import tiny_translator

SOURCE = Path(__file__).resolve().parents[2] / "src"
LSTM = str(Path(sys.executable).with_name("lstm"))
TINY = ["--epochs=1", "--hidden=8", "--embedding=8", "--threads=1", "--device=cpu"]
FASTTEXT = (793712314).to_bytes(4, "little")
FAKE = '''
"""As much of fastText's package as a comparison calls."""
from types import SimpleNamespace as Object


def load_model(path):
    arguments = Object(model=Object(name="supervised"), bucket=10)
    return Object(
        f=Object(getArgs=lambda: arguments, predict=lambda text, k, least, errors: [(0.9, "__label__pos")]),
        get_labels=lambda: ["__label__pos", "__label__neg"],
        get_words=lambda: ["a"],
        is_quantized=lambda: False,
        get_dimension=lambda: 2,
    )
'''


def names() -> set[str]:
    loaded = {name.partition(".")[0] for name in sys.modules}
    every = set(sys.stdlib_module_names) | set(packages_distributions()) | loaded
    more = {"sitecustomize", "usercustomize", "fasttext", "kenlm", "tensorboard", "pandas", "__future__"}
    return {name for name in every | more if name.isidentifier()}


PYTHON_ITSELF = "import sys, re, runpy; print(*sys.modules, 'sitecustomize', 'usercustomize', 'lstmcli')"
"""What is loaded before a line of ours can run, by ``python -m`` or the script that pip makes of an entry point."""


class Trapped:
    """A working directory of traps, with data, models and a package of another program elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.here, self.sprung, self.packages = folder / "here", folder / "sprung", folder / "packages"
        self.cache = folder / "cache"
        self.here.mkdir()
        self.packages.mkdir()
        (self.packages / "fasttext.py").write_text(FAKE)
        for name in names():
            trap = f"open({str(self.sprung)!r}, 'a').write({name!r} + ' ')\n"
            (self.here / f"{name}.py").write_text(trap)
        (self.here / "data.csv").write_text(GOOD, encoding="utf-8")
        (self.here / "text.txt").write_text("".join(f"the {text}\n" for text, _ in ROWS * 8), encoding="utf-8")
        (self.here / "test.csv").write_text("text,label\ngood,pos\nbad,neg\nfine,pos\n", encoding="utf-8")
        (self.here / "other.bin").write_bytes(FASTTEXT + bytes(64))
        untrained_model(self.here / "one", labels=("neg", "pos"))
        untrained_model(self.here / "two", labels=("neg", "pos"))
        untrained_lm(self.here / "lm")
        tiny_translator(self.here / "mt")

    @contextmanager
    def without(self, script: str) -> Iterator[None]:
        """While this lasts there are no traps under the names that a script prints."""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
        paths = {self.here / f"{name.partition('.')[0]}.py" for name in done.stdout.split()}
        kept = {path: path.read_text() for path in paths if path.exists()}
        for path in kept:
            path.unlink()
        try:
            yield
        finally:
            for path, text in kept.items():
                path.write_text(text)

    def run(self, command: list[str], named: str, limit: float = 240) -> str:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "LSTM_CACHE": str(self.cache), "HF_HUB_OFFLINE": "1"}
        environment["PYTHONPATH"] = named.format(source=f"{SOURCE}:{self.packages}")
        environment.pop("LSTM_MODEL", None)
        done = subprocess.run(command, cwd=self.here, env=environment, capture_output=True, text=True, timeout=limit)
        assert done.returncode == 0, (command, done.stderr)
        assert not self.sprung.exists(), (command, self.sprung.read_text())
        return done.stdout


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Trapped:
    return Trapped(tmp_path_factory.mktemp("trapped"))


def test_a_trap_works(trapped: Trapped, tmp_path: Path) -> None:
    """What the other tests look for would be found."""
    subprocess.run([sys.executable, "-c", "import typer, fasttext"], cwd=trapped.here, check=True, timeout=60)
    assert set(trapped.sprung.read_text().split()) >= {"typer", "fasttext"}
    trapped.sprung.unlink()


COMPARE = ["compare", "one", "two", "other.bin", "--on", "test.csv", "--format", "json"]


def test_a_comparison_starts_processes_that_run_none(trapped: Trapped) -> None:
    figures = trapped.run([LSTM, *COMPARE], "{source}")
    assert '"cold_start": null' not in figures and "fasttext" in figures


def test_an_empty_entry_of_the_search_path_is_dropped(trapped: Trapped) -> None:
    with trapped.without(PYTHON_ITSELF):
        trapped.run([LSTM, *COMPARE], "{source}:")


def test_python_m_lstmcli_runs_none_but_what_starts_it(trapped: Trapped) -> None:
    with trapped.without(PYTHON_ITSELF):
        trapped.run([sys.executable, "-m", "lstmcli", "classify", "-m", "one", "--text", "good"], "{source}")


COMMANDS = {
    "train a classifier": ["train", "data.csv", "-o", "new", *TINY],
    "train with a tokenizer": ["train", "data.csv", "-o", "new-bpe", "--tokenizer=bpe", "--vocab-size=300", *TINY],
    "train a language model": ["train", "text.txt", "-o", "new-lm", "--task=lm", "--words=spaces", *TINY],
    "classify": ["classify", "-m", "one", "--report", "test.csv"],
    "classify into a folder": ["classify", "-m", "one", "text.txt", "-o", "answers", "--workers=2"],
    "classify with torch": ["classify", "-m", "one", "--engine=torch", "--text", "good"],
    "generate": ["generate", "-m", "lm", "the", "--max-tokens=5"],
    "perplexity": ["perplexity", "-m", "lm", "text.txt", "--per=word"],
    "translate": ["translate", "-m", "mt", "--text", "abc"],
    "compare": ["compare", "one", "two", "--on", "test.csv"],
    "compare language models": ["compare", "lm", "lm", "--on", "text.txt"],
    "compare cells": ["compare", "data.csv", "--cells=lstm,gru", "-o", "cells", *TINY],
    "inspect": ["inspect", "good film", "-m", "one", "--html=page.html"],
    "neighbours": ["neighbours", "good", "-m", "one"],
    "export": ["export", "one", "-o", "exported"],
    "info": ["info", "one"],
    "help": ["train", "--help"],
}


def test_every_command_is_tried() -> None:
    tried = {arguments[0] for arguments in COMMANDS.values()}
    apart = {"demo", "push", "serve"}  # has a test of its own; speaks with the Hub; runs until it is stopped
    assert set(EVERY) - tried == apart


@pytest.mark.slow
@pytest.mark.parametrize("what", COMMANDS)
def test_no_command_runs_a_module_of_the_working_directory(trapped: Trapped, what: str) -> None:
    trapped.run([LSTM, *COMMANDS[what]], "{source}")


@pytest.mark.slow
def test_the_demo_runs_none(trapped: Trapped) -> None:
    trapped.run([LSTM, "demo", "demo"], "{source}", limit=1200)
