"""Every command's JSON is what its schema in the package says, in one document and in lines."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import ValidationError, validate
from typer.testing import CliRunner

from lstmcli.cli.app import COMMANDS, app
from lstmcli.cli.output.experiment.tables import EXPERIMENT
from lstmcli.cli.output.writer import as_json
from support.lm_models import LINES, untrained_lm
from support.models import LABELS, TEXTS, untrained_model
from support.raced import raced
from support.schemas import FOLDER, conforms, schema

WITHOUT_JSON = {"demo", "serve"}
OUTPUTS: list[tuple[str, ...]] = [
    ("classify", "-m", "cls", "plain.txt"),
    ("classify", "-m", "cls", "plain.txt", "--top", "2", "--threshold", "1"),
    ("classify", "-m", "many", "plain.txt", "--threshold", "0.2"),
    ("classify", "-m", "cls", "test.csv", "--text-column", "text", "--keep-columns"),
    ("classify", "-m", "cls", "test.csv", "--report"),
    ("compare", "cls", "again", "--on", "test.csv", "--no-cold-start"),
    ("compare", "lm", "bpe", "--on", "lines.txt"),
    ("generate", "-m", "lm", "the", "-n", "2", "--max-tokens", "3"),
    ("generate", "-m", "lm", "the", "--beams", "2", "--max-tokens", "3"),
    ("generate", "-m", "lm", "the", "--max-tokens", "3", "--show-alternatives", "2"),
    ("generate", "-m", "lm", "--file", "test.csv", "--text-column", "text", "--keep-columns", "--max-tokens", "2"),
    ("inspect", "-m", "cls", "a fine film"),
    ("inspect", "-m", "cls", "a fine film", "--why"),
    ("inspect", "-m", "cls", "--file", "plain.txt", "--unit", "2", "--top-units", "1"),
    ("inspect", "-m", "lm", "--file", "lines.txt", "--layer", "all"),
    ("inspect", "-m", "cls", "--file", "test.csv", "--text-column", "text", "--keep-columns"),
    ("neighbours", "funny", "-m", "cls"),
    ("perplexity", "-m", "lm", "lines.txt"),
    ("perplexity", "-m", "lm", "lines.txt", "--cache", "5"),
    ("perplexity", "-m", "bpe", "lines.txt", "--per", "char"),
    ("perplexity", "-m", "lm", "lines.txt", "plain.txt", "--per", "word"),
    ("perplexity", "-m", "lm", "lines.txt", "--per", "line", "--cache", "5"),
    ("perplexity", "-m", "lm", "test.csv", "--text-column", "text", "--per", "token", "--keep-columns"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("schemas")
    untrained_model(found / "cls")
    untrained_model(found / "again")
    untrained_model(found / "many", multilabel=True)
    untrained_lm(found / "lm")
    untrained_lm(found / "bpe", "bpe")
    (found / "plain.txt").write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    (found / "lines.txt").write_text("\n".join(LINES) + "\n", encoding="utf-8")
    rows = "".join(f'{n},"{text}",{LABELS[n % 3]},v{n}\n' for n, text in enumerate(TEXTS * 2))
    (found / "test.csv").write_text("id,text,label,version\n" + rows, encoding="utf-8")
    return found


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_every_command_that_writes_json_has_a_schema() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(COMMANDS) - WITHOUT_JSON


@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_output_conforms_in_a_document_and_in_lines(arguments: tuple[str, ...]) -> None:
    command, kept = arguments[0], "--keep-columns" in arguments
    more = ("--seed", "1") if command == "generate" and "--beams" not in arguments else ()
    (whole,) = conforms(command, run(*arguments, *more, "--format", "json"), kept=kept)
    lines = conforms(command, run(*arguments, *more, "--format", "jsonl"), lines=True, kept=kept)
    each = whole if isinstance(whole, list) else [whole]
    assert [list(found) for found in lines] == [list(found) for found in each]
    if kept:
        assert {"v0", "v1"} < {found["original_version"] for found in lines}


@pytest.mark.parametrize("model", ["cls", "many", "lm"])
def test_info_conforms(model: str) -> None:
    conforms("info", run("info", model, "--format", "json"))


@pytest.mark.parametrize("source", ["sample:topics", "sample:stories"])
def test_what_train_would_do_conforms(source: str) -> None:
    conforms("train", run("train", source, "--dry-run", "-q", "--format", "json"))


@pytest.mark.parametrize("task", ["classify", "lm"])
def test_architectures_conform_though_figures_are_not_finite(task: str) -> None:
    result = raced(task)
    broken = replace(result.runs[0], scores={"accuracy": math.inf}, seconds=math.nan)
    for runs in (result.runs, (broken,)):
        conforms("compare", as_json(replace(result, runs=runs), EXPERIMENT))


def test_a_schema_refuses_what_a_command_does_not_write() -> None:
    found = json.loads(run("classify", "-m", "cls", "--text", "x", "--format", "jsonl"))
    for name in found:
        for wrong in ({key: value for key, value in found.items() if key != name}, {**found, name: [[]]}):
            with pytest.raises(ValidationError):
                validate(wrong, schema("classify"))
    with pytest.raises(AssertionError, match="other"):
        conforms("classify", json.dumps({**found, "other": 1}))
