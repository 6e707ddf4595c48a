"""Names that other tools use: each points to a command or an option of ours that exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from lstmcli.cli import foreign_names
from lstmcli.cli.app import COMMANDS, app


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(app)
    return {name: group.get_command(None, name) for name in COMMANDS}


def said(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    with pytest.raises(SystemExit) as ended:
        app(list(args))
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[0]


def test_every_command_of_the_table_exists(commands: dict[str, Any]) -> None:
    for foreign, ours in foreign_names.equivalents("commands").items():
        assert foreign == foreign_names.bare(foreign)
        assert foreign not in COMMANDS
        for one in ours:
            name, *options = one.split()
            assert set(options) <= set(foreign_names.names(commands[name])), foreign


def test_every_option_of_the_table_exists(commands: dict[str, Any]) -> None:
    every = {name for one in commands.values() for name in foreign_names.names(one)}
    for foreign, ours in foreign_names.equivalents("options").items():
        assert foreign == foreign_names.bare(foreign)
        assert {one.split()[0] for one in ours} <= every, foreign
        assert foreign_names.option(f"--{foreign}", commands["train"], commands), foreign


def test_no_foreign_name_is_listed_twice() -> None:
    lines = Path(foreign_names.__file__).with_suffix(".ini").read_text(encoding="utf-8").split("[")
    for section in lines[1:]:
        names = [name for line in section.splitlines() if " = " in line for name in line.split(" = ")[0].split()]
        assert len(names) == len(set(names))


def test_what_is_offered_exists_on_the_command_it_is_offered_for(commands: dict[str, Any]) -> None:
    for name, one in commands.items():
        for foreign in foreign_names.equivalents("options"):
            for target in foreign_names.targets(f"--{foreign}", one):
                assert target.split()[0] in foreign_names.names(one), (name, foreign)
            assert foreign_names.option(f"--{foreign}", one, commands)


TYPED = """
--lr --epoch --out --input --batch --bs --dim --wordNgrams -lr -epoch --data --model_dir --num_epochs --max_len
--dropout --n_layers --rnn_size --num_layers --gpu --cuda --fp16 --random_state --test_size --max_features --temp
--length --primetext --start_text --save_every --checkpoint --output_dir --per_device_train_batch_size
--validation_file -output -minCount --batchSize
"""
VERBS = "predict evaluate test eval score sample fit supervised lmplz query init debug"


@pytest.mark.parametrize("name", TYPED.split())
def test_foreign_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys, "train", "a.txt", name, "3")
    assert first.startswith(f"error: no such option: {name}; ")
    assert "; use " in first or "`lstm " in first


@pytest.mark.parametrize("name", VERBS.split())
def test_foreign_commands(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "; use `lstm " in said(capsys, name, "x")


def test_sentences_name_commands_and_options_that_exist(commands: dict[str, Any]) -> None:
    for kind in ("commands", "options"):
        for foreign, sentence in foreign_names.without_equivalent(kind).items():
            assert foreign == foreign_names.bare(foreign)
            for quoted in re.findall("`([^`]*)`", sentence):
                program, name, *options = quoted.split()
                if name in ("--version", "--help"):
                    continue
                assert program == "lstm" and {one for one in options if one[0] == "-"} <= set(
                    foreign_names.names(commands[name])
                ), sentence
            assert "--" not in re.sub("`[^`]*`", "", sentence), sentence
        assert foreign_names.without_equivalent(kind).keys().isdisjoint(foreign_names.equivalents(kind))


@pytest.mark.parametrize(
    ("typed", "true"),
    [
        (["train", "a.txt", "--lower"], "lower-cased unless `lstm train --keep-case`"),
        (["train", "a.txt", "--tied"], "share their weights unless `lstm train --untied`"),
        (["train", "a.txt", "--fp16"], "fp16 is not supported; `lstm train --precision bf16`"),
        (["train", "a.txt", "-minn", "3"], "subword lengths are fixed"),
        (["classify", "--lowercase"], "lower-cased unless `lstm train --keep-case`"),
        (["quantize", "m"], "`lstm classify --engine int8`"),
        (["convert", "m"], "use `lstm export`"),
        (["version"], "`lstm --version`"),
        (["classify", "--topk", "3"], "use --top"),
        (["finetune", "m"], "a finished model cannot be trained further"),
        (["autotune"], "use `lstm tune`"),
        (["nn"], "use `lstm neighbours`"),
    ],
)
def test_what_is_not_there_is_not_promised(typed: list[str], true: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys, *typed)
    assert true in first


def test_what_a_sentence_denies_is_no_option(commands: dict[str, Any]) -> None:
    every = {
        foreign_names.bare(name) for one in commands.values() for name in foreign_names.names(one) if name[:2] == "--"
    }
    assert every.isdisjoint(foreign_names.without_equivalent("options"))
    assert set(COMMANDS).isdisjoint(foreign_names.without_equivalent("commands"))


def test_an_option_of_another_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "classify", "--epochs", "3").endswith("`lstm train` has --epochs")


def test_an_option_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--lr", "3", "train").endswith("`lstm train` has --learning-rate")


def test_a_near_miss_is_still_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean --epochs" in said(capsys, "train", "a.txt", "--epchs", "3")


def test_a_file_where_a_command_belongs(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    assert "put a command before the file name" in said(capsys, str(tmp_path))


def test_a_value_with_a_dash_is_a_value(commands: dict[str, Any]) -> None:
    assert foreign_names.one_dash(["--text", "-model"], commands["classify"]) == ""
    assert foreign_names.one_dash(["--", "-model"], commands["classify"]) == ""
    assert foreign_names.one_dash(["-q", "-model"], commands["classify"]) == "-model"


def test_a_long_wrong_number_is_quoted_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(capsys, "train", "a.txt", "--hidden", "9" * 5000)) < 200


@pytest.mark.parametrize("command", ["classify", "perplexity", "translate"])
def test_the_folder_of_answers_is_no_file(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "looks like a file" in said(capsys, command, "a.txt", "-o", "answers.tsv")
    assert "use --output" in said(capsys, command, "--output-file", "f")


@pytest.mark.parametrize("command", ["generate"])
@pytest.mark.parametrize("name", ["--output", "-o", "--out", "--output-file"])
def test_results_are_written_to_a_file_by_the_shell(
    command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "end the command with > FILE" in said(capsys, command, name, "f")


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("train b.txt --cutoffs 2000", "use --softmax adaptive"),
        ("translate --beam-size 5", "use --beam"),
        ("translate --beams 5", "use --beam"),
        ("generate --beam 5", "use --beams"),
        ("translate --nbest 5", "use -n"),
        ("translate --lenpen 1", "use --length-penalty"),
        ("translate --src a.txt", "use the argument FILE"),
        ("translate -src a.txt", "use the argument FILE"),
        ("train --src-file a.de --target-file a.en", "use --source-file"),
        ("train a.de --tgt a.en", "use --target-file"),
        ("train a.csv --src-lang de", "use --text-column"),
        ("train a.csv --target-lang en", "use --target-column"),
        ("train a.de --valid_tgt v.en", "use --valid-target"),
        ("demo --output d", "use the argument DIR"),
        ("onmt_translate", "use `lstm translate`"),
        ("fairseq-generate", "use `lstm translate`"),
        ("joeynmt", "use `lstm train` or `lstm translate`"),
        ("sacrebleu", "reports BLEU"),
    ],
)
def test_names_of_translation_tools(typed: str, ours: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ours in said(capsys, *typed.split())
