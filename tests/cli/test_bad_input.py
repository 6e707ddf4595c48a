"""Data that cannot be used, or only just: what is said, the exit code, and that nothing is left half-written.

Codes: 1 ours or the output's, 2 usage, 3 bad data, 4 bad model, 130 Ctrl-C.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from support.refusing import GOOD, PNG, ROWS, SMALL, lstm, names, refused

CUT = GOOD.index('"a fine film, number 10"')
START, REST = GOOD[:CUT], GOOD[CUT:]
"""A header and ten rows: the next line is the twelfth; and the rows after it."""
BAD_FILES: list[tuple[str, bytes | None, str]] = [
    ("missing.csv", None, "missing.csv: no such file"),
    ("goood.csv", None, "did you mean good.csv?"),
    ("folder", b"", "this folder is no data set"),
    ("empty.csv", b"", "the file is empty"),
    ("header.csv", b"text,label\n", "there is a header (text, label) and no rows"),
    ("blank.csv", b"\n\n\n", "there are only empty lines"),
    ("long.csv", f"{START}one, two, three,bad\n{REST}".encode(), "long.csv, line 12: expected 2 columns, found 4"),
    ("short.csv", f"{START}only a text\n{REST}".encode(), "short.csv, line 12: expected 2 columns, found 1"),
    (
        "open.csv",
        f'{START}"never closed,bad\nand on,good\n'.encode(),
        "open.csv, line 12: a quotation mark opens a field",
    ),
    ("nul.csv", f"{START}a\0b,bad\n{REST}".encode(), "nul.csv, line 12: a NUL byte"),
    ("picture.csv", PNG, "this is a PNG image, not text"),
    ("picture.png", PNG, "this is a PNG image, not text"),
    ("program", b"\x7fELF\2\1\1" + bytes(64), "this is a program (ELF), not text"),
    ("noise.csv", bytes(range(1, 9)) * 100 + b"text,label\n", "this is a binary file, not text (800 of its first 811"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD_FILES, ids=[name for name, _, _ in BAD_FILES])
@pytest.mark.parametrize("command", ["train", "classify", "classify --report"])
def test_a_file_that_cannot_be_used(
    command: str, name: str, content: bytes | None, said: str, here: Path, sound: Path
) -> None:
    path = here / name
    if name == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    before = names(here)
    verb, *options = command.split()
    place = ["-o", "new/model", *SMALL] if verb == "train" else ["-m", sound]
    result = lstm(verb, name, *place, *options)
    refused(result, 3, said)
    # What came before a bad line of a file that is being answered has its answer.
    assert len(result.stdout.splitlines()) == (10 if "line 12" in said and command == "classify" else 0)
    assert names(here) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--text-column", "txet"], "did you mean 'text'?"),
        (["--label-column", "lable"], "did you mean 'label'?"),
        (["--label-column", "zzz"], "the columns are 'text', 'label'"),
        (["--split", "dev"], "there is no split 'dev'"),
    ],
)
@pytest.mark.parametrize("command", ["train", "classify"])
def test_a_column_or_split_that_is_not_there(
    command: str, arguments: list[str], said: str, here: Path, sound: Path
) -> None:
    refused(lstm(command, "good.csv", *arguments, *([] if command == "train" else ["-m", sound])), 3, "good.csv", said)
    assert names(here) == ["good.csv"]


def test_a_bom_and_spaces_in_the_header_do_not_matter(here: Path) -> None:
    rows = GOOD.splitlines(keepends=True)[1:]
    Path("odd.csv").write_text("\ufeff text ,\tLabel \n" + "".join(rows), encoding="utf-8")
    result = lstm("train", "odd.csv", "--text-column=text", "--label-column=label", "-o", "m", *SMALL)
    assert result.exit_code == 0, result.stderr
    assert "UTF-8 with BOM; text from 'text', label from 'Label'" in result.stderr
    lines = lstm("classify", "-m", "m", "odd.csv", "--text-column=text", "--keep-columns", "--format=csv").stdout
    assert lines.splitlines()[0] == "text,Label,label,probability"


def test_one_label_only(here: Path) -> None:
    Path("one.csv").write_text(GOOD.replace(",bad", ",good"), encoding="utf-8")
    refused(lstm("train", "one.csv", "-o", "m"), 3, "one.csv: there is only one label, 'good' in column 'label'")
    assert names(here) == ["good.csv", "one.csv"]


def test_a_label_with_one_example_is_learned_and_said(here: Path) -> None:
    Path("rare.csv").write_text(GOOD + "a strange one,odd\n", encoding="utf-8")
    result = lstm("train", "rare.csv", "-o", "m", *SMALL)
    assert result.exit_code == 0
    assert "warning: 'odd' has a single example, which stays in training" in result.stderr
    assert set(json.loads(lstm("classify", "-m", "m", "--text", "x", "--format=jsonl").stdout)["probabilities"]) == {
        *("good", "bad", "odd")
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--label-prefix", "#"], "line 1: no line starts with '#'; this one starts with '__label__good a fine"),
        (["--label-prefix", "#", "--input-format", "fasttext"], "line 1: no line starts with '#'"),
        (["--input-format", "text", "--task", "classify"], "plain text, one text a line, without labels"),
        (["--label-column", "queue"], "there is no column 'queue'"),
    ],
)
def test_no_label_found(options: list[str], said: str, here: Path, sound: Path) -> None:
    text = "".join(f"__label__{label} {text}\n" for text, label in ROWS)
    Path("lines.txt").write_text(text, encoding="utf-8")
    refused(lstm("train", "lines.txt", *options), 3, "lines.txt", said)
    if "--task" not in options:
        refused(lstm("classify", "-m", sound, "lines.txt", "--report", *options), 3, "lines.txt", said)
    assert names(here) == ["good.csv", "lines.txt"]


def test_bytes_that_are_not_utf8_are_read_and_said(here: Path) -> None:
    rows = "".join(f"{text.replace(',', '，')},{label}\n" for text, label in ROWS)
    Path("damaged.csv").write_bytes(b"text,label\n" + rows.encode() + b"caf\xc3 \xff,bad\n")
    warning = "warning: damaged.csv: line 42 holds bytes that are not UTF-8, read as U+FFFD\n"
    result = lstm("train", "damaged.csv", "-o", "m", "--quiet", *SMALL)
    assert (result.exit_code, result.stderr) == (0, warning)
    result = lstm("classify", "damaged.csv", "-m", "m", "--quiet", "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (0, warning)
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()][-2:] == [
        *("a dull film， number 39", "caf\ufffd \ufffd")
    ]


@pytest.mark.parametrize("megabytes", [1, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("word", ["word ", "x", "字"])
def test_a_very_long_line(megabytes: int, word: str, here: Path, sound: Path) -> None:
    size = len(word.encode())
    Path("long.txt").write_text("short\n" + word * (megabytes * 1_000_000 // size) + "\nlast\n", encoding="utf-8")
    result = lstm("classify", "-m", sound, "long.txt", "--threads=1")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 3)


@pytest.mark.slow
def test_a_very_long_line_to_train_on(here: Path) -> None:
    Path("long.csv").write_text(GOOD + "word " * 10_000_000 + ",bad\n", encoding="utf-8")
    result = lstm("train", "long.csv", "-o", "m", *SMALL)
    assert result.exit_code == 0 and "50,000,000" in result.stderr


LABELS = [
    *("New York", "a, b; c", 'say "hi"', "😀 fine", "好评", "tab\there", "line\nbreak", "back\\slash\\n", "a|b"),
    *("NaNcy", "null", "01", "1.0", "-", "__label__x", "naïve\u2009café", "=1+1", "\x1b[31mred"),
]


def write_csv(path: Path, rows: list[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])


def write_jsonl(path: Path, rows: list[tuple[str, str]]) -> None:
    path.write_text("".join(json.dumps({"text": t, "label": n}) + "\n" for t, n in rows), encoding="utf-8")


def unescaped(field: str) -> str:
    """A TSV field as it was."""
    plain = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
    return re.sub(r"\\([\\tnr]|[xu]([0-9a-f]+))", lambda m: plain.get(m[1]) or chr(int(m[2], 16)), field)


@pytest.mark.parametrize("write", [write_csv, write_jsonl])
def test_labels_of_any_kind_come_back_as_they_were(write: Any, here: Path) -> None:
    Path("good.csv").unlink()
    rows = [(f"thing{i % len(LABELS)} and thing{i % len(LABELS)}, {i}", LABELS[i % len(LABELS)]) for i in range(90)]
    write(Path("data"), rows)
    options = ("--epochs=8", "--learning-rate=0.02", *SMALL[1:])
    assert lstm("train", "data", "-o", "m", "--label-column=label", *options).exit_code == 0
    found = {}
    for form in ("tsv", "csv", "jsonl"):
        result = lstm("classify", "-m", "m", "data", "--format", form, "--text-column=text", "--threads=1")
        assert result.exit_code == 0
        found[form] = result.stdout
    # Split at "\n" alone: U+2009 and its like end no line.
    answers = [json.loads(line)["label"] for line in found["jsonl"].removesuffix("\n").split("\n")]
    assert set(answers) == set(LABELS) and len(answers) == len(rows)
    assert [row["label"] for row in csv.DictReader(found["csv"].splitlines(keepends=True))] == answers
    fields = [line.split("\t") for line in found["tsv"].removesuffix("\n").split("\n")]
    assert [len(pair) for pair in fields] == [2] * len(rows)
    assert [unescaped(label) for label, _ in fields] == answers
    report = json.loads(lstm("classify", "-m", "m", "data", "--report", "--format=json").stdout)
    assert set(report["labels"]) == set(LABELS)
    shown = lstm("info", "m").stdout + lstm("classify", "-m", "m", "data", "--report").stdout
    assert "\x1b" not in shown and "␛[31mred" in shown


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_a_wide_encoding_needs_no_byte_order(codec: str, here: Path, sound: Path) -> None:
    Path("wide.csv").write_bytes(GOOD.encode(codec))
    result = lstm("classify", "-m", sound, "wide.csv", "--encoding", codec[:6])
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, len(ROWS))
    refused(lstm("classify", "-m", sound, "good.csv", "--encoding", codec[:6]), 3, "good.csv: this is not UTF-")


def test_a_learning_rate_that_no_network_survives(here: Path) -> None:
    result = lstm("train", "good.csv", "--learning-rate=1e30", *SMALL, "--batch-size=4", "-o", "m")
    refused(result, 1, "training has diverged at a learning rate of 1e+30", "try --learning-rate 0.002")
    assert names(here) == ["good.csv"]


def test_a_network_larger_than_any_file(here: Path) -> None:
    refused(lstm("train", "good.csv", *SMALL, "--hidden=65536", "-o", "m"), 2, "holds 2 GB at most", "--hidden")
    assert names(here) == ["good.csv"]


@pytest.mark.parametrize("name", ["header.csv", "long.csv", "short.csv", "open.csv", "nul.csv"])
def test_a_damaged_table_in_a_pipe_is_not_taken_for_prose(name: str, here: Path) -> None:
    content, said = next((content, said) for file, content, said in BAD_FILES if file == name)
    refused(lstm("train", "-", *SMALL, input=content), 3, said.replace(name, "standard input"))
    assert names(here) == ["good.csv"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_an_empty_pipe_that_is_said_to_hold_a_table(form: str, sound: Path) -> None:
    refused(lstm("classify", "-m", sound, "--input-format", form, input=b""), 3, "standard input: the")


def test_an_empty_line_before_the_first_object_is_answered_too(sound: Path) -> None:
    result = lstm("classify", "-m", sound, "--input-format=jsonl", input='\n{"text": "fun"}\n')
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 2)
