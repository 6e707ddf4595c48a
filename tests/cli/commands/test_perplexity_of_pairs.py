"""``lstm perplexity`` with a translator: pairs from tables, two files, options and pipes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from support.lm_models import untrained_lm
from support.translators import tiny_translator


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_translator(tmp_path_factory.mktemp("tiny") / "model"))


def lstm(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["perplexity", *arguments], input=stdin)


def test_pairs_of_every_form_have_the_same_score(model: str, tmp_path: Path) -> None:
    forms = {"pairs.csv": "source,target\nabc,cba\nfe,ef\n", "pairs.tsv": "abc\tcba\nfe\tef\n", "a": "abc\nfe\n"}
    for name, text in (forms | {"b": "cba\nef\n"}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    given: list[tuple[list[str], str | None]] = [
        ([str(tmp_path / "pairs.csv")], None),
        ([str(tmp_path / "pairs.tsv")], None),
        ([str(tmp_path / "a"), "--target-file", str(tmp_path / "b")], None),
        (["--text", "abc", "--target", "cba", "--text", "fe", "--target", "ef"], None),
        ([], "abc\tcba\nfe\tef\n"),
        ([], "source,target\nabc,cba\nfe,ef\n"),
    ]
    found = [lstm("-m", model, *arguments, "--format", "json", stdin=stdin) for arguments, stdin in given]
    assert {each.exit_code for each in found} == {0}, [each.stderr for each in found]
    reports = [json.loads(each.stdout) for each in found]
    assert reports[0]["lines"] == 2 and reports[0]["reading"] == "pairs" and all(r == reports[0] for r in reports)


def test_tables_have_a_row_for_each_unit_and_keep_columns(model: str, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("id,source,target\n7,abc,cba\n8,fe,ef\n", encoding="utf-8")
    file = str(tmp_path / "pairs.csv")
    rows = list(csv.DictReader(io.StringIO(lstm("-m", model, file, "--per", "line", "--format", "csv").stdout)))
    assert [row["text"] for row in rows] == ["cba", "ef"]
    kept = list(
        csv.DictReader(io.StringIO(lstm("-m", model, file, "--per=token", "--keep-columns", "--format=csv").stdout))
    )
    assert [(row["id"], row["source"], row["text"]) for row in kept[:4]] == [("7", "abc", t) for t in (*"cba", "</s>")]
    totals = sum(float(row["surprisal"]) for row in kept[:4])
    assert totals == pytest.approx(float(rows[0]["surprisal"]), abs=1e-4)
    table = lstm("-m", model, file, "--per", "word", "--format", "table").stdout
    assert "cba" in table and "bits" in table
    assert "each given its source" in lstm("-m", model, file, "--format", "table").stdout


def test_one_pair_from_a_pipe_is_scored(model: str) -> None:
    found = lstm("-m", model, "--per", "line", stdin="abc\tcba\n")
    assert found.exit_code == 0 and found.stdout.startswith("cba\t")


def test_an_empty_side_is_said_and_keeps_its_row(model: str) -> None:
    found = lstm("-m", model, "--per", "line", stdin="abc\t\n\tdef\nab\tba\n")
    assert [line.split("\t")[0] for line in found.stdout.splitlines()] == ["", "def", "ba"]
    assert "2 pairs have an empty side" in found.stderr and "line 1" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["a"], 3, "no pairs of texts found"),
        (["a", "b"], 2, "lstm perplexity a --target-file b"),
        (["a", "--target-file", "longer"], 3, "longer, line 3: there is no such line in a"),
        (["longer", "--target-file", "a"], 3, "longer, line 3: there is no such line in a"),
        (["--text", "abc"], 2, "--text is given 1 times and --target 0 times"),
        (["a", "--text", "abc", "--target", "x"], 2, "contradict a file"),
        (["--target-file", "b"], 2, "--target-file needs one file of sources"),
        (["pairs.csv", "--cache", "10"], 2, "--cache does not apply to translators"),
        (["pairs.csv", "--stream"], 2, "--stream does not apply to translators"),
        (["pairs.csv", "--target-column", "x"], 3, "'x'"),
        (["pairs.csv", "--per", "text"], 2, "--per"),
        (["none.csv"], 3, "none.csv"),
    ],
)
def test_mistakes_are_explained(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "a": "abc\nfe\n",
        "b": "cba\nef\n",
        "longer": "a\nb\nc\n",
        "pairs.csv": "source,target\na,b\n",
    }.items():
        Path(name).write_text(text, encoding="utf-8")
    found = lstm("-m", model, *arguments)
    assert found.exit_code == code and message in found.stderr, found.stderr


def test_options_of_pairs_are_refused_for_language_models(tmp_path: Path) -> None:
    sound_lm = untrained_lm(tmp_path / "lm")
    (tmp_path / "a").write_text("abc\n", encoding="utf-8")
    found = lstm("-m", str(sound_lm), str(tmp_path / "a"), "--target-file", str(tmp_path / "a"))
    assert found.exit_code == 2 and "--target-file does not apply to language models" in found.stderr


def test_a_translator_in_the_default_place_is_found(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lstm-model").mkdir()
    Path("lstm-model/translator").symlink_to(model, target_is_directory=True)
    assert lstm("--text", "abc", "--target", "cba").exit_code == 0
