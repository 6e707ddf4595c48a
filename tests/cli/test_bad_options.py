"""Options out of range: said before anything is read or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.refusing import lstm, refused


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--max-tokens=0", "max-tokens must be at least 2, not 0"),
        ("--vocab-size=3", "vocab-size must be at least 4, not 3"),
        ("--vocab-size=99999999999999999999", "between 4 and 2147483647"),
        ("--min-count=0", "min-count"),
        ("--hash-buckets=-1", "between 0 and 4194304, not -1"),
        ("--hidden=0", "hidden must be between 1 and 65536, not 0"),
        ("--layers=-2", "layers must be between 1 and 256, not -2"),
        ("--ngrams=6", "ngrams must be between 0 and 5, not 6"),
        ("--word-dropout=1", "word-dropout"),
        ("--epochs=0", "epochs must be at least 1, not 0"),
        ("--epochs=many", "'--epochs': 'many' is not a whole number"),
        ("--batch-size=0", "batch-size must be at least 1, not 0"),
        ("--threads=0", "threads must be at least 1, not 0"),
        ("--learning-rate=0", "learning-rate must be a number above 0, not 0.0"),
        ("--learning-rate=inf", "learning-rate must be a number above 0, not inf"),
        ("--clip=nan", "clip must be at least 0, not nan"),
        ("--weight-decay=inf", "weight-decay"),
        ("--seed=-1", "seed must be between 0 and 9223372036854775807, not -1"),
        ("--seed=99999999999999999999", "seed must be between"),
        ("--valid-fraction=nan", "valid-fraction must be above 0 and below 1, not nan"),
        ("--time=soon", "30s, 15m or 1h"),
        ("--cell=cnn", "lstm, gru, rnn"),
        ("--cell=peehole", "did you mean 'peephole'?"),
        ("--pooling=median", "'median'"),
        ("--precision=fp8", "auto, fp32, bf16, not 'fp8'"),
        ("--format=xml", "'xml' is not one of table, "),
        ("--label-prefix=", "the label prefix cannot be empty"),
        ("--label-separator=", "the label separator cannot be empty"),
    ],
)
def test_an_option_out_of_range_is_said_before_anything_is_read(option: str, said: str, here: Path) -> None:
    result = lstm("train", "no/such.csv", "--task=classify", option)
    assert result.stdout == ""
    refused(result, 2, said)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--top=0", "top must be at least 1, not 0"),
        ("--threshold=1.5", "threshold must be between 0 and 1, not 1.5"),
        ("--threshold=nan", "threshold must be between 0 and 1, not nan"),
        ("--batch-size=-1", "--batch-size must be at least 1, not -1"),
        ("--threads=0", "--threads must be at least 1, not 0"),
        ("--format=xml", "'xml' is not one of table, tsv, csv, jsonl, json"),
        ("--delimiter=ab", "'ab' cannot be a delimiter"),
        ("--encoding=klingon", "unknown encoding 'klingon'"),
        ("--encoding=punycode", "unknown encoding 'punycode'"),
        ("--input-format=yaml", "unknown input format 'yaml'"),
        ("--label-prefix=", "the label prefix cannot be empty"),
    ],
)
def test_an_option_of_classify_out_of_range(option: str, said: str, here: Path, sound: Path) -> None:
    result = lstm("classify", "-m", sound, "good.csv", option)
    assert result.stdout == ""
    refused(result, 2, said)


@pytest.mark.parametrize("option", ["--label-column=y", "--label-prefix=#", "--label-separator=;"])
@pytest.mark.parametrize(("task", "title"), [("lm", "a language model"), ("translate", "a translator")])
def test_an_option_for_labels_is_refused_where_there_are_none(option: str, task: str, title: str) -> None:
    found = lstm("train", "x.csv", "--task", task, option)
    assert found.exit_code == 2
    assert f"{option.split('=')[0]} does not apply to {title}" in found.stderr
    assert "add --task classify" in found.stderr


@pytest.mark.parametrize(
    "words",
    [
        *("train - --valid -", "train - --test -", "train - --unlabelled -", "train - --teacher -"),
        *(
            "train x --teacher - --teacher -",
            "train - --target-file -",
            "train - --from m --replay -",
            "tune - --test -",
        ),
        *("classify - -", "translate - -", "perplexity - -", "perplexity - --target-file -", "neighbours - -"),
        *("compare a b --on - --target-file -", "compare --cells lstm,rnn - --valid -"),
    ],
)
def test_stdin_named_twice_is_refused_before_anything_is_read(words: str, here: Path) -> None:
    refused(lstm(*words.split(), input="a text\n"), 2, "stdin (`-`) can be read only once")


def test_what_only_looks_like_stdin_may_be_named_twice(here: Path, sound: Path) -> None:
    assert lstm("classify", "-m", sound, "--text", "-", "--text", "-").exit_code == 0
