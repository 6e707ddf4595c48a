"""``lstm perplexity`` on real, untrained models: figures and tables from arguments, files and pipes."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import pty
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from processes import started
from support.lm_models import untrained_lm

TEXTS = ["the cat sat", "", "zebra on the mat", "他们说 好看", "   ", "nothing"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "60"}
CONTRACT = {
    *("perplexity", "word_perplexity", "bits_per_char", "bits_per_byte"),
    *("tokens", "words", "chars", "bytes", "oov", "nats"),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("cli")
    return {kind: untrained_lm(folder / kind, kind) for kind in ("words", "bpe")}


@pytest.fixture(params=["words", "bpe"])
def model(request: pytest.FixtureRequest, models: dict[str, Path]) -> Path:
    """One that was trained on lines, one that was trained on a document."""
    return models[request.param]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "new.txt"
    path.write_text("".join(text + "\n" for text in TEXTS), encoding="utf-8")
    return path


def perplexity(model: Path, *arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(app, ["perplexity", "-m", str(model), *map(str, arguments)], **more)


def figures(model: Path, *arguments: object, **more: Any) -> dict[str, Any]:
    result = perplexity(model, *arguments, "--format", "json", **more)
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def rows(model: Path, per: str, *arguments: object, **more: Any) -> list[dict[str, Any]]:
    result = perplexity(model, *arguments, "--per", per, "--format", "jsonl", **more)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def command(model: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "lstmcli", "perplexity", "-m", str(model), *arguments]


@pytest.mark.parametrize("table", [[], ["--per", "word"]])
def test_argument_file_and_pipe_give_the_same_answers(model: Path, lines: Path, table: list[str]) -> None:
    by_option = perplexity(model, "--text", lines.read_text(encoding="utf-8"), *table)
    assert by_option.exit_code == 0
    assert perplexity(model, lines, *table).stdout == by_option.stdout
    piped = subprocess.run(
        command(model, *table, "-q"), input=lines.read_bytes(), capture_output=True, env=ENVIRONMENT, timeout=120
    )
    assert piped.returncode == 0
    unknown = b"warning: 3 words of 10 (30.00 %) are unknown to the model: 'zebra'"
    assert piped.stderr.startswith(unknown) if model.name == "words" else piped.stderr == b""
    assert piped.stdout.decode() == by_option.stdout
    without_end = lines.read_bytes().replace(b"\n", b"\r\n")[:-2]
    piped = subprocess.run(
        command(model, *table, "-"), input=without_end, capture_output=True, env=ENVIRONMENT, timeout=120
    )
    assert piped.stdout.decode() == by_option.stdout


def test_echo_into_it_just_works(models: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "lstm-model").mkdir()
    (tmp_path / "lstm-model" / "lm").symlink_to(models["bpe"])
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "LSTM_MODEL"}
    script = f"echo 'the cat sat' | {sys.executable} -m lstmcli perplexity"
    run = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120
    )
    assert (run.returncode, run.stderr) == (0, "")
    found = dict(line.split("\t") for line in run.stdout.splitlines())
    assert set(found) >= CONTRACT and float(found["perplexity"]) > 1


def test_the_figures_agree_in_every_format(model: Path, lines: Path) -> None:
    found = figures(model, lines)
    assert set(found) >= {*CONTRACT, "lines", "oov_rate", "oov_rule"}
    text = lines.read_text(encoding="utf-8")
    assert (found["words"], found["chars"], found["bytes"]) == (len(text.split()), len(text), len(text.encode()))
    assert found["perplexity"] == pytest.approx(math.exp(found["nats"] / found["tokens"]))
    assert json.loads(perplexity(model, lines, "--format", "jsonl").stdout) == found
    by_name = dict(line.split("\t") for line in perplexity(model, lines).stdout.splitlines())
    (row,) = csv.DictReader(io.StringIO(perplexity(model, lines, "--format", "csv").stdout))
    assert by_name == row and {*row, "version"} == set(found)
    for name in ("perplexity", "nats", "tokens"):
        assert float(row[name]) == pytest.approx(found[name])
    table = perplexity(model, lines, "--format", "table").stdout
    assert f"{found['perplexity']:,.2f} per token" in table and f"{found['tokens']:,} tokens" in table


@pytest.mark.parametrize("per", ["line", "word", "token", "char"])
def test_tables_agree_in_every_format_and_add_up(model: Path, lines: Path, per: str) -> None:
    found = rows(model, per, lines)
    assert sum(row["surprisal"] for row in found) == pytest.approx(figures(model, lines)["nats"] / math.log(2))
    assert all(list(row) == ["version", "text", "surprisal", "entropy", "line", "tokens", "oov"] for row in found)
    assert json.loads(perplexity(model, lines, "--per", per, "--format", "json").stdout) == found
    table = list(csv.DictReader(io.StringIO(perplexity(model, lines, "--per", per, "--format", "csv").stdout)))
    assert [row["text"] for row in table] == [row["text"] for row in found]
    assert [float(row["surprisal"]) for row in table] == pytest.approx([row["surprisal"] for row in found], abs=1e-5)
    plain = perplexity(model, lines, "--per", per).stdout.splitlines()
    assert len(plain) == len(found)
    assert [line.split("\t")[1] for line in plain] == [row["surprisal"] for row in table]


def test_blank_lines_are_lines(models: dict[str, Path]) -> None:
    found = figures(models["words"], "--text", "\n   \n\n")
    assert (found["lines"], found["tokens"], found["words"], found["word_perplexity"]) == (3, 3, 0, None)
    assert [(row["text"], row["line"]) for row in rows(models["words"], "word", "--text", "\n\n")] == [
        ("</s>", 1), ("</s>", 2)
    ]  # fmt: skip


def test_what_is_carried_can_be_asked_for(models: dict[str, Path], lines: Path) -> None:
    for kind, usual, other in (("words", "--lines", "--stream"), ("bpe", "--stream", "--lines")):
        usually = figures(models[kind], lines)
        assert figures(models[kind], lines, usual)["nats"] == usually["nats"]
        assert figures(models[kind], lines, other)["nats"] != pytest.approx(usually["nats"], rel=1e-6)
        assert usually["reading"] == usual.strip("-")


def test_each_file_is_a_text_of_its_own(models: dict[str, Path], lines: Path) -> None:
    once, twice = figures(models["bpe"], lines), figures(models["bpe"], lines, lines)
    assert twice["nats"] == pytest.approx(2 * once["nats"])
    found = rows(models["bpe"], "line", lines, "--text", "first")
    assert [row["text"] for row in found] == ["first", *TEXTS]
    assert [row["file"] for row in found] == ["", *[str(lines)] * len(TEXTS)]
    header = perplexity(models["bpe"], lines, lines, "--per", "line", "--format", "csv").stdout.splitlines()[0]
    assert header == "text,surprisal,entropy,line,tokens,oov,file"
    typed = perplexity(models["bpe"], "--text", "a", "--text", "b", "--per", "line", "--format", "csv").stdout
    assert typed.splitlines()[0] == "text,surprisal,entropy,line,tokens,oov"


@pytest.mark.parametrize("per", ["line", "word"])
def test_lines_are_counted_through_the_texts_of_the_command(models: dict[str, Path], per: str) -> None:
    found = rows(models["words"], per, "--text", "first\nsecond", "--text", "third")
    assert {row["text"]: row["line"] for row in found if row["text"] != "</s>"} == {"first": 1, "second": 2, "third": 3}


def test_rows_of_a_table_are_texts_of_their_own(models: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("id,text\n1,the cat\n2,the cat\n", encoding="utf-8")
    first, second = rows(models["bpe"], "line", path, "--quiet")
    assert first["surprisal"] == pytest.approx(second["surprisal"]) and second["line"] == 3
    first, second = rows(models["bpe"], "line", path, "--stream", "--quiet")
    assert first["surprisal"] != pytest.approx(second["surprisal"])


def test_segments_are_the_users_words(models: dict[str, Path]) -> None:
    found = rows(models["bpe"], "word", "--text", "他们 说 好看", "--segments")
    assert [row["text"] for row in found] == ["他们", "说", "好看", "\n"]
    joined = rows(models["bpe"], "word", "--text", "他们说好看")
    assert sum(row["surprisal"] for row in found) == pytest.approx(sum(row["surprisal"] for row in joined))
    assert figures(models["bpe"], "--text", "他们 说 好看", "--segments")["words"] == 3


def test_chinese_without_spaces_is_pointed_out(models: dict[str, Path]) -> None:
    for arguments, said in (([], True), (["--segments"], False), (["--quiet"], False)):
        result = perplexity(models["bpe"], "--text", "他们说好看", "--per", "word", *arguments)
        assert ("--segments" in result.stderr) == said


def test_that_lines_are_remembered_is_said(models: dict[str, Path], lines: Path) -> None:
    said = "the model remembers earlier lines"
    document, of_lines = models["bpe"], models["words"]
    assert perplexity(document, lines, "--per", "word").stderr.count(said) == 1
    for arguments in (["--lines"], ["--stream"], ["--quiet"]):
        assert said not in perplexity(document, lines, "--per", "word", *arguments).stderr
    assert said not in perplexity(of_lines, lines, "--per", "word").stderr
    assert said not in perplexity(document, "--text", "the cat", "--per", "word").stderr


def test_an_error_in_the_second_file_comes_before_the_first_row(model: Path, lines: Path) -> None:
    result = perplexity(model, lines, "no/such.txt", "--per", "line")
    assert (result.exit_code, result.stdout) == (3, "")


def test_a_pipe_is_answered_line_by_line(model: Path) -> None:
    script = command(model, "--per", "line")
    with started(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as run:
        assert run.stdin is not None and run.stdout is not None
        guard = threading.Timer(60, run.kill)
        guard.start()
        for text in ("the cat sat", "", "好看"):
            run.stdin.write(text.encode() + b"\n")
            run.stdin.flush()
            assert run.stdout.readline().decode().startswith(f"{text}\t")
        run.stdin.write(b"no line end")
        run.stdin.close()
        assert run.stdout.read().count(b"\n") == 1
        assert run.wait() == 0
        guard.cancel()


def test_a_reader_that_leaves_ends_the_program_quietly(model: Path) -> None:
    scored = " ".join(command(model, "--per", "word", "--stream"))
    script = f"yes 'the cat' | {scored} | head -n 3; echo ${{PIPESTATUS[1]}}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 4 and run.stdout.splitlines()[-1] == "0"


def test_a_terminal_gets_a_table(models: dict[str, Path], lines: Path) -> None:
    ours, theirs = pty.openpty()
    script = command(models["words"], str(lines), "--per", "word", "-q")
    with started(script, stdout=theirs, env=ENVIRONMENT) as run:
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    table = shown.decode().splitlines()
    assert run.returncode == 0
    assert table[0].split() == ["line", "bits", "entropy", "text"]
    assert len(table) == 1 + sum(len(text.split()) + 1 for text in TEXTS)
    assert [line.split()[-1] for line in table[1:5]] == ["the", "cat", "sat", "</s>"]


@pytest.mark.parametrize("per", [[], ["--per", "word"]])
def test_scoring_imports_no_more_than_it_needs(model: Path, per: list[str]) -> None:
    code = f"""
