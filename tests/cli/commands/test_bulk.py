"""``-o DIR``: files answered by several workers, whatever happens to them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from lstmcli.bulk import file as module
from lstmcli.bulk import pieces
from lstmcli.cli.app import app
from lstmcli.cli.bulk import in_bytes
from lstmcli.errors import UsageError
from processes import started
from support.lm_models import untrained_lm
from support.models import untrained_model
from support.translators import tiny_translator

pytestmark = pytest.mark.timeout(300)
WORDS = ["the", "cat", "sat", "on", "a", "mat", "<unk>", "好看"]
LINES = [" ".join(random.Random(n).choices(WORDS, k=n % 7)) for n in range(100)]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bulk")
    untrained_model(place / "classifier")
    tiny_translator(place / "translator")
    for kind in ("words", "char"):  # one of lines, one of documents
        untrained_lm(place / kind, kind)
    return place


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "pieces", partial(pieces.pieces, rows=40))


def lstm(*words: object) -> Result:
    found = CliRunner().invoke(app, list(map(str, words)))
    assert "Traceback" not in found.stderr, found.stderr
    return found


def write_csv(path: Path, rows: int, seed: int = 0) -> Path:
    rng = random.Random(seed)
    words = ["good", "bad", "film", '"quoted, twice"', "dull", "好看"]
    lines = ["id,text"]
    for n in range(rows):
        text = " ".join(rng.choices(words, k=rng.randint(1, 8))).replace('"', '""')
        lines.append(f'{n},"{text}"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_the_answers_are_those_of_the_plain_command(models: Path, tmp_path: Path, format: str) -> None:
    file, model = write_csv(tmp_path / "a.csv", 100), models / "classifier"
    how = ["--format", format, "--keep-columns"]
    done = lstm("classify", "-m", model, file, "-o", tmp_path / "out", "--workers", 2, *how)
    assert done.exit_code == 0 and "100 texts answered" in done.stderr
    plain = lstm("classify", "-m", model, file, *how).stdout
    assert (tmp_path / "out" / f"a.csv.{format}").read_text(encoding="utf-8") == plain


def test_a_parquet_folder_is_one_table_the_same_for_any_number_of_workers(models: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "more").mkdir(parents=True)
    write_csv(tmp_path / "in" / "a.csv", 100)
    write_csv(tmp_path / "in" / "more" / "b.csv", 3, seed=1)
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        words = ["-o", out, "--workers", workers, "--format", "parquet", "--keep-columns"]
        assert lstm("classify", "-m", models / "classifier", tmp_path / "in", *words).exit_code == 0
    one, other = (
        {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        for out in (tmp_path / "out1", tmp_path / "out2")
    )
    assert one == other
    assert set(map(str, one)) == {"a.csv.parquet", "more/b.csv.parquet", "_manifest.json"}
    table = pq.read_table(tmp_path / "out1").to_pydict()
    assert list(table) == ["id", "text", "label", "probability"] and len(table["id"]) == 103
    jsonl = lstm("classify", "-m", models / "classifier", tmp_path / "in" / "a.csv", "--format", "jsonl").stdout
    rows = [json.loads(line) for line in jsonl.splitlines()]
    assert table["label"][:100] == [row["label"] for row in rows]
    assert table["probability"][:100] == pytest.approx([row["probability"] for row in rows])


@pytest.mark.parametrize("kind", ["words", "char"])
def test_perplexity_of_many_files_is_that_of_each(models: Path, tmp_path: Path, kind: str) -> None:
    for name, lines in {"a": LINES, "b": LINES[30:35]}.items():
        (tmp_path / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    words = ["perplexity", "-m", models / kind, "-q"]
    more = ["-o", tmp_path / "out", "--workers", 2, "--format", "json" + "l"]
    assert lstm(*words, tmp_path / "*.txt", *more).exit_code == 0
    for name in ("a", "b"):
        plain = json.loads(lstm(*words, tmp_path / f"{name}.txt", "--format", "jsonl").stdout)
        found = json.loads((tmp_path / "out" / f"{name}.txt.jsonl").read_text(encoding="utf-8"))
        assert found == {key: pytest.approx(v) if isinstance(v, float) else v for key, v in plain.items()}
    table = ["--per", "word", "--format", "csv", "--keep-columns"]
    assert lstm(*words, tmp_path / "a.txt", *table, "-o", tmp_path / "rows", "--workers", 1).exit_code == 0
    plain = lstm(*words, tmp_path / "a.txt", *table).stdout
    assert (tmp_path / "rows" / "a.txt.csv").read_text(encoding="utf-8") == plain


def test_a_translator_scores_tables_of_pairs(models: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("source,target\nabc,bcd\nfee,\n")
    words = ["perplexity", "-m", models / "translator", pairs]
    done = lstm(*words, "-o", tmp_path / "out", "--workers", 1)
    assert done.exit_code == 0 and "1 pair has an empty side" in done.stderr
    assert (tmp_path / "out" / "pairs.csv.tsv").read_text() == lstm(*words, "--format", "tsv").stdout
    assert lstm(*words, "-o", tmp_path / "rows", "--workers", 1, "--per", "line", "--format", "parquet").exit_code == 0
    assert pq.read_table(tmp_path / "rows").column("text").to_pylist() == ["bcd", ""]


def test_translations_are_those_of_the_plain_command(models: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abc\n\nfeed bead\n")
    words = ["translate", "-m", models / "translator", tmp_path / "a.txt", "-n", 2]
    assert lstm(*words, "-o", tmp_path / "out", "--workers", 1).exit_code == 0
    assert (tmp_path / "out" / "a.txt.tsv").read_text() == lstm(*words, "--format", "tsv").stdout


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_answers_every_row_once(models: Path, tmp_path: Path) -> None:
    file, out = write_csv(tmp_path / "a.csv", 25_000), tmp_path / "out"
    start = [sys.executable, "-m", "lstmcli"]
    words = ["classify", "-m", models / "classifier", file, "--workers", 2, "-o"]
    rng = random.Random(1)
    for _ in range(3):
        with started([*start, *map(str, [*words, out])], stderr=subprocess.DEVNULL) as process:
            time.sleep(rng.uniform(0.5, 1.5))
            process.send_signal(signal.SIGKILL)
    for folder in (out, tmp_path / "other"):
        subprocess.run([*start, *map(str, [*words, folder])], check=True, timeout=200, env=dict(os.environ))
    name = "a.csv.tsv"
    assert (out / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    kept = [json.loads((folder / "manifest.json").read_text())["files"][name] for folder in (out, tmp_path / "other")]
    assert kept[0] == kept[1]
    assert "answered before" in lstm(*words, out).stderr
    assert {path.name for path in out.iterdir()} == {name, "manifest.json"}


def test_one_bad_file_does_not_stop_the_others(models: Path, tmp_path: Path) -> None:
    write_csv(tmp_path / "good.csv", 10)
    (tmp_path / "bad.csv").write_text("id,text\n1,one\n2,two,three\n")
    done = lstm("classify", "-m", models / "classifier", tmp_path / "*.csv", "-o", tmp_path / "out", "--workers", 1)
    assert done.exit_code == 3
    assert "bad.csv, line 3" in done.stderr and "good.csv: 10 texts answered" in done.stderr
    assert (tmp_path / "out" / "good.csv.tsv").exists() and not (tmp_path / "out" / "bad.csv.tsv").exists()


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        ("classify a.csv --workers 2", "--workers needs a folder", 2),
        ("classify a.csv --limit-memory 1G", "--limit-memory needs a folder", 2),
        ("classify a.csv --format parquet", "--format parquet needs a folder", 2),
        ("classify a.csv -o out.csv", "looks like a file", 2),
        ("classify a.csv -o out --report", "--report and -o", 2),
        ("classify a.csv -o out --format table", "--format table and -o", 2),
        ("classify a.csv -o out --limit-memory much", "'much' is no size", 2),
        ("classify a.csv -o out --limit-memory 1M --workers 1", "more than 1 MiB", 1),
        ("classify -o out --text x", "-o is for files", 2),
        ("classify -o out", "needs files", 2),
        ("classify none*.csv -o out", "no file matches", 3),
        ("classify nothing.csv -o out", "no such file", 3),
        ("classify a.csv b/a.csv -o out", "two files are called 'a.csv'", 2),
        ("classify . -o b", "is in the folder of the answers", 2),
        ("perplexity a.csv -o out --cache 10", "--cache and -o", 2),
        ("perplexity a.csv -o out --target x", "--target does not apply", 2),
        ("perplexity a.csv -o out --match-corpus --workers 1", "applies only to word and character", 2),
        ("translate a.csv -o out --alignment", "need --format jsonl", 2),
    ],
)
def test_what_cannot_be_done_is_said(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, says: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    write_csv(tmp_path / "a.csv", 2)
    write_csv(tmp_path / "b" / "a.csv", 2)
    command, *rest = words.split()
    model = {"classify": "classifier", "perplexity": "words", "translate": "translator"}[command]
    if "match-corpus" in words:
        model = str(untrained_lm(tmp_path / "bpe", "bpe"))
    done = lstm(command, "-m", models / model, *rest)
    assert (done.exit_code, says in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_missing_model_is_said_before_anything_is_written(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", 2)
    for command in ("classify", "perplexity"):
        done = lstm(command, "-m", tmp_path / "none", file, "-o", tmp_path / "out")
        assert done.exit_code == 4 and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "size"), [("512M", 512 << 20), ("8GiB", 8 << 30), ("1.5g", 3 << 29), ("1000", 1000), (" 2 TB ", 2 << 40)]
)
def test_sizes(text: str, size: int) -> None:
    assert in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "G", "1P", "1e9"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(UsageError, match="no size"):
        in_bytes(text)
