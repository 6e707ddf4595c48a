"""Options from a file and from variables."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.cli.commands import compare, neighbours, train
from lstmcli.cli.output.run_config import as_command, as_toml
from lstmcli.cli.typer_classes import is_given
from lstmcli.errors import UsageError

GROUP: Any = typer.main.get_command(app)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, without variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LSTM_")]:
        monkeypatch.delenv(name)


def context(line: str, toml: str = "", command: Any = train) -> Any:
    """The parsed command line, with ``--config`` if there is a file."""
    words = shlex.split(line)
    if toml:
        Path("run.toml").write_text(toml)
        words += ["--config", "run.toml"]
    name = command.__name__.rpartition(".")[2]
    with GROUP.make_context("lstm", [name, *words]) as group:
        return typer.main.get_command(command.app).make_context(name, words, parent=group)


def test_the_command_line_comes_first_then_a_variable_then_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    toml = "epochs = 2\nhidden = 2\nlayers = 2\nseed = 2\n[train]\nseed = 3\nlayers = 3\nhidden = 3\nepochs = 3\n"
    monkeypatch.setenv("LSTM_LAYERS", "4")
    monkeypatch.setenv("LSTM_HIDDEN", "4")
    monkeypatch.setenv("LSTM_TRAIN_HIDDEN", "5")
    ctx = context("data.csv --epochs 6", toml)
    assert [ctx.params[name] for name in ("epochs", "hidden", "layers", "seed")] == [6, 5, 4, 3]
    assert ctx.params["embedding"] == train.MODEL.embedding and not is_given(ctx, "embedding")
    assert all(is_given(ctx, name) for name in ("epochs", "hidden", "layers", "seed"))


def test_every_kind_of_option_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    toml = """
[train]
source = "data.csv"
keep_case = true
header = false
label-column = ["a b", "c"]
text-column = "t"
learning-rate = 1e-2
output = "out"
"""
    params = context("", toml).params
    assert params["source"] == "data.csv" and params["keep_case"] is True and params["header"] is False
    assert params["label_column"] == ["a b", "c"] and params["text_columns"] == ["t"]
    assert params["learning_rate"] == 0.01 and params["output"] == Path("out")
    for name, value in {"KEEP_CASE": "no", "HEADER": "yes", "LABEL_COLUMN": "a b\nc", "EPOCHS": ""}.items():
        monkeypatch.setenv(f"LSTM_TRAIN_{name}", value)
    params = context("data.csv").params
    assert params["keep_case"] is False and params["header"] is True and params["label_column"] == ["a b", "c"]
    assert params["epochs"] == train.TRAIN.epochs


def test_the_variable_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.toml").write_text("top = 3\n")
    monkeypatch.setenv("LSTM_CONFIG", "mine.toml")
    assert context("x", command=neighbours).params["top"] == 3
    assert context("x", "top = 4\n", command=neighbours).params["top"] == 4
    assert context("x --top=5", command=neighbours).params["top"] == 5


def test_the_model_of_the_variable_comes_before_that_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert context("x", 'model = "a"\n', neighbours).params["model"] == "a"
    monkeypatch.setenv("LSTM_MODEL", "b")
    assert context("x", 'model = "a"\n', neighbours).params["model"] is None  # the command reads the variable itself


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("\n[train]\nepoch = 3\n", "line 3: `lstm train` has no option 'epoch'; did you mean epochs?"),
        ("# [train]\n[trian]\nepochs = 3\n", "line 2: there is no command 'trian'; did you mean train?"),
        ("epochs = 1\nepohcs = 3\n", "line 2: there is no option 'epohcs'; did you mean epochs?"),
        ("train.epoch = 3\n", "line 1: `lstm train` has no option 'epoch'"),
        ("[train]\nhidden = [1]\n", "line 2: --hidden takes one value, not a list"),
        ("[train]\nkeep-case = 'yes'\n", "line 2: --keep-case takes true or false, not 'yes'"),
        ("[train]\nepochs = true\n", "line 2: --epochs takes a value, not true"),
        ("source = 'x'\n", "line 1: 'source' is an argument of one command"),
        ("[train]\nconfig = 'x'\n", "line 2: `lstm train` has no option 'config'"),
        ("[train\n", "line 1: is not TOML"),
        ("train = 3\n", "line 1: there is no option 'train'"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(toml: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        context("data.csv", toml)
    assert f"run.toml, {message}" in str(caught.value)


def test_a_key_of_another_command_is_left_alone() -> None:
    assert context("data.csv", "top = 3\nmodel = 'x'\n[neighbours]\nnonsense = 1\n").params["epochs"] is None


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    Path("latin.toml").write_bytes(b"a = '\xff'")
    for name, reason in (("nowhere.toml", "no such file"), (".", "directory"), ("latin.toml", "not utf-8")):
        with pytest.raises(UsageError, match=f"(?i){reason}"):
            context(f"data.csv --config {name}")


def test_variables_that_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_NOTHING_OF_OURS", "1")
    context("data.csv")
    monkeypatch.setenv("LSTM_QUIET", "perhaps")
    with pytest.raises(UsageError, match=r"\$LSTM_QUIET: --quiet takes 1 or 0, not 'perhaps'"):
        context("data.csv")
    monkeypatch.setenv("LSTM_QUIET", "1")
    monkeypatch.setenv("LSTM_TRAIN_EPOCH", "1")
    with pytest.raises(UsageError, match="LSTM_TRAIN_EPOCH") as caught:
        context("data.csv")
    assert caught.value.hint == "did you mean $LSTM_TRAIN_EPOCHS?"


@pytest.mark.parametrize(
    ("variable", "meant"),
    [("TRIAN_EPOCHS", "TRAIN_EPOCHS"), ("EPOCS", "EPOCHS"), ("CLASIFY_TOP", "CLASSIFY_TOP"), ("MODLE", "MODEL")],
)
def test_a_variable_that_is_misspelt(
    variable: str, meant: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"LSTM_{variable}", "1")
    context("data.csv")
    context("data.csv")
    message = f"warning: $LSTM_{variable} sets nothing; did you mean $LSTM_{meant}?\n"
    assert capsys.readouterr().err == message


def test_variables_of_others_and_of_other_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("DATA", "HOME", "CACHE_DIR", "NATIVE_LEVEL", "STRAIN_GAUGE", "UNITS", "TOP", "CLASSIFY_TOPP"):
        monkeypatch.setenv(f"LSTM_{variable}", "1")
    context("data.csv")
    assert capsys.readouterr().err == ""


def test_an_error_about_a_value_says_where_it_is_from(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("run.toml").write_text('[train]\nsource = "data.csv"\nhidden = -3\n')
    run = CliRunner()
    found = run.invoke(app, ["train", "--config", "run.toml"])
    assert found.exit_code == 2 and "hidden must be between" in found.stderr and "run.toml, line 3" in found.stderr
    monkeypatch.setenv("LSTM_EPOCHS", "many")
    found = run.invoke(app, ["train", "data.csv"])
    assert "'many' is not a whole number ($LSTM_EPOCHS)" in found.stderr


def test_cells_of_a_file_compare_architectures() -> None:
    toml = '[compare]\ncells = "lstm,rnn"\nseeds = 2\n'
    ctx = context("data.csv", toml, compare)
    assert ctx.params["cells"] == "lstm,rnn" and "seeds" in ctx.params


def test_a_run_is_printed_as_a_file_that_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_TRAIN_LABEL_COLUMN", 'a\nb "c"')
    line = "data.csv --epochs 2 --keep-case --no-header --learning-rate 0.5 --threads 1 --print-config"
    ctx = context(line, "hidden = 7\n")
    printed = as_toml(ctx)
    monkeypatch.delenv("LSTM_TRAIN_LABEL_COLUMN")
    again = context("", printed)
    assert again.params == {**ctx.params, "print_config": False}
    assert "# layers = 1" in printed and "hidden = 7" in printed and "print-config" not in printed
    command = as_command(again, ["lstm", "train", "--config", "run.toml"])
    assert command.startswith("lstm train data.csv ") and "--config" not in command
    assert context(command.removeprefix("lstm train ")).params == {**ctx.params, "print_config": False}
    assert as_command(context("x  --epochs 1"), ["lstm", "train", "x", "--epochs", "1"]) == "lstm train x --epochs 1"
