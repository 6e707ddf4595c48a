"""The listings of the README and of the tutorial show what the commands print."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.cli.commands.demo import LM_EPOCHS, TRANSLATOR, write_sample
from support.listings import Listing, agrees, listings, same_line

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"README.md": 8, "docs/tutorial.md": 15}
"""Pages, and how many listings they have at least."""


def run(command: str) -> list[str]:
    """The lines that a command prints, stdout and stderr as on a terminal."""
    before, _, after = command.rpartition(" | ")
    words = shlex.split(after)
    assert words[0] == "lstm"
    text = shlex.split(before)[1] + "\n" if before else None
    result = CliRunner().invoke(app, words[1:], input=text)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def demo_models(folder: Path) -> None:
    """What ``lstm demo`` leaves, of that what the README uses."""
    (folder / "lstm-demo").mkdir()
    write_sample(folder / "lstm-demo")
    run(f"lstm train sample:stories -o lstm-demo/language-model --preset tiny --epochs {LM_EPOCHS}")
    run(shlex.join(["lstm", "train", "sample:dates", "-o", "lstm-demo/translator", *TRANSLATOR]))


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_listings_show_what_is_printed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    if name == "README.md":
        demo_models(tmp_path)
    for listing in listings((ROOT / name).read_text(encoding="utf-8")):
        printed = run(listing.command)
        assert agrees(listing, printed), "\n".join([listing.command, *listing.shown, "— is not —", *printed])


@pytest.mark.parametrize(("name", "least"), PAGES.items())
def test_every_listing_is_found(name: str, least: int) -> None:
    found = list(listings((ROOT / name).read_text(encoding="utf-8")))
    assert len(found) >= least and all(listing.shown for listing in found)


def test_a_listing_is_compared_by_words_and_figures() -> None:
    listing = Listing("lstm train a.csv", ["…", "accuracy 88.00 %, in 1m 02s", "…"])
    assert agrees(listing, ["a.csv: CSV", "accuracy 89.10 %, in 59s", "saved"])
    assert not agrees(listing, ["accuracy 60.00 %, in 59s", "saved"])
    assert not agrees(listing, ["precision 88.00 %, in 59s"])
    assert agrees(Listing("lstm generate 'Tom had' -n 2", ["Tom had a boat.", "Tom had …"]), ["Tom had it", "Tom had"])
    assert not agrees(Listing("lstm generate 'Tom had'", ["Tom had a boat."]), ["Anna had a boat"])
    assert same_line("rows 648 72", "rows   648   72") and not same_line("rows 648", "rows 649")
    assert same_line("epoch 10: loss 0.54, accuracy 77.78 % …", "epoch 10: loss 0.53, accuracy 76.39 % (best 79.17 %)")
    assert same_line("the loss has risen to …: now 0.50 # …", "the loss has risen to 265 in step 3: now 0.51 #")
    assert not same_line("the loss has risen to …: now 0.50", "the loss has risen to 265 in step 3: now 0.80")
    assert not agrees(Listing("lstm info", []), ["a line"])
