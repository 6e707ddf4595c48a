"""``lstm compare``: every format from real, untrained models; narrow windows, colours, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from lstmcli.cli.output import coloured_text
from lstmcli.comparison.results import Span
from support.lm_models import LINES, untrained_lm
from support.models import LABELS, TEXTS, untrained_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    untrained_model(folder / "one")
    untrained_model(folder / "other", labels=tuple(reversed(LABELS)))
    untrained_lm(folder / "words")
    untrained_lm(folder / "again")
    untrained_lm(folder / "bpe", "bpe")
    with (folder / "test.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        rows.writerows([text, LABELS[n % 3]] for n, text in enumerate(TEXTS * 3))
    (folder / "lines.txt").write_text("".join(line + "\n" for line in LINES * 5), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def compare(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments], **more)


def classifiers(*arguments: str, **more: Any) -> Result:
    return compare("one", "other", "--on", "test.csv", "--no-cold-start", "-q", *arguments, **more)


def said(result: Result, code: int, *parts: str) -> None:
    assert result.exit_code == code
    assert result.stdout == ""
    for part in parts:
        assert part in result.stderr


def test_classifiers_in_every_format() -> None:
    result = classifiers("--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert found["task"] == "classify" and found["texts"] == 24 and sorted(found["labels"]) == sorted(LABELS)
    assert [model["model"]["name"] for model in found["models"]] == ["one", "other"]
    assert {"accuracy", "macro_f1", "ece", "texts_per_second", "cold_start"} < set(found["models"][0])
    accuracy = found["differences"][0]
    assert accuracy["test"] == "McNemar's exact test" and 0 <= accuracy["p_value"] <= 1
    assert accuracy["interval"]["low"] <= accuracy["difference"] <= accuracy["interval"]["high"]

    one_line = classifiers("--format", "jsonl").stdout
    assert one_line.count("\n") == 1 and json.loads(one_line)["differences"] == found["differences"]
    rows = list(csv.DictReader(io.StringIO(classifiers("--format", "csv").stdout)))
    assert [row["model"] for row in rows] == ["one", "other"] and rows[0]["accuracy_difference"] == ""
    assert float(rows[1]["accuracy_difference"]) == pytest.approx(accuracy["difference"], abs=1e-6)
    piped = classifiers().stdout
    assert piped.splitlines()[0].split("\t") == list(rows[0]) and piped.count("\n") == 3

    table = classifiers("--format", "table").stdout
    assert "test.csv: 24 texts, 3 labels" in table and "other against one" in table
    assert f"{100 * found['models'][0]['accuracy']:.2f} %" in table
    assert f"the models disagree on {found['disagreeing']} of 24 texts" in table


def test_language_models_in_every_format() -> None:
    arguments = ("words", "again", "bpe", "--on", "lines.txt", "-q")
    found = json.loads(compare(*arguments, "--format", "json").stdout)
    assert found["task"] == "lm" and found["lines"] == 40
    assert found["models"][0]["perplexity"] is not None and found["models"][2]["perplexity"] is None
    assert [d["model"] for d in found["differences"]] == ["again", "bpe"]
    assert {(span["better"], span["other"]) for span in found["spans"]} == {("words", "bpe")}
    table = compare(*arguments, "--format", "table").stdout
    assert "perplexity per token is not compared: bpe cuts text otherwise" in table
    assert "where words gains most over bpe" in table and "Holm's correction" in table
    assert re.search(r"bits  line \d+ .*\[.*\]", table)
    rows = list(csv.DictReader(io.StringIO(compare(*arguments, "--format", "csv").stdout)))
    assert float(rows[2]["bits_per_byte"]) == pytest.approx(found["models"][2]["bits_per_byte"], rel=1e-5)


def test_the_text_may_come_from_a_pipe() -> None:
    text = Path("lines.txt").read_text(encoding="utf-8")
    piped = compare("words", "bpe", "--on", "-", "--format", "json", input=text)
    named = compare("words", "bpe", "--on", "lines.txt", "--format", "json")
    ours, theirs = json.loads(piped.stdout), json.loads(named.stdout)
    assert [m["nats"] for m in ours["models"]] == pytest.approx([m["nats"] for m in theirs["models"]], rel=1e-6)
    assert (ours["source"], ours["lines"]) == ("-", theirs["lines"])


def test_answers_of_classify_and_perplexity_join() -> None:
    runner = CliRunner()
    for format, name in (("tsv", "answers.tsv"), ("jsonl", "answers.jsonl")):
        answers = runner.invoke(app, ["classify", "-m", "one", "test.csv", "-q", "--format", format]).stdout
        Path(name).write_text(answers, encoding="utf-8")
        found = json.loads(compare("one", name, "--on", "test.csv", "--no-cold-start", "--format", "json").stdout)
        assert found["disagreeing"] == 0
        assert found["models"][1]["ece"] == pytest.approx(found["models"][0]["ece"], abs=1e-3)
    costs = runner.invoke(app, ["perplexity", "-m", "words", "lines.txt", "--per", "line", "--format", "jsonl"]).stdout
    Path("costs.jsonl").write_text(costs, encoding="utf-8")
    found = json.loads(compare("words", "costs.jsonl", "--on", "lines.txt", "--format", "json").stdout)
    assert found["differences"][0]["difference"] == 0


@pytest.mark.parametrize("width", [100, 60, 40, 20])
@pytest.mark.parametrize("models", [("one", "other", "--on", "test.csv"), ("bpe", "words", "--on", "lines.txt")])
def test_narrow_windows(width: int, models: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    result = compare(*models, "--no-cold-start", "-q", "--format", "table")
    assert result.exit_code == 0
    shown = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    assert max(map(cell_len, shown.splitlines())) <= width
    assert "\x1b[" in result.stdout


def test_one_text_and_one_line() -> None:
    Path("one.csv").write_text("text,label\nfine,good\n", encoding="utf-8")
    table = compare("one", "other", "--on", "one.csv", "--no-cold-start", "--format", "table").stdout
    assert "one text: there is no interval" in table and "interval:" not in table
    Path("one.txt").write_text("the cat sat\n", encoding="utf-8")
    table = compare("words", "bpe", "--on", "one.txt", "--format", "table").stdout
    assert "one line: there is no interval" in table and "no test with one line" in table


def test_what_is_refused() -> None:
    said(compare("one", "other"), 2, "there is no text to compare", "hint: name a file with --on FILE")
    said(compare("one", "--on", "test.csv"), 2, "two models")
    said(compare("--on", "test.csv"), 2, "two models")
    said(compare("one", "words", "--on", "test.csv"), 4, "words: is a language model, and one is a classifier")
    said(compare("one", "other", "--on", "lines.txt"), 3, "without labels")
    said(compare("one", "nothing", "--on", "test.csv"), 4, "nothing: no model here")
    said(compare("one", "other", "--on", "nothing.csv"), 3, "nothing.csv")
    said(compare("words", "bpe", "--on", "lines.txt", "--stream", "--lines"), 2, "contradict")
    said(compare("words", "bpe", "--on", "lines.txt", "--top", "-1"), 2, "--top")
    said(compare("one", "test.csv", "--on", "test.csv", "-q"), 3, "test.csv, line 1: 'text,label' is not one")
    said(compare("words", "lines.txt", "--on", "lines.txt", "--log-base", "3"), 2, "log-base")
    untrained_model(Path("third"), labels=("bad", "good", "fair"))
    said(compare("one", "third", "--on", "test.csv", "-q"), 4, "other labels", "'so so'", "hint:")


def console(width: int, color: str | None) -> Console:
    return Console(width=width, color_system=color, force_terminal=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("color", [None, "256"])
@pytest.mark.parametrize("width", range(6, 60, 3))
def test_a_fragment_fits_and_marks_its_span(color: str | None, width: int) -> None:
    pieces = [("the", -0.2), (" small", 1.5), (" 很", 6.0), ("好", 2.0), (" cat", -5.0), ("\n", 0.0)] * 3
    span = Span("x", "y", 9.5, " 很好", 1, tuple(pieces), 8, 10)
    line = coloured_text.fragment(span, width, console(width, color))
    assert line.cell_len <= width
    if width > 12:
        assert ("[很好]" if color is None else "很好") in line.plain
        assert color is None or "[" not in line.plain
    marked = {str(part.style) for part in line.spans}
    assert any("underline" in style for style in marked)
    assert "\n" not in line.plain
