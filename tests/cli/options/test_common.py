"""Option names are contracts with scripts; their defaults come from the configs."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.options import from_options
from lstmcli.cli.commands import classify, compare, compare_cells, demo, info, perplexity, train
from lstmcli.cli.options import common
from lstmcli.cli.typer_classes import is_given
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.options import read_config, seconds
from lstmcli.tokenization.config import TokenizerConfig

CONTRACT = {
    "train": {
        *(
            "-o",
            "--output",
            "--resume",
            "--task",
            "--tokenizer",
            "--valid",
            "--test",
            "--epochs",
            "--time",
            "--seed",
            "--threads",
        ),
        *("--device", "--force", "--format", "--quiet", "--text-column", "--label-column", "--delimiter", "--encoding"),
        *("--label-prefix", "--label-separator", "--split", "--valid-fraction", "--input-format", "--vocab-size"),
        *("--min-count", "--keep-case", "--vectors", "--cell", "--embedding", "--hidden", "--layers", "--one-way"),
        *("--pooling", "--embedding-dropout", "--word-dropout", "--layer-dropout", "--output-dropout"),
        *(
            "--weight-drop",
            "--ngrams",
            "--characters",
            "--batch-size",
            "--learning-rate",
            "--schedule",
            "--warmup",
            "--weight-decay",
        ),
        *("--clip", "--patience", "--ema", "--label-smoothing", "--adversarial", "--class-weights", "--precision"),
        *("--tensorboard", "--dry-run"),
    },
    "classify": {
        *("-m", "--model", "--text", "--top", "--threshold", "--report", "--keep-columns", "--format", "--batch-size"),
        *("--threads", "--engine", "--device", "--quiet", "--text-column", "--label-column", "--delimiter"),
        *("--encoding", "--label-prefix", "--label-separator", "--split", "--input-format"),
    },
    "perplexity": {
        *("-m", "--model", "--text", "--per", "--stream", "--lines", "--segments", "--format", "--batch-size"),
        *("--threads", "--engine", "--device", "--quiet", "--text-column", "--delimiter", "--encoding"),
        *("--input-format", "--split"),
    },
    "compare": {
        *("--on", "--task", "--top", "--stream", "--lines", "--log-base", "--threads", "--format", "--quiet"),
        *("--text-column", "--label-column", "--delimiter", "--encoding", "--label-prefix", "--label-separator"),
        *("--input-format", "--split", "--cells"),
    },
    "compare --cells": {
        *("--task", "--threads", "--format", "--quiet"),
        *("--text-column", "--label-column", "--delimiter", "--encoding", "--label-prefix", "--label-separator"),
        *("--input-format", "--split", "--cells", "--match", "--seeds", "--seed", "--probe", "--distance", "-o"),
        *("--output", "--force", "--valid", "--test", "--epochs", "--time", "--hidden", "--layers", "--embedding"),
        *("--one-way", "--tokenizer", "--preset", "--batch-size", "--learning-rate", "--device"),
    },
    "info": {"-m", "--model", "--format"},
    "demo": {"--force", "--threads"},
}
MODULES = {
    "train": train,
    "classify": classify,
    "perplexity": perplexity,
    "compare": compare,
    "compare --cells": compare_cells,
    "info": info,
    "demo": demo,
}


def command(name: str) -> Any:
    return typer.main.get_command(MODULES[name].app)


def names(name: str) -> set[str]:
    return {flag for param in command(name).params if param.param_type_name == "option" for flag in param.opts}


@pytest.mark.parametrize("name", CONTRACT)
def test_the_names_that_scripts_rely_on_are_there(name: str) -> None:
    assert names(name) >= CONTRACT[name]


@pytest.mark.parametrize("name", CONTRACT)
def test_every_option_has_help(name: str) -> None:
    for param in command(name).params:
        assert param.help and (param.help[0].isupper() or param.help.startswith(("tsv", "json"))), param.name


def parameters(*arguments: str) -> dict[str, Any]:
    """The values a command line gives to ``train``."""
    return dict(command("train").make_context("train", ["data.csv", *arguments]).params)


def config(*arguments: str) -> ClassifierConfig:
    ctx = command("train").make_context("train", ["data.csv", *arguments])
    given = {name: value for name, value in ctx.params.items() if is_given(ctx, name)}
    found = from_options(given)["config"]
    assert isinstance(found, ClassifierConfig)
    return replace(found, read=read_config(ctx.params))


def test_without_options_the_config_is_the_default() -> None:
    assert config() == ClassifierConfig()


OPTIONS = [
    (ClassifierTrainConfig, "train", "--virtual=0.25", "virtual", 0.25),
    (ClassifierTrainConfig, "train", "--entropy=0.25", "entropy", 0.25),
    (ClassifierTrainConfig, "train", "--teacher-weight=0.25", "teacher_weight", 0.25),
    (ClassifierTrainConfig, "train", "--teacher-temperature=4", "teacher_temperature", 4.0),
    (ClassifierTrainConfig, "train", "--pretrain=4", "pretrain", 4),
    (ClassifierTrainConfig, "train", "--layer-decay=2", "layer_decay", 2.0),
    (ClassifierTrainConfig, "train", "--unfreeze=2", "unfreeze", 2),
    (ClassifierTrainConfig, "train", "--deterministic", "deterministic", True),
    (TokenizerConfig, "tokenizer", "--tokenizer=bpe", "kind", "bpe"),
    (TokenizerConfig, "tokenizer", "--vocab-size=500", "vocab_size", 500),
    (TokenizerConfig, "tokenizer", "--min-count=3", "min_count", 3),
    (TokenizerConfig, "tokenizer", "--keep-case", "lowercase", False),
    (TokenizerConfig, "tokenizer", "--strip-html", "strip_html", True),
    (TokenizerConfig, "tokenizer", "--max-tokens=77", "max_tokens", 77),
    (TokenizerConfig, "tokenizer", "--hash-buckets=0", "hash_buckets", 0),
    (ReadConfig, "read", "--input-format=csv", "input_format", "csv"),
    (ReadConfig, "read", "--text-column=title", "text_columns", ("title",)),
    (ReadConfig, "read", "--label-column=类别", "label_column", "类别"),
    (ReadConfig, "read", "--delimiter=;", "delimiter", ";"),
    (ReadConfig, "read", "--no-header", "header", False),
    (ReadConfig, "read", "--encoding=gbk", "encoding", "gbk"),
    (ReadConfig, "read", "--label-prefix=#", "label_prefix", "#"),
    (ReadConfig, "read", "--label-separator=|", "label_separator", "|"),
    (ReadConfig, "read", "--split=validation", "split", "validation"),
    (ReadConfig, "read", "--keep-licence", "keep_licence", True),
    (ClassifierModelConfig, "model", "--cell=gru", "cell", "gru"),
    (ClassifierModelConfig, "model", "--embedding=50", "embedding", 50),
    (ClassifierModelConfig, "model", "--hidden=64", "hidden", 64),
    (ClassifierModelConfig, "model", "--layers=2", "layers", 2),
    (ClassifierModelConfig, "model", "--one-way", "bidirectional", False),
    (ClassifierModelConfig, "model", "--pooling=last, attention", "pooling", ("last", "attention")),
    (ClassifierModelConfig, "model", "--segment=0", "segment", 0),
    (ClassifierModelConfig, "model", "--embedding-dropout=0.1", "embedding_dropout", 0.1),
    (ClassifierModelConfig, "model", "--word-dropout=0.2", "word_dropout", 0.2),
    (ClassifierModelConfig, "model", "--feature-dropout=0.25", "feature_dropout", 0.25),
    (ClassifierModelConfig, "model", "--layer-dropout=0.4", "layer_dropout", 0.4),
    (ClassifierModelConfig, "model", "--weight-drop=0.5", "weight_drop", 0.5),
    (ClassifierModelConfig, "model", "--output-dropout=0.6", "output_dropout", 0.6),
    (ClassifierModelConfig, "model", "--ngrams=0", "ngrams", 0),
    (ClassifierModelConfig, "model", "--characters=3", "characters", 3),
    (ClassifierModelConfig, "model", "--vectors=glove.txt", "vectors", "glove.txt"),
    (ClassifierModelConfig, "model", "--init-from=models/lm", "init_from", ("models/lm",)),
    (ClassifierTrainConfig, "train", "--epochs=2", "epochs", 2),
    (ClassifierTrainConfig, "train", "--batch-size=8", "batch_size", 8),
    (ClassifierTrainConfig, "train", "--learning-rate=0.1", "learning_rate", 0.1),
    (ClassifierTrainConfig, "train", "--schedule=onecycle", "schedule", "onecycle"),
    (ClassifierTrainConfig, "train", "--warmup=0", "warmup", 0.0),
    (ClassifierTrainConfig, "train", "--weight-decay=0", "weight_decay", 0.0),
    (ClassifierTrainConfig, "train", "--clip=0", "clip", 0.0),
    (ClassifierTrainConfig, "train", "--patience=0", "patience", 0),
    (ClassifierTrainConfig, "train", "--ema=0", "ema", 0.0),
    (ClassifierTrainConfig, "train", "--label-smoothing=0.1", "label_smoothing", 0.1),
    (ClassifierTrainConfig, "train", "--adversarial=0", "adversarial", 0.0),
    (ClassifierTrainConfig, "train", "--class-weights=balanced", "class_weights", "balanced"),
    (ClassifierTrainConfig, "train", "--valid-fraction=0.2", "valid_fraction", 0.2),
    (ClassifierTrainConfig, "train", "--time=15m", "time_limit", 900.0),
    (ClassifierTrainConfig, "train", "--precision=bf16", "precision", "bf16"),
    (ClassifierTrainConfig, "train", "--seed=7", "seed", 7),
    (ClassifierTrainConfig, "train", "--threads=2", "threads", 2),
    (ClassifierTrainConfig, "train", "--device=cpu", "device", "cpu"),
]


@pytest.mark.parametrize(("kind", "section", "option", "field", "value"), OPTIONS)
def test_an_option_sets_its_field_and_no_other(
    kind: type, section: str, option: str, field: str, value: object
) -> None:
    changed = dataclasses.replace(getattr(ClassifierConfig(), section), **{field: value})
    assert changed != kind()
    needed = ["--unlabelled=a.txt"] if field in ("virtual", "entropy") else []
    assert config(option, *needed) == dataclasses.replace(ClassifierConfig(), **{section: changed})


def test_every_field_has_an_option() -> None:
    covered = {(section, field) for _, section, _, field, _ in OPTIONS}
    for section in dataclasses.fields(ClassifierConfig):
        for field in dataclasses.fields(getattr(ClassifierConfig(), section.name)):
            # A file is given to --tokenizer, several label columns to --label-column; the form of lines is learned;
            # only translators have targets; --size is read as bytes.
            beside = (
                ("model", "size"),
                ("tokenizer", "path"),
                ("read", "label_columns"),
                ("read", "line_form"),
                ("read", "soft_labels"),
                ("read", "target_column"),
            )
            if (section.name, field.name) not in beside:
                assert (section.name, field.name) in covered


def test_several_label_columns_are_several_labels() -> None:
    read = config("--label-column=toxic", "--label-column=threat").read
    assert (read.label_column, read.label_columns) == (None, ("toxic", "threat"))
    read = config("--label-column=toxic", "--label-column=toxic").read
    assert (read.label_column, read.label_columns) == ("toxic", ())


def test_several_text_columns_keep_their_order() -> None:
    assert config("--text-column=title", "--text-column=body").read.text_columns == ("title", "body")


def test_a_tokenizer_can_be_a_file(tmp_path: Any) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    assert config(f"--tokenizer={path}").tokenizer == TokenizerConfig(path=str(path))


@pytest.mark.parametrize(
    "option",
    [
        *("--tokenizer=words", "--tokenizer=no/such.json", "--cell=cnn", "--pooling=min", "--pooling=", "--time=15"),
        *(
            "--time=",
            "--time=1x",
            "--time=0s",
            "--epochs=0",
            "--hidden=0",
            "--warmup=1",
            "--ngrams=9",
            "--characters=9",
            "--seed=x",
        ),
        *("--schedule=none", "--precision=fp8", "--valid-fraction=1", "--threads=0", "--class-weights=auto"),
    ],
)
def test_values_out_of_range_are_usage_errors(option: str) -> None:
    with pytest.raises(Exception) as caught:
        config(option)
    assert caught.value.exit_code == 2  # type: ignore[attr-defined]


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 99))
def test_durations_add_up(hours: int, minutes: int, rest: int) -> None:
    assert seconds(f"{hours}h{minutes}m{rest}s") == hours * 3600 + minutes * 60 + rest


@given(st.text(max_size=6))
def test_a_duration_is_read_or_refused(text: str) -> None:
    try:
        assert seconds(text) >= 0
    except UsageError as error:
        assert error.hint


def test_lists_of_values_are_completed() -> None:
    for param in command("train").params:
        if param.metavar and re.fullmatch(r"[a-z0-9]+(\|[a-z0-9]+)+", param.metavar):
            found = [item.value for item in param.shell_complete(command("train").make_context("train", ["x"]), "")]
            assert found == param.metavar.split("|"), param.name


def test_formats_are_the_documented_ones() -> None:
    assert set(common.Format.__args__) == {"table", "tsv", "csv", "jsonl", "json"}  # type: ignore[attr-defined]