import sys
from lstmcli.cli.app import app
try:
    app(["perplexity", "-m", {str(model)!r}, "--text", "the cat", "--format", "csv", *{per!r}])
except SystemExit as end:
    assert not end.code
heavy = ("torch", "onnx", "datasets", "pandas", "rich.console", "scipy", "pydantic")
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT, timeout=120
    )
    assert run.stderr == "[]\n"


def test_both_engines_agree(model: Path, lines: Path) -> None:
    onnx, torch = (rows(model, "line", lines, "--engine", engine) for engine in ("onnx", "torch"))
    assert [row["surprisal"] for row in onnx] == pytest.approx([row["surprisal"] for row in torch], abs=1e-3)


@pytest.mark.parametrize("option", [["--cache", "50"], ["--adapt", "--adapt-rate", "0.01"]])
def test_adapting_shows_the_figures_without_and_with_it(models: dict[str, Path], option: list[str]) -> None:
    text = "the cat sat\n" * 8
    found = figures(models["words"], "--text", text, *option)
    plain = figures(models["words"], "--text", text, "--stream")
    assert found["before"]["nats"] == pytest.approx(plain["nats"], rel=1e-5)
    assert found["perplexity"] < found["before"]["perplexity"] and found["method"]
    (row,) = csv.DictReader(io.StringIO(perplexity(models["words"], "--text", text, *option, "--format", "csv").stdout))
    assert float(row["before_perplexity"]) == pytest.approx(plain["perplexity"], rel=1e-5)
    assert "without)" in perplexity(models["words"], "--text", text, *option, "--format", "table").stdout


