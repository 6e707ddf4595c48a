"""How surprisal is written: columns, narrow windows, figures in words."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from rich.cells import cell_len

from lstmcli.cli.output.surprisal import FIGURES, writer
from lstmcli.cli.output.writer import write
from lstmcli.scoring.results import LmReport, Surprisal

ROWS = (
    Surprisal("the\tcat", 12.5, 3.25, 1, 2, 1, "a.txt"),
    Surprisal("电影" * 30, 7.0, None, 2, 0, 0, "a.txt"),
    Surprisal("\n", 0.125, 1.0, 2, 1, 0, "b.txt"),
)
ADAPTED = tuple(Surprisal(r.text, r.surprisal / 2, r.entropy, r.line, r.tokens, r.oov, r.path, before=r) for r in ROWS)


def written(form: str, rows: tuple[Surprisal, ...], several: bool = False) -> str:
    out = io.StringIO()
    table = writer(form, out, several=several)
    for row in rows:
        table.write(row)
    table.close()
    return out.getvalue()


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("rows", [ROWS, ADAPTED])
def test_every_format_has_the_same_columns(rows: tuple[Surprisal, ...], several: bool) -> None:
    objects = [json.loads(line) for line in written("jsonl", rows, several).splitlines()]
    assert json.loads(written("json", rows, several)) == objects
    assert all(row.pop("version") == 1 for row in objects)
    expected = ["text", "surprisal", "entropy", "line", "tokens", "oov"]
    expected += ["before_surprisal", "before_entropy"] if rows is ADAPTED else []
    assert [*objects[0]] == expected + ["file"] * several
    table = list(csv.DictReader(io.StringIO(written("csv", rows, several))))
    assert [*table[0]] == [*objects[0]] and table[0]["text"] == "the\tcat"
    lines = [line.split("\t") for line in written("tsv", rows, several).splitlines()]
    assert [line[1:] for line in lines] == [[*row.values()][1:] for row in table]
    assert lines[0][0] == "the\\tcat" and lines[1][2] == ""
    assert [row["entropy"] for row in objects] == [3.25, None, 1.0]


def test_nothing_at_all_is_still_json() -> None:
    assert json.loads(written("json", ())) == [] and written("jsonl", ()) == written("csv", ()) == ""


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (80, "line bits before entropy text"),
        (50, "line bits before entropy text"),
        (40, "line bits before text"),
        (30, "line bits text"),
        (20, "bits text"),
    ],
)
def test_numbers_make_room_for_the_text(width: int, names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = written("table", ADAPTED).splitlines()
    assert lines[0].split() == names.split()
    assert max(map(cell_len, lines)) <= width
    assert lines[1].split()[-1].startswith("the␉cat") and lines[2].endswith("…") and lines[3].endswith("\\n")


@pytest.mark.parametrize("width", [1, 5, 12])
def test_a_window_too_narrow_for_anything_is_survived(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert len(written("table", ADAPTED).splitlines()) == 4


def report(nats: float, **more: Any) -> LmReport:
    return LmReport.of(nats, **{"tokens": 1, "words": 1, "characters": 1, "bytes": 3, "lines": 1, **more})


def figures(found: LmReport) -> str:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        patch.setattr("sys.stdout", out)
        write(found, FIGURES, "table", out)
    return out.getvalue()


def test_one_of_a_kind_is_not_several() -> None:
    assert "1 token, 1 word, 1 character, 3 bytes" in figures(report(2.0))
    assert "1 line, " in figures(report(2.0)) and "2 lines, " in figures(report(2.0, lines=2))


def test_text_without_spaces_has_no_figure_per_word_that_says_anything() -> None:
    shown = figures(report(400.0, tokens=60, characters=60, bytes=180))
    assert "– per word: the text has few spaces between words (see --segments)" in shown
    assert "54.60 per word; 7.39 with line ends counted as words" in figures(report(4.0))
