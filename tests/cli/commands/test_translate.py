"""``lstm translate``: a line in, a line out, in every format."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from lstmcli.safe_path import child_environment
from processes import started
from support.translators import backwards, reversing_translator


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(reversing_translator(tmp_path_factory.mktemp("reversing") / "model"))


def lstm(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin)


def test_a_line_in_is_a_line_out(model: str, tmp_path: Path) -> None:
    found = lstm("translate", "-m", model, stdin="abc\n\nfed\n")
    assert (found.exit_code, found.stdout, found.stderr) == (0, "cba\n\ndef\n", "")
    (tmp_path / "words.txt").write_text("abc\nfa\n", encoding="utf-8")
    assert lstm("translate", "-m", model, str(tmp_path / "words.txt"), "--text", "bad").stdout == "dab\ncba\naf\n"


def test_every_format_has_the_same_translation(model: str) -> None:
    given = ["translate", "-m", model, "--text", "abc"]
    (row,) = csv.DictReader(io.StringIO(lstm(*given, "--format", "csv").stdout))
    assert (row["translation"], row["text"]) == ("cba", "abc")
    one, (other,) = (json.loads(lstm(*given, "--format", kind).stdout) for kind in ("jsonl", "json"))
    assert one == other and one["translation"] == "cba" and one["log_p"] == pytest.approx(float(row["log_p"]), abs=1e-5)
    assert one["version"] == 1 and not one["truncated"] and len(one["candidates"]) == 1
    assert lstm(*given, "--format", "table").stdout == "cba\n"


def test_several_translations_are_in_one_line(model: str) -> None:
    (line,) = lstm("translate", "-m", model, "--text", "abc", "-n", "3").stdout.splitlines()
    cells = line.split("\t")
    assert len(cells) == 6 and cells[0] == "cba" and float(cells[1]) > float(cells[3])
    table = lstm("translate", "-m", model, "--text", "abc", "-n", "2", "--format", "table").stdout.splitlines()
    assert table[0] == "abc" and table[1].startswith("  1.") and table[1].endswith("  cba") and len(table) == 3


def test_attention_is_shown_as_rows_or_as_a_picture(model: str) -> None:
    given = ["translate", "-m", model, "--text", "fab", "--alignment"]
    rows = list(csv.DictReader(io.StringIO(lstm(*given, "--format", "tsv").stdout), delimiter="\t"))
    assert [(row["token"], row["source"], row["place"]) for row in rows[:-1]] == [
        ("b", "b", "3"),
        ("a", "a", "2"),
        ("f", "f", "1"),
    ]
    assert rows[-1]["token"] == "</s>"
    picture = lstm(*given, "--format", "table").stdout.splitlines()
    assert picture[0] == "baf" and picture[1].strip() == "fab<"
    column = {line[0]: line.rstrip()[-1] for line in picture if line[:1] in ("b", "a", "f") and len(line) > 3}
    assert set(column) == {"b", "a", "f"} and set(column.values()) <= set("#%@")
    weights = json.loads(lstm(*given, "--format", "jsonl").stdout)["candidates"][0]["alignment"]["weights"]
    assert [sum(row) for row in weights] == pytest.approx([1, 1, 1, 1], abs=1e-5)


def test_a_table_is_read_as_in_training_and_its_columns_are_kept(model: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,source,target\n7,abc,?\n8,fe,?\n", encoding="utf-8")
    found = lstm("translate", "-m", model, str(tmp_path / "x.csv"), "--keep-columns", "--format", "csv", "-q")
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert [(row["id"], row["translation"]) for row in rows] == [("7", "cba"), ("8", "ef")]


def test_lines_of_a_pipe_are_answered_as_they_come(model: str) -> None:
    command = [sys.executable, "-m", "lstmcli", "translate", "-m", model, "--threads", "1"]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=child_environment()) as run:
        assert run.stdin is not None and run.stdout is not None
        for word in ("abc", "fd"):
            run.stdin.write(word + "\n")
            run.stdin.flush()
            assert run.stdout.readline() == word[::-1] + "\n"
        run.stdin.close()
        assert run.wait(60) == 0


def test_a_command_for_other_models_is_named(model: str, sound: Path) -> None:
    wrong = lstm("translate", "-m", str(sound), "--text", "x")
    assert wrong.exit_code == 4 and "holds a classifier, not a translator" in wrong.stderr
    assert "`lstm classify` reads it" in wrong.stderr
    other = lstm("classify", "-m", model, "--text", "x")
    assert other.exit_code == 4 and "`lstm translate` and `lstm perplexity` read it" in other.stderr
    assert lstm("translate", "-m", model, "--text", "x", "-n", "4", "--beam", "2").exit_code == 2


def test_training_takes_pairs_where_they_are_and_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small = ["--hidden", "8", "--embedding", "4", "--epochs", "1", "--threads", "1", "--device", "cpu", "--force"]
    pairs = backwards(60)
    rows = [",".join(row) for row in zip(pairs["source"], pairs["target"], strict=True)]
    (tmp_path / "pairs.csv").write_text("\n".join(["source,target", *rows]) + "\n", encoding="utf-8")
    found = lstm("train", "pairs.csv", *small)
    assert found.exit_code == 0, found.stderr
    assert "translation from 'target'" in found.stderr and "train 54 pairs; valid 6 pairs" in found.stderr
    assert 'try: echo "…" | lstm translate' in found.stderr and Path("lstm-model/translator").is_dir()
    for side in ("source", "target"):
        (tmp_path / side).write_text("\n".join(pairs[side]) + "\n", encoding="utf-8")
    files = ["--target-file", "target", "--valid", "source", "--valid-target", "target"]
    found = lstm("train", "--source-file", "source", *files, *small, "--format", "json")
    assert found.exit_code == 0, found.stderr
    result = json.loads(found.stdout)
    assert [split["pairs"] for split in result["data"]["splits"]] == [60, 60] and result["valid"]["pairs"] == 60
    misplaced = lstm("train", "pairs.csv", "--attention", "dot", "--task", "lm")
    assert misplaced.exit_code == 2 and "--attention does not apply to a language model" in misplaced.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is nothing to train on"),
        (["--source-file", "a"], "--source-file needs --target-file"),
        (["a", "--source-file", "a", "--target-file", "b"], "SOURCE and --source-file contradict each other"),
    ],
)
def test_both_files_of_pairs_can_be_named_alike(arguments: list[str], message: str) -> None:
    found = lstm("train", *arguments)
    assert found.exit_code == 2 and message in found.stderr


def test_texts_unlike_the_training_data_are_counted(model: str, tmp_path: Path) -> None:
    found = lstm("translate", "-m", model, "--text", "Привет", "--text", "abcdefabcdef")
    assert found.exit_code == 0 and len(found.stdout.splitlines()) == 2
    assert "1 text has letters of a script that no source in training has (Cyrillic; known: Latin" in found.stderr
    assert "1 text is longer than any source in training" in found.stderr
    (tmp_path / "targets.csv").write_text("target\ncba\n", encoding="utf-8")
    refused = lstm("translate", "-m", model, str(tmp_path / "targets.csv"))
    assert refused.exit_code == 3 and "'target' held the translations in training" in refused.stderr
    asked = lstm("translate", "-m", model, str(tmp_path / "targets.csv"), "--text-column", "target")
    assert asked.stdout == "abc\n"


def test_info_shows_the_scores_of_a_translator(model: str) -> None:
    text = " ".join(lstm("info", model).stdout.split())
    assert "on valid BLEU" in text and "chrF" in text and "perplexity" in text and "pairs, greedy)" in text
    assert "scripts" not in text
