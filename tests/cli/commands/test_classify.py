"""``lstm classify`` on a real, untrained model: arguments, files, pipes and terminals give the same answers."""

from __future__ import annotations

import csv
import io
import json
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
from support.models import LABELS, untrained_model

TEXTS = ["a fine film", "", "dull, dull", "这部电影很好看", "   ", "fun"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "60"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("cli") / "model")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "new.txt"
    path.write_text("".join(text + "\n" for text in TEXTS), encoding="utf-8")
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "test.csv"
    rows = [
        ["id", "text", "label"],
        *([str(i), text, LABELS[i % 3]] for i, text in enumerate(TEXTS * 3) if text.strip()),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def classify(model: Path, *arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(app, ["classify", "-m", str(model), *map(str, arguments)], **more)


def command(model: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "lstmcli", "classify", "-m", str(model), *arguments]


def test_argument_file_and_pipe_give_the_same_answers(model: Path, lines: Path) -> None:
    texts = [part for text in TEXTS for part in ("--text", text)]
    by_option = classify(model, *texts)
    assert by_option.exit_code == 0
    assert len(by_option.stdout.splitlines()) == len(TEXTS)
    assert classify(model, lines).stdout == by_option.stdout
    piped = subprocess.run(command(model), input=lines.read_bytes(), capture_output=True, env=ENVIRONMENT, timeout=120)
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert piped.stdout.decode() == by_option.stdout
    with lines.open("rb") as file:
        redirected = subprocess.run(command(model, "-"), stdin=file, capture_output=True, env=ENVIRONMENT, timeout=120)
    assert redirected.stdout.decode() == by_option.stdout


def test_texts_come_before_files_and_files_in_order(model: Path, lines: Path) -> None:
    found = classify(model, lines, lines, "--text", "first", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["text"] for line in found] == ["first", *TEXTS, *TEXTS]


@pytest.mark.parametrize("format", ["csv", "jsonl", "json"])
def test_formats_hold_the_same_answers(model: Path, lines: Path, format: str) -> None:
    found = classify(model, lines, "--format", format).stdout
    rows: list[dict[str, Any]]
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(found, newline="")))
    else:
        rows = json.loads(found) if format == "json" else [json.loads(line) for line in found.splitlines()]
        assert all(abs(sum(row["probabilities"].values()) - 1) < 1e-6 for row in rows)
    assert [row["text"] for row in rows] == TEXTS
    assert {row["label"] for row in rows} <= set(LABELS)


def test_top_and_threshold(model: Path) -> None:
    row = json.loads(classify(model, "--text", "fun", "--top", 2, "--format", "jsonl").stdout)
    assert len(row["probabilities"]) == 2
    row = json.loads(classify(model, "--text", "fun", "--threshold", 1, "--format", "jsonl").stdout)
    assert row["label"] is None and 0 < row["probability"] < 1


