"""``lstm generate`` on a real, untrained model: arguments, pipes and a person asking give the same texts."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from processes import started
from support.generate_models import lm_config, untrained_language_model

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "60"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_language_model(tmp_path_factory.mktemp("cli") / "model", int8=True)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No text ends by itself."""
    config = lm_config("byte", "document", embedding=4, hidden=4, layers=1)
    return untrained_language_model(tmp_path_factory.mktemp("cli") / "document", config, spread=0.1, endless=True)


def generate(model: Path, *arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(app, ["generate", "-m", str(model), *map(str, arguments)], **more)


def rows(model: Path, *arguments: object, **more: Any) -> list[dict[str, Any]]:
    result = generate(model, *arguments, "--format", "jsonl", **more)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def command(model: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "lstmcli", "generate", "-m", str(model), *arguments]


def test_argument_and_pipe_give_the_same_text(model: Path) -> None:
    options = ["--seed", "3", "--max-tokens", "12"]
    by_argument = generate(model, "the cat", *options)
    assert by_argument.exit_code == 0 and by_argument.stdout.startswith("the cat")
    assert by_argument.stdout.count("\n") == 1 and by_argument.stderr == ""
    for more in ([], ["-"]):
        for text in (b"the cat\n", b"the cat", b"\xef\xbb\xbfthe cat\r\n", "the cat\n".encode("utf-16")):
            piped = subprocess.run(
                command(model, *more, *options), input=text, capture_output=True, env=ENVIRONMENT, timeout=120
            )
            assert (piped.returncode, piped.stderr) == (0, b"")
            assert piped.stdout.decode() == by_argument.stdout
    assert generate(model, "the", "cat", *options).stdout == by_argument.stdout  # quotes may be forgotten
    assert generate(model, "the cat", *options, "--no-prompt").stdout == by_argument.stdout[len("the cat") :]


def test_only_the_last_line_end_of_a_pipe_is_not_part_of_the_prompt(model: Path) -> None:
    found = rows(model, input="the cat\nsat\n\n")
    assert found[0]["prompt"] == "the cat\nsat\n"


def test_an_empty_prompt_begins_a_text(model: Path) -> None:
    for arguments, given in (([""], None), ([], ""), (["-"], "")):
        assert rows(model, *arguments, "--seed", 1, input=given) == rows(model, "", "--seed", 1)


def test_rows_have_the_fields_that_scripts_rely_on(model: Path) -> None:
    found = rows(model, "the", "-n", 4, "--seed", 9, "--temperature", 1, "--max-tokens", 20)
    assert [row["sample"] for row in found] == [0, 1, 2, 3]
    for row in found:
        assert list(row) == ["version", "prompt", "text", "logprob", "tokens", "finish", "sample", "seed"]
        assert row["prompt"] == "the" and row["seed"] == 9 and row["logprob"] < 0 and 1 <= row["tokens"] <= 20
    assert found == rows(model, "the", "-n", 4, "--seed", 9, "--temperature", 1, "--max-tokens", 20)
    array = generate(model, "the", "-n", 4, "--seed", 9, "--temperature", 1, "--max-tokens", 20, "--format", "json")
    assert json.loads(array.stdout) == found
    text = generate(model, "the", "-n", 4, "--seed", 9, "--temperature", 1, "--max-tokens", 20).stdout
    assert text.splitlines() == ["the" + row["text"] for row in found]


def test_each_line_is_continued_in_order_blank_ones_included(model: Path, document: Path) -> None:
    prompts = ["the", "", "a dog", "垫子", "   "]
    given = "".join(prompt + "\n" for prompt in prompts)
    for folder in (model, document):
        found = rows(folder, "--lines", "--seed", 2, "--max-tokens", 30, input=given)
        assert [row["prompt"] for row in found] == prompts
        assert not any("\n" in row["text"] for row in found)
        lines = generate(folder, "--lines", "--seed", 2, "--max-tokens", 30, input=given).stdout.split("\n")
        if folder is model:
            assert lines == [row["prompt"] + row["text"] for row in found] + [""]
    assert rows(model, "--lines", input="") == []


def test_lines_are_answered_as_they_come(model: Path) -> None:
    with started(
        command(model, "--lines", "--max-tokens", "5"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as run:
        assert run.stdin is not None and run.stdout is not None
        guard = threading.Timer(60, run.kill)
        guard.start()
        for prompt in ("the", "", "a dog"):
            run.stdin.write(prompt.encode() + b"\n")
            run.stdin.flush()
            assert run.stdout.readline().startswith(prompt.encode())
        run.stdin.close()
        assert run.stdout.read() == b"" and run.wait() == 0
        guard.cancel()


def test_text_streams_and_a_reader_that_leaves_ends_it_quietly(document: Path) -> None:
    script = f"{' '.join(command(document, 'the', '--max-tokens', '100000000'))} | head -c 200; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, env=ENVIRONMENT, timeout=60)
    assert run.stderr == b"" and run.stdout.startswith(b"the") and run.stdout.endswith(b"0\n")


def test_ctrl_c_while_text_streams(document: Path) -> None:
    with started(
        command(document, "--max-tokens", "100000000"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as run:
        assert run.stdout is not None and run.stderr is not None
        assert run.stdout.read(50)
        run.send_signal(signal.SIGINT)
        run.stdout.read()
        assert run.wait(30) == 130
        assert run.stderr.read() == b"interrupted\n"


def test_prompts_one_after_the_other(model: Path) -> None:
    asked = generate(model, "--interactive", "--seed", 5, "--max-tokens", 8, input="the\na dog\n")
    assert asked.exit_code == 0
    found = rows(model, "-i", "--seed", 5, "--max-tokens", 8, input="the\na dog\n")
    assert [row["prompt"] for row in found] == ["the", "a dog"]
    assert asked.stdout.splitlines() == [row["text"] for row in found]
    assert found[0]["text"] == rows(model, "the", "--seed", 5, "--max-tokens", 8)[0]["text"]


def test_a_person_is_asked_until_there_is_no_more(model: Path) -> None:
    ours, theirs = pty.openpty()
    with started(
        command(model, "-i", "--max-tokens", "5", "--seed", "1"),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as run:
        os.close(theirs)
        assert run.stdout is not None and run.stderr is not None
        os.write(ours, b"the\n")
        first = run.stdout.readline()
        os.write(ours, b"\x04")
        rest = run.stdout.read()
        assert run.wait(30) == 0
        said = run.stderr.read()
    os.close(ours)
    assert first.decode().rstrip("\n") == rows(model, "the", "--max-tokens", 5, "--seed", 1)[0]["text"]
    assert rest == b"" and said.count(b"> ") == 2


def test_beam_search_gives_the_best_first(model: Path) -> None:
    found = rows(model, "the", "--beams", 6, "--n-best", 3, "--max-tokens", 8)
    assert len(found) == 3 and "seed" not in found[0]
    assert [row["score"] for row in found] == sorted((row["score"] for row in found), reverse=True)
    first = generate(model, "the", "--beams", 6, "--n-best", 3, "--max-tokens", 8).stdout.splitlines()[0]
    assert first == "the" + found[0]["text"]


def test_alternatives_at_every_step(model: Path) -> None:
    (row,) = rows(model, "the", "--show-alternatives", 2, "--max-tokens", 5, "--seed", 1)
    assert len(row["steps"]) == row["tokens"]
    assert all(len(step["alternatives"]) == 2 for step in row["steps"])
    shown = generate(model, "the", "--show-alternatives", 2, "--max-tokens", 5, "--seed", 1).stdout.splitlines()
    assert len(shown) == row["tokens"] + 2 and shown[-1] == "the" + row["text"]
    assert all(line.count("\t") == 5 for line in shown[: row["tokens"]])


def test_stop_strings_may_have_escapes(document: Path) -> None:
    found = rows(document, "-n", 8, "--seed", 1, "--stop", "\\n", "--stop", "\\\\n", "--max-tokens", 300)
    assert any(row["finish"] == "stop" for row in found)
    assert not any("\n" in row["text"] or "\\n" in row["text"] for row in found)


def test_the_model_can_come_from_the_environment(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_MODEL", str(model))
    assert CliRunner().invoke(app, ["generate", "x", "--max-tokens", "2"]).exit_code == 0


def test_engines_agree(model: Path) -> None:
    onnx, torch = (
        rows(model, "the", "-n", 3, "--seed", 4, "--max-tokens", 15, "--engine", engine) for engine in ("onnx", "torch")
    )
    assert [row["text"] for row in onnx] == [row["text"] for row in torch]
    for a, b in zip(onnx, torch, strict=True):
        assert a["logprob"] == pytest.approx(b["logprob"], abs=1e-3)


@pytest.mark.parametrize(
    "arguments", [["the", "-n", "2", "--top-p", "0.9"], ["the", "--format", "jsonl", "--beams", "2"]]
)
@pytest.mark.parametrize("engine", ["auto", "onnx"])
def test_generating_imports_no_more_than_it_needs(model: Path, arguments: list[str], engine: str) -> None:
    arguments = ["generate", "-m", str(model), "--engine", engine, "--max-tokens", "4", *arguments]
    code = f"""
import sys
from lstmcli.cli.app import app
try:
    app({arguments!r})
except SystemExit as end:
    assert not end.code
heavy = ("torch", "onnx", "datasets", "pandas", "pyarrow", "rich.console", "scipy", "pydantic")
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT, timeout=120
    )
    assert run.stderr == "[]\n"


@pytest.mark.parametrize("line", [["--help"], ["x", "--max-tokens", "0"]])
def test_help_and_wrong_options_load_nothing_heavy(line: list[str]) -> None:
    code = f"""
import sys
from lstmcli.cli.app import app
try:
    app(["generate", *{line}])
except SystemExit:
    pass
heavy = ("torch", "onnxruntime", "datasets", "tokenizers", "numpy", "rich")
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT, timeout=120
    )
    assert run.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["cp1252", "gbk", "ascii"])
def test_output_survives_any_encoding(model: Path, name: str) -> None:
    run = subprocess.run(
        command(model, "naïve 电影 😀", "--format", "jsonl", "--max-tokens", "3"),
        capture_output=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": name, "PYTHONUTF8": "0"},
        timeout=120,
    )
    assert run.returncode == 0
    assert json.loads(run.stdout.decode(name))["prompt"] == "naïve 电影 😀"
