"""Whatever a user may feed the commands: what is said, the exit code, and that nothing is left half-written.

Codes: 1 ours or the output's, 2 usage, 3 bad data, 4 bad model, 130 Ctrl-C.
"""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lstmcli import __main__ as entry
from lstmcli.cli.app import app
from tasks.models import untrained_model

SMALL = ("--epochs=1", "--embedding=6", "--hidden=4", "--hash-buckets=64", "--threads=1", "--device=cpu")
ROWS = [(f"a {('fine', 'dull')[i % 2]} film, number {i}", ("good", "bad")[i % 2]) for i in range(40)]
GOOD = "text,label\n" + "".join(f'"{text}",{label}\n' for text, label in ROWS)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
LSTM = f"{sys.executable} -m lstmcli"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("sound") / "model")


@pytest.fixture
def model(sound: Path, tmp_path: Path) -> Path:
    """A model of one's own, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "model"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with good.csv in it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "good.csv").write_text(GOOD, encoding="utf-8")
    return folder


def lstm(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), **more)


def refused(result: Result, code: int, *said: str) -> None:
    """It ended with ``code``, an error that says all of ``said`` and, for data and models, a hint."""
    assert result.exit_code == code, result.stderr
    message = result.stderr[result.stderr.index("error: ") :]
    for part in said:
        assert part in message
    assert "Traceback" not in result.stderr and "unexpected" not in message
    assert "\nhint: " in message or code == 2


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"
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


@pytest.mark.parametrize("megabytes", [1, pytest.param(50, marks=pytest.mark.slow)])
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


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("good.csv", "good.csv: is a file"),
        ("good.csv/m", "good.csv is not a directory"),
        ("/dev/null/m", "/dev/null is not a directory"),
        (".", "is not empty and is not a model"),
        ("x" * 300, "cannot be written: file name too long"),
        ("a/b/" + "x" * 300, "cannot be written: file name too long"),
        ("model", "model: a model is already there"),
    ],
)
def test_a_place_that_cannot_be_written(place: str, said: str, here: Path, sound: Path) -> None:
    shutil.copytree(sound, "model")
    before = {path.name: path.read_bytes() for path in Path("model").iterdir()}
    refused(lstm("train", "good.csv", "-o", place), 1, said, "-o/--output")
    assert names(here) == ["good.csv", "model"]
    assert {path.name: path.read_bytes() for path in Path("model").iterdir()} == before


def test_a_model_with_files_of_others_in_it_is_kept_even_with_force(here: Path, sound: Path) -> None:
    shutil.copytree(sound, "model")
    Path("model", "thesis.txt").write_text("years of work", encoding="utf-8")
    refused(lstm("train", "good.csv", "-o", "model", "--force"), 1, "holds more than a model: thesis.txt")


def test_a_disk_that_fills_up_leaves_the_earlier_model(here: Path, sound: Path) -> None:
    shutil.copytree(sound, "model")
    before = {path.name: path.read_bytes() for path in Path("model").iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # no file may be larger
    try:
        result = lstm("train", "good.csv", "-o", "model", "--force", "--quiet", *SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    refused(result, 1, "model: cannot be written: file too large")
    assert names(here) == ["good.csv", "model"]
    assert {path.name: path.read_bytes() for path in Path("model").iterdir()} == before


FILES = ("config.json", "model.safetensors", "ngrams.safetensors", "tokenizer.json", "model.onnx")


def damage(path: Path, harm: str) -> None:
    data = path.read_bytes()
    path.unlink()
    if harm == "folder":
        path.mkdir()
    elif harm == "link":
        outside = path.parent.parent / "elsewhere"
        outside.write_bytes(data)
        path.symlink_to(outside)
    elif harm != "missing":
        # config.json stays JSON: the bit lies in its date.
        middle = data.index(b"2026") if path.name == "config.json" else len(data) // 2
        altered = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes({"empty": b"", "cut": data[:-10], "altered": altered}[harm])


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "altered", "folder", "link"])
@pytest.mark.parametrize("name", FILES)
def test_a_model_with_a_damaged_file(model: Path, name: str, harm: str) -> None:
    damage(model / name, harm)
    said = {"missing": name, "cut": "cut short", "empty": "cut short", "altered": "altered"}.get(harm, name)
    if name == "config.json" and harm in ("cut", "empty"):
        said = "config.json: is not valid JSON"
    unread = name == "model.safetensors" and harm == "altered"  # the default engine looks at its size alone
    for arguments in (["info", model], ["classify", "-m", model, "--text", "x"]):
        result = lstm(*arguments)
        if unread and arguments[0] == "classify":
            assert result.exit_code == 0
        else:
            assert result.stdout == ""
            refused(result, 4, str(model), said)
    if unread:
        refused(lstm("classify", "-m", model, "--text", "x", "--engine", "torch"), 4, name, "was altered")


def edit(model: Path, **changes: Any) -> None:
    path = model / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"format_version": 2, "versions": {"lstmcli": "9.9.0"}},
            "is in format 2, written by lstm 9.9.0; this is lstm",
        ),
        ({"format_version": "new"}, "format_version cannot be 'new'"),
        ({"labels": ["a", "b", "c"]}, "was altered: its checksum differs"),
        ({"labels": ["a", "a"]}, "labels should be distinct strings"),
        ({"files": {"../../etc/passwd": {"bytes": 1, "sha256": ""}}}, "files: '../../etc/passwd' cannot be"),
    ],
)
@pytest.mark.parametrize("command", ["info -m", "classify --text x -m"])
def test_a_model_of_another_version_or_by_another_hand(
    command: str, changes: dict[str, Any], said: str, model: Path
) -> None:
    edit(model, **changes)
    result = lstm(*command.split(), model)
    assert result.stdout == ""
    refused(result, 4, "config.json", said)


@pytest.mark.parametrize("where", ["none", "good.csv", "."])
@pytest.mark.parametrize("command", ["info", "classify --text x -m"])
def test_a_place_that_holds_no_model(command: str, where: str, here: Path) -> None:
    result = lstm(*command.split(), where)
    assert result.stdout == "" and result.exit_code == 4 and result.stderr.startswith(f"error: {where}: ")
    assert where != "none" or "lstm train" in result.stderr


LABELS = [
    *("New York", "a, b; c", 'say "hi"', "😀 fine", "好评", "tab\there", "line\nbreak", "back\\slash\\n", "a|b"),
    *("NaN", "null", "01", "1.0", "-", "__label__x", "naïve\u2009café", "=1+1", "\x1b[31mred"),
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


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--max-tokens=0", "max-tokens must be at least 2, not 0"),
        ("--vocab-size=3", "vocab-size must be at least 4, not 3"),
        ("--vocab-size=99999999999999999999", "between 4 and 2147483647"),
        ("--min-count=0", "min-count"),
        ("--hash-buckets=-1", "between 0 and 4194304, not -1"),
        ("--hidden=0", "hidden must be at least 1, not 0"),
        ("--layers=-2", "layers must be at least 1, not -2"),
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
        ("--format=xml", "'xml' is not one of table, json"),
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
        ("--delimiter=ab", "the delimiter must be one character, not 'ab'"),
        ("--encoding=klingon", "unknown encoding 'klingon'"),
        ("--encoding=punycode", "unknown encoding 'punycode'"),
        ("--input-format=xml", "unknown input format 'xml'"),
        ("--label-prefix=", "the label prefix cannot be empty"),
    ],
)
def test_an_option_of_classify_out_of_range(option: str, said: str, here: Path, sound: Path) -> None:
    result = lstm("classify", "-m", sound, "good.csv", option)
    assert result.stdout == ""
    refused(result, 2, said)


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


def test_more_memory_than_there_is(here: Path) -> None:
    refused(lstm("train", "good.csv", *SMALL, "--hidden=20000000", "-o", "m"), 1, "out of memory", "--hidden")
    assert names(here) == ["good.csv"]


def shell(line: str) -> tuple[int, str, str]:
    """Exit code of the first command of a pipe, stdout and stderr."""
    script = f"{line}; exit ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    return run.returncode, run.stdout, run.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", ["classify good.csv --quiet", "classify good.csv -q --report", "info"])
def test_a_full_disk_behind_stdout(arguments: str, here: Path, sound: Path) -> None:
    code, _, said = shell(f"{LSTM} {arguments} -m {sound} > /dev/full")
    assert (code, said) == (1, "error: cannot write the output: No space left on device\n")


@pytest.mark.parametrize(
    ("line", "code", "rows", "said"),
    [
        ("classify -m MODEL <&-", 2, 0, "error: no input\nhint: name a file, pipe text in"),
        ("classify -m MODEL - <&-", 2, 0, "error: stdin (`-`) is closed"),
        ("train - <&-", 2, 0, "error: stdin (`-`) is closed"),
        ("classify -m MODEL good.csv -q <&-", 0, len(ROWS), ""),
        ("classify -m MODEL good.csv -q >&-", 0, 0, ""),
        ("classify -m MODEL good.csv 2>&-", 0, len(ROWS), ""),
    ],
)
def test_closed_streams(line: str, code: int, rows: int, said: str, here: Path, sound: Path) -> None:
    found, answers, talk = shell(f"{LSTM} {line.replace('MODEL', str(sound))}")
    assert (found, len(answers.splitlines())) == (code, rows)
    assert talk.startswith(said) and bool(talk) == bool(said)
    assert names(here) == ["good.csv"]


@pytest.mark.parametrize("arguments", ["classify good.csv -q --format csv", "classify -q good.csv --report", "info"])
@pytest.mark.parametrize(("reader", "rows"), [("head -1", 1), ("true", 0)])
def test_a_reader_that_leaves(reader: str, rows: int, arguments: str, here: Path, sound: Path) -> None:
    code, shown, said = shell(f"{LSTM} {arguments} -m {sound} | {reader}")
    assert (code, len(shown.splitlines()), said) == (0, rows, "")


@pytest.mark.parametrize(("data", "name"), [(PNG, "a PNG image"), (b"\x7fELF\2\1\1" + bytes(64), "a program")])
def test_a_picture_or_a_program_in_a_pipe(data: bytes, name: str, sound: Path) -> None:
    result = lstm("classify", "-m", sound, input=data)
    assert result.stdout == ""
    refused(result, 3, f"standard input: this is {name}")


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


def test_ctrl_c_while_the_program_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "lstmcli.cli.app", Interrupted("app"))
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 130