def test_json_of_many_labels_has_the_best_and_says_how_many_it_leaves_out(
    model: Path, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstmcli.cli.options.classification.SHOWN", 2)
    found = classify(model, lines, "--format", "jsonl")
    assert f"2 most probable of {len(LABELS)} labels" in found.stderr and "--top all" in found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert all((len(row["probabilities"]), row["left_out"]) == (2, len(LABELS) - 2) for row in rows)
    everything = classify(model, lines, "--format", "jsonl", "--top", "all")
    rows = [json.loads(line) for line in everything.stdout.splitlines()]
    assert all(len(row["probabilities"]) == len(LABELS) and "left_out" not in row for row in rows)
    assert "--top" not in everything.stderr
    tsv = classify(model, lines, "--top", "all").stdout.splitlines()
    assert all(len(line.split("\t")) == 2 * len(LABELS) for line in tsv)


def test_a_report_counts_what_reaches_the_threshold(model: Path, labelled: Path) -> None:
    shown = classify(model, labelled, "--report", "--threshold", "1")
    assert "0 of" in shown.stdout and "none reaches the threshold 1" in shown.stdout
    found = json.loads(classify(model, labelled, "--report", "--threshold", "0", "--format", "json").stdout)
    assert found["answered"] == found["n"] and found["accuracy_answered"] == found["accuracy"]
    assert found["risk_coverage"][0]["error"] == pytest.approx(1 - found["accuracy"])


def test_a_threshold_is_chosen_on_validation(model: Path, labelled: Path) -> None:
    found = classify(model, labelled, "--abstain", "50%", "--report", "--format", "json")
    assert found.exit_code == 0, found.stderr
    assert "--abstain: threshold 0." in found.stderr
    assert 0 < json.loads(found.stdout)["threshold"] < 1
    assert "contradict" in classify(model, labelled, "--abstain", "5%", "--threshold", "0.5").stderr


def test_novelty_in_every_format(model: Path) -> None:
    given = ("--text", "zebra quux", "--novelty", "--format")
    assert 0 <= json.loads(classify(model, *given, "jsonl").stdout)["novelty"] <= 1
    (row,) = csv.DictReader(io.StringIO(classify(model, *given, "csv").stdout))
    assert list(row) == ["label", "probability", "novelty", "text"] and 0 <= float(row["novelty"]) <= 1
    assert len(classify(model, *given, "tsv").stdout.split("\t")) == 3
    assert classify(model, *given, "table").stdout.splitlines()[0].split() == ["label", "prob.", "novelty", "text"]
    refused = classify(model, "--text", "zebra quux", "--max-novelty", "0", "--format", "jsonl")
    assert json.loads(refused.stdout)["label"] is None
    assert "--novelty and --report" in classify(model, "x", "--novelty", "--report").stderr


def test_what_to_label_next(model: Path, lines: Path) -> None:
    rows = [
        json.loads(row) for row in classify(model, lines, "--uncertain", "2", "--format", "jsonl").stdout.splitlines()
    ]
    every = [json.loads(row) for row in classify(model, lines, "--format", "jsonl").stdout.splitlines()]
    margins = {r["text"]: -sum(p if n else -p for n, p in enumerate([*r["probabilities"].values()][:2])) for r in every}
    assert [row["text"] for row in rows] == sorted(margins, key=lambda text: margins[text])[:2]
    plain = classify(model, lines, "--uncertain", "2", "--format", "tsv").stdout.splitlines()
    assert [row.split("\t")[2] for row in plain] == [row["text"] for row in rows]  # not in the order of the input
    assert "uncertain must be at least 1" in classify(model, lines, "--uncertain", "0").stderr


def test_columns_are_kept(model: Path, labelled: Path) -> None:
    found = classify(model, labelled, "--keep-columns", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(found)))
    with labelled.open(encoding="utf-8", newline="") as file:
        original = list(csv.DictReader(file))
    assert [(r["id"], r["text"], r["original_label"]) for r in rows] == [
        (r["id"], r["text"], r["label"]) for r in original
    ]