@pytest.mark.parametrize("option", [["--cache", "50"], ["--adapt", "--adapt-rate", "0.01"]])
@pytest.mark.parametrize("per", ["line", "word", "token", "char"])
def test_rows_have_what_they_were_without_adapting(models: dict[str, Path], option: list[str], per: str) -> None:
    text = "the cat sat\n" * 4
    found = rows(models["bpe"], per, "--text", text, *option)
    columns = ["text", "surprisal", "entropy", "line", "tokens", "oov", "before_surprisal", "before_entropy"]
    assert all(list(row) == ["version", *columns] for row in found)
    plain = rows(models["bpe"], per, "--text", text, "--stream")
    assert [row["before_surprisal"] for row in found] == pytest.approx([row["surprisal"] for row in plain], abs=1e-3)
    whole = figures(models["bpe"], "--text", text, *option)
    for name, report in (("surprisal", whole), ("before_surprisal", whole["before"])):
        assert sum(row[name] for row in found) == pytest.approx(report["nats"] / math.log(2), rel=1e-4)
    flat = perplexity(models["bpe"], "--per", per, "--text", text, *option, "--format", "csv").stdout
    table = list(csv.DictReader(io.StringIO(flat)))
    assert list(table[0]) == columns and len(table) == len(found)
    tsv = perplexity(models["bpe"], "--per", per, "--text", text, *option).stdout.splitlines()
    assert [line.split("\t")[6] for line in tsv] == [row["before_surprisal"] for row in table]
    shown = perplexity(models["bpe"], "--per", per, "--text", text, *option, "--format", "table").stdout
    assert shown.splitlines()[0].split() == ["line", "bits", "before", "entropy", "text"]
