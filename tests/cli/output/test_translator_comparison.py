"""Comparisons of translators as a table, rows and JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from typer.testing import CliRunner

from lstmcli.cli.app import app

TARGETS = [f"the red boat number {n} is on the water" for n in range(8)]


def compare(tmp_path: Path, format: str, *more: str) -> str:
    places = {}
    for name, texts in {
        "source": [f"text {n}" for n in range(8)],
        "target": TARGETS,
        "good": TARGETS,
        "bad": [text.replace("boat", "ship") for text in TARGETS],
    }.items():
        places[name] = tmp_path / name
        places[name].write_text("\n".join(texts) + "\n", encoding="utf-8")
    on = ["--on", str(places["source"]), "--target-file", str(places["target"]), "--task", "translate"]
    found = CliRunner().invoke(
        app, ["compare", str(places["bad"]), str(places["good"]), *on, "--format", format, *more]
    )
    assert found.exit_code == 0, found.stderr
    return found.stdout


def test_the_table_has_scores_signatures_tests_and_sentences(tmp_path: Path) -> None:
    text = compare(tmp_path, "table", "--top", "1")
    assert "BLEU" in text and "chrF" in text and "nrefs:1|bs:1000|seed:12345" in text.replace("\n", "")
    assert "good is better; significant at 5 %" in text and "paired bootstrap" in text
    assert "where good gains most over bad" in text and "the red ship number" in text
    assert "where bad gains" not in text and "only 8 pairs" in text


def test_rows_and_json_have_the_same_figures(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(compare(tmp_path, "csv"))))
    result = json.loads(compare(tmp_path, "json"))
    assert [row["model"] for row in rows] == ["bad", "good"] and result["task"] == "translate"
    for row, figures in zip(rows, result["models"], strict=True):
        assert float(row["bleu"]) == round(figures["bleu"], 4) or abs(float(row["bleu"]) - figures["bleu"]) < 1e-3
    assert rows[0]["chrf_difference"] == "" and float(rows[1]["chrf_difference"]) > 0


def test_a_file_of_targets_is_for_translators_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n", encoding="utf-8")
    file = str(tmp_path / "a")
    found = CliRunner().invoke(app, ["compare", file, file, "--on", file, "--target-file", file, "--task", "classify"])
    assert found.exit_code == 2 and "--target-file does not apply to these models" in found.stderr