def test_a_report_as_tables_and_as_json(model: Path, labelled: Path) -> None:
    result = classify(model, labelled, "--report")
    assert result.exit_code == 0, result.stderr
    for part in ("accuracy", "macro average", "weighted average", "so so", "calibration error", "confusion matrix"):
        assert part in result.stdout
    found = json.loads(classify(model, labelled, "--report", "--format", "json").stdout)
    assert {"accuracy", "macro_f1", "classes", "confusion", "ece"} <= set(found)
    assert sum(map(sum, found["confusion"])) == found["n"]
    assert {"label", "precision", "recall", "f1", "support"} <= set(found["classes"][0])
    rows = classify(model, labelled, "--report", "--format", "tsv").stdout.splitlines()
    assert rows[0] == "label\tprecision\trecall\tf1\tsupport" and len(rows) == 1 + len(LABELS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["no/such.txt"], 3, "no/such.txt"),
        (["-", "-"], 2, "once"),
        (["--report"], 3, ""),
        (["--text", "x", "--report"], 2, "labelled text"),
        (["x", "--report", "--top", "2"], 2, "--top"),
        (["x", "--top", "most"], 2, "--top must be a number or all"),
        (["--text", "x", "--engine", "tflite"], 2, "onnx, int8, torch"),
        (["--text", "x", "--engine", "onnx", "--device", "cuda"], 2, "--engine torch"),
    ],
)
def test_what_cannot_be_done_is_said(model: Path, arguments: list[str], code: int, said: str) -> None:
    result = classify(model, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("error: ") and said in result.stderr


def test_the_model_can_come_from_the_environment(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_MODEL", str(model))
    assert CliRunner().invoke(app, ["classify", "--text", "fun"]).exit_code == 0


def test_an_error_in_the_second_file_comes_before_the_first_answer(model: Path, lines: Path) -> None:
    result = classify(model, lines, "no/such.txt")
    assert (result.exit_code, result.stdout) == (3, "")


def test_a_pipe_is_answered_line_by_line(model: Path) -> None:
    with started(command(model), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as run:
        assert run.stdin is not None and run.stdout is not None
        guard = threading.Timer(60, run.kill)
        guard.start()
        for text in ("a fine film", "", "好看"):
            run.stdin.write(text.encode() + b"\n")
            run.stdin.flush()
            assert run.stdout.readline().count(b"\t") == 1
        run.stdin.write(b"no line end")
        run.stdin.close()
        assert run.stdout.read().count(b"\n") == 1
        assert run.wait() == 0
        guard.cancel()


def test_a_reader_that_leaves_ends_the_program_quietly(model: Path) -> None:
    script = f"yes 'a fine film' | {' '.join(command(model))} | head -n 3; echo ${{PIPESTATUS[1]}}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 4 and run.stdout.splitlines()[-1] == "0"


def test_ctrl_c_while_waiting_for_a_pipe(model: Path) -> None:
    import signal

    with started(
        command(model), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as run:
        assert run.stdin is not None and run.stdout is not None and run.stderr is not None
        run.stdin.write(b"fun\n")
        run.stdin.flush()
        assert run.stdout.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130
        assert run.stderr.read() == b"interrupted\n"


def test_a_terminal_without_input_is_told_what_to_do(model: Path) -> None:
    ours, theirs = pty.openpty()
    run = subprocess.run(command(model), stdin=theirs, capture_output=True, text=True, env=ENVIRONMENT, timeout=120)
    os.close(ours), os.close(theirs)
    assert run.returncode == 2 and run.stdout == ""
    assert "no input" in run.stderr and "--text" in run.stderr


def test_a_terminal_gets_a_table(model: Path, lines: Path) -> None:
    ours, theirs = pty.openpty()
    with started(command(model, str(lines)), stdout=theirs, env=ENVIRONMENT) as run:
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
    assert table[0].split() == ["label", "prob.", "text"] and len(table) == 1 + len(TEXTS)
    assert table[4].endswith("这部电影很好看")


@pytest.mark.parametrize("name", ["cp1252", "gbk", "ascii"])
def test_output_survives_any_encoding(model: Path, name: str) -> None:
    run = subprocess.run(
        command(model, "--text", "naïve 电影 😀", "--format", "jsonl"),
        capture_output=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": name, "PYTHONUTF8": "0"},
        timeout=120,
    )
    assert run.returncode == 0
    assert json.loads(run.stdout.decode(name))["text"] == "naïve 电影 😀"


def test_classifying_imports_no_more_than_it_needs(model: Path) -> None:
    code = f"""
import sys
from lstmcli.cli.app import app
try:
    app(["classify", "-m", {str(model)!r}, "--text", "fun", "--top", "2", "--format", "csv"])
except SystemExit as end:
    assert not end.code
found = [name for name in ("torch", "datasets", "pandas", "rich.console", "scipy", "pydantic") if name in sys.modules]
print(found, file=sys.stderr)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT, timeout=120
    )
    assert run.stderr == "[]\n"


def test_both_engines_agree(model: Path, lines: Path) -> None:
    onnx, torch = (
        [
            json.loads(line)
            for line in classify(model, lines, "--engine", engine, "--format", "jsonl").stdout.splitlines()
        ]
        for engine in ("onnx", "torch")
    )
    assert len(onnx) == len(torch) == len(TEXTS)
    for a, b in zip(onnx, torch, strict=True):
        assert a["probabilities"] == pytest.approx(b["probabilities"], abs=1e-4)


def test_text_that_the_model_does_not_know_is_told_of(model: Path) -> None:
    foreign = "det var en mørk og stormfuld aften i den lille havneby hvor alle sov undtagen den gamle mand ved vinduet"
    told = classify(model, "--text", foreign).stderr
    assert told.startswith("warning: 95 % of the tokens are unknown to the model")
    assert "unknown" not in classify(model, "--text", "a fine film " * 10).stderr
