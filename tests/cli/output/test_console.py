"""Text made safe for terminals and files, and tables that fit their window."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from lstmcli.cli.output import console, tables
from lstmcli.cli.output.predictions import fit
from support.fakes import CHECK, REPORT
from support.reports import classification_report

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))
WIDE = Console(file=io.StringIO(), width=80)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")


@given(ANYTHING)
def test_safe_text_is_one_line_without_controls(text: str) -> None:
    shown = console.safe(text)
    assert not CONTROL.search(shown)
    assert len(shown) == len(text)
    shown.encode()


def test_safe_text_shows_what_was_there() -> None:
    assert console.safe("a\x1b[31mb\n\x7f\x9b") == "a␛[31mb␊␡\ufffd"


@given(ANYTHING, st.integers(1, 40))
def test_fitted_text_fills_its_column(text: str, width: int) -> None:
    assert cell_len(fit(console.safe(text), width)) == width


@given(st.lists(st.floats(-1e6, 1e6), max_size=50), st.integers(0, 60))
def test_a_curve_is_no_wider_than_its_room(values: list[float], width: int) -> None:
    assert len(console.curve(values, width)) <= max(0, min(width, len(values)))


def test_a_curve_shows_the_shape() -> None:
    assert console.curve([1, 2, 3, 4], 4) == "▁▃▆█"
    assert console.curve([3, 3, 3], 3) == "▁▁▁"
    assert console.curve([1, 9], 2, "cp1252").isascii()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (59.4, "59s"), (59.6, "1m 00s"), (125, "2m 05s"), (4200, "1h 10m"), (-3, "0s")]
)
def test_durations(seconds: float, words: str) -> None:
    assert console.duration(seconds) == words


@pytest.mark.parametrize(("n", "words"), [(0, "0 bytes"), (999, "999 bytes"), (4_100_000, "4.1 MB"), (7e9, "7.0 GB")])
def test_sizes(n: float, words: str) -> None:
    assert console.size(n) == words


def shown(*parts: object, width: int = 80, terminal: bool = False) -> str:
    out = Console(file=io.StringIO(), width=width, force_terminal=terminal, markup=False, emoji=False, highlight=False)
    console.show(out, *parts)  # type: ignore[arg-type]
    return out.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_tables_in_a_file_have_no_spaces_at_the_end_and_no_colour() -> None:
    text = shown(*tables.data_check(CHECK, WIDE))
    assert "\x1b" not in text and not re.search(r" $", text, flags=re.MULTILINE)


def test_the_data_check_says_what_was_found() -> None:
    text = shown(*tables.data_check(CHECK, WIDE))
    for line in ("rows 1,200 133", "good 700 80", "bad␛[31m 500 53", "also in train 0 2", "repeated 3 0", "empty 1 0"):
        assert line in re.sub(" +", " ", text)
    assert "4 training texts occur with more than one label" in text
    assert "'good' would be right for 60.2 %" in re.sub("\n", " ", text)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_tables_fit_the_window(width: int) -> None:
    out = Console(file=io.StringIO(), width=width)
    text = shown(*tables.data_check(CHECK, out), *tables.report(REPORT, out), width=width, terminal=True)
    assert all(cell_len(re.sub(r"\x1b\[[\d;]*m", "", line)) <= width for line in text.splitlines())
    assert "\x1b[31m" not in text
    assert all(part in text for part in ("good", "1,200", "好评", "92.0"))  # nothing is cut


def test_a_report_on_a_thousand_labels_can_be_read() -> None:
    gold = np.repeat(np.arange(1000), 2)
    gold[:60] = np.arange(60) % 2 + 998  # so that these are the most frequent
    called = np.roll(gold, 7)
    labels = [f"label {i}" for i in range(1000)]
    report = classification_report(np.eye(1000)[called], gold, labels)
    text = re.sub(" +", " ", shown(*tables.report(report, WIDE)))
    assert len(text.splitlines()) < 80
    assert "label 999 " in text and "label 998 " in text and "macro average" in text
    assert "the 50 most frequent labels; 950 more with --format json" in text
    assert "most frequent confusions" in text


def test_long_labels_are_cut() -> None:
    long = ["x" * 10_000, "y" * 10_000]
    report = classification_report(np.eye(2)[[0, 1, 0]], np.array([0, 1, 1]), long)
    check = replace(CHECK, labels=tuple(long), majority_label=long[0])
    assert len(shown(*tables.report(report, WIDE), *tables.data_check(check, WIDE))) < 5000


def test_a_report_has_the_matrix_where_it_fits_and_pairs_where_not() -> None:
    wide = shown(*tables.report(REPORT, WIDE))
    assert "90.98 %" in wide and "好评" in wide and "confusion matrix" in wide
    narrow = shown(*tables.report(REPORT, Console(file=io.StringIO(), width=15)), width=15)
    assert "most frequent confusions" in narrow.replace("\n", " ")
