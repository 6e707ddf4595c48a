"""``lstm inspect`` with a translator: terminal, rows, JSON and the page."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from support.schemas import conforms
from support.translators import tiny_translator


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_translator(tmp_path_factory.mktemp("tiny") / "model"))


def inspect(model: str, *arguments: str) -> Result:
    found = CliRunner().invoke(app, ["inspect", "-m", model, *arguments])
    assert found.exit_code == 0, found.stderr
    return found


def test_the_terminal_shows_both_parts_and_a_picture_of_attention(model: str) -> None:
    text = inspect(model, "abc", "--format", "table").stdout
    encoder, decoder = text.split("line 1: decoder")
    assert "line 1: encoder" in encoder and "bits" not in encoder.split("LSTM")[1] and "layer 1 of 1" in encoder
    assert "bits" in decoder and "Attention: a row for each token" in decoder and decoder.rstrip()


def test_rows_name_the_part_and_the_token_attended_to(model: str) -> None:
    rows = list(csv.DictReader(io.StringIO(inspect(model, "abc", "--format", "csv").stdout)))
    encoder = [row for row in rows if row["part"] == "encoder"]
    decoder = [row for row in rows if row["part"] == "decoder"]
    assert [row["text"] for row in encoder] == ["a", "b", "c", "</s>"] and decoder[-1]["text"] == "</s>"
    assert {row["surprisal"] for row in encoder} == {""} and all(float(row["surprisal"]) > 0 for row in decoder)
    assert all(row["source"] in ("a", "b", "c", "</s>") and 0 < float(row["weight"]) <= 1 for row in decoder)


def test_json_has_the_attention(model: str) -> None:
    encoder, decoder = conforms("inspect", inspect(model, "abc", "--format", "jsonl").stdout, lines=True)
    assert encoder["part"] == "encoder" and "attention" not in encoder
    assert decoder["attention"]["source"] == ["a", "b", "c", "</s>"]
    assert json.dumps(decoder["attention"]["weights"]).count("[") == 1 + len(decoder["tokens"])


def test_the_page_has_a_table_of_attention(model: str, tmp_path: Path) -> None:
    inspect(model, "abc", "--html", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (
        'class="attention"' in page and "LSTM translator" in page and "1 text" in page and "<dt>attention</dt>" in page
    )
