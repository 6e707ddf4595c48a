"""The manual pages are those of the code, and a page viewer reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lstmcli.cli.app import COMMANDS
from support.tools import tool

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "man"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    found: dict[str, str] = tool("man").pages()
    return found


def test_the_pages_are_current(pages: dict[str, str]) -> None:
    assert (
        {path.name for path in FOLDER.iterdir()} == set(pages) == {"lstm.1", *(f"lstm-{name}.1" for name in COMMANDS)}
    )
    for name, text in pages.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "run `make docs`"


def test_a_wheel_has_them() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"man" = "share/man/man1"' in text
    assert all(f'"completions/{path.name}" = "share/' in text for path in (ROOT / "completions").iterdir())


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_they_are_set_without_a_warning(pages: dict[str, str]) -> None:
    together = "".join(pages.values()).encode()
    done = subprocess.run(
        ["groff", "-k", "-man", "-Tutf8", "-ww", "-z"], input=together, capture_output=True, timeout=60
    )
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()[:2000]


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_what_is_shown_is_what_help_says(pages: dict[str, str]) -> None:
    done = subprocess.run(
        ["groff", "-k", "-man", "-Tascii", "-P-cbou"],
        input=pages["lstm-train.1"].encode(),
        capture_output=True,
        timeout=60,
    )
    text = " ".join(done.stdout.decode().split())
    for part in (
        "--learning-rate X Peak learning rate. [default: 0.002]",
        "lstm train [OPTIONS] [SOURCE]",
        "EXIT STATUS",
    ):
        assert part in text, part
