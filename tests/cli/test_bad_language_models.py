"""Language models given what they cannot use, or only just: training, generating and scoring.

Codes: 1 ours or the output's, 2 usage, 3 bad data, 4 bad model.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.generate_models import untrained_language_model
from support.refusing import LSTM, PNG, lstm, names, refused, shell

TINY = ("--task=lm", "--preset=tiny", "--epochs=1", "--embedding=8", "--hidden=8", "--threads=1", "--device=cpu")


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_language_model(tmp_path_factory.mktemp("lm") / "model", int8=True)


# Text that is hardly one


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n", "there are only empty lines"),
        ("\n  \n\n\t\n", "there are only empty lines"),
        ("\n" * 1000, "there are only empty lines"),
        ("word", "there is too little text to learn from"),
        ("字\n", "there is too little text to learn from"),
    ],
)
def test_nothing_to_learn_from(text: str, said: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(here.parent))
    Path("text.txt").write_text(text, encoding="utf-8")
    refused(lstm("train", "text.txt", "-o", "m", *TINY), 3, "text.txt", said)
    assert names(here) == ["good.csv", "text.txt"]


ODD = {
    "one word": "word\n" * 4,
    "one short line": "just a few words in one line",
    "one line": "all in one line " * 500,
    "one Chinese line": "没有换行的长文本，" * 300,
    "blank around": "\n\na b\nc d\n\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_is_learned_from_and_used(text: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(here.parent))
    Path("text.txt").write_text(text, encoding="utf-8")
    result = lstm("train", "text.txt", "-o", "m", *TINY)
    assert result.exit_code == 0, result.stderr
    assert lstm("generate", "-m", "m", "--max-tokens=5", "--threads=1").exit_code == 0
    found = json.loads(lstm("perplexity", "-m", "m", "text.txt", "--format=json", "--threads=1").stdout)
    whole = text if text.endswith("\n") else text + "\n"
    assert (found["chars"], found["words"]) == (len(whole), len(text.split())) and found["perplexity"] > 1


def test_blank_lines_are_scored_and_continued_like_others(lm: Path) -> None:
    found = json.loads(lstm("perplexity", "-m", lm, "--format=json", input="\n\n\n").stdout)
    assert (found["lines"], found["words"], found["word_perplexity"]) == (3, 0, None)
    assert len(lstm("generate", "-m", lm, "--lines", "--format=jsonl", input="\n\n\n").stdout.splitlines()) == 3


@pytest.mark.parametrize("table", [[], ["--per=line"], ["--per=word", "--cache=5"]])
@pytest.mark.parametrize("arguments", [["empty.txt"], []])
def test_nothing_to_score(lm: Path, arguments: list[str], table: list[str], here: Path) -> None:
    Path("empty.txt").touch()
    result = lstm("perplexity", "-m", lm, *arguments, *table, input=b"")
    assert result.stdout == ""
    refused(result, 3, "empty" if arguments else "nothing to score")


# Prompts


def test_a_prompt_of_unknown_symbols_goes_on_with_a_warning(lm: Path) -> None:
    result = lstm("generate", "-m", lm, "§§", "--max-tokens=4", "--quiet")
    assert result.exit_code == 0 and result.stdout.startswith("§§")
    assert result.stderr == "warning: the model knows nothing of the prompt: all its 2 tokens are unknown to it\n"


@pytest.mark.parametrize("lines", [[], ["--lines"]])
@pytest.mark.parametrize("text", ["the cat sat on the mat ", "床前明月光"])
def test_a_prompt_of_a_megabyte_is_kept_whole(lm: Path, lines: list[str], text: str) -> None:
    prompt = text * (1_000_000 // len(text.encode()))
    result = lstm("generate", "-m", lm, "--max-tokens=3", "--format=jsonl", *lines, input=prompt)
    assert json.loads(result.stdout)["prompt"] == prompt


def test_a_prompt_that_is_no_text(lm: Path) -> None:
    for data, said in ((PNG, "a PNG image"), (b"a\0b\n", "a NUL byte")):
        for lines in ([], ["--lines"]):
            result = lstm("generate", "-m", lm, *lines, input=data)
            assert result.stdout == ""
            refused(result, 3, "standard input", said)
        refused(lstm("perplexity", "-m", lm, input=data), 3, "standard input", said)


# Options


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "--max-tokens", "0"], "max-tokens must be at least 1"),
        (["x", "-n", "0"], "samples"),
        (["x", "--temperature", "-1"], "temperature"),
        (["x", "--temperature", "nan"], "temperature"),
        (["x", "--temperature", "0", "--top-k", "5"], "--top-k changes nothing"),
        (["x", "--temperature", "0", "-n", "5"], "would be the same"),
        (["x", "--top-k", "0"], "top-k"),
        (["x", "--top-p", "1.5"], "top-p"),
        (["x", "--min-p", "0"], "min-p"),
        (["x", "--typical", "2"], "typical"),
        (["x", "--repetition-penalty", "0"], "repetition-penalty"),
        (["x", "--no-repeat-ngram", "0"], "no-repeat-ngram"),
        (["x", "--stop", ""], "stop string"),
        (["x", "--seed", "-1"], "seed"),
        (["x", "--show-alternatives", "0"], "--show-alternatives must be at least 1"),
        (["x", "--threads", "0"], "--threads must be at least 1"),
        (["x", "--beams", "0"], "beams"),
        (["x", "--beams", "2", "--n-best", "3"], "3 best texts"),
        (["x", "--beams", "2", "-n", "3"], "-n does not go with it"),
        (["x", "--beams", "2", "--temperature", "1"], "--temperature does not go with it"),
        (["x", "--beams", "2", "--top-p", "0.9"], "--top-p does not go with it"),
        (["x", "--beams", "2", "--seed", "1"], "--seed does not go with it"),
        (["x", "--beams", "2", "--show-alternatives", "1"], "--show-alternatives does not go with it"),
        (["x", "--n-best", "2"], "--n-best is for beam search"),
        (["x", "--length-penalty", "2"], "--length-penalty is for beam search"),
        (["x", "--lines"], "--lines reads prompts from stdin, but PROMPT"),
        (["x", "--interactive"], "--interactive reads prompts"),
        (["--lines", "--interactive"], "contradict each other"),
        (["x", "--engine", "tflite"], "auto, native, fast, onnx, int8, torch"),
        (["x", "--engine", "onnx", "--device", "cuda"], "onnx engine runs on the CPU"),
        (["x", "--device", "tpu"], "auto, cpu, cuda"),
        (["x", "--format", "xml"], "--format"),
    ],
)
def test_what_makes_no_sense_to_generate(lm: Path, arguments: list[str], said: str) -> None:
    result = lstm("generate", "-m", lm, *arguments)
    assert result.stdout == "" and result.stderr.startswith("error: ")
    refused(result, 2, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "-"], "once"),
        (["--text", "x", "--per", "verse"], "line, word, token, char"),
        (["--text", "x", "--stream", "--lines"], "contradict"),
        (["--text", "x", "--batch-size", "0"], "--batch-size must be at least 1"),
        (["--text", "x", "--threads", "0"], "--threads must be at least 1"),
        (["--text", "x", "--engine", "tflite"], "onnx, torch"),
        (["--text", "x", "--engine", "onnx", "--device", "cuda"], "--engine torch"),
        (["--text", "x", "--device", "tpu"], "auto, cpu, cuda"),
        (["--text", "x", "--cache", "9", "--adapt"], "--cache and --adapt contradict each other"),
        (["--text", "x", "--adapt", "--lines"], "--adapt and --lines contradict each other"),
        (["--text", "x", "--cache", "0"], "cache must be at least 1 token"),
        (["--text", "x", "--cache-theta", "0.5"], "--cache-theta needs --cache"),
        (["--text", "x", "--adapt-decay", "0.5"], "--adapt-decay needs --adapt"),
        (["--text", "x", "--adapt", "--adapt-rate", "-1"], "adapt-rate must be at least 0"),
    ],
)
def test_what_makes_no_sense_to_perplexity(lm: Path, arguments: list[str], said: str) -> None:
    result = lstm("perplexity", "-m", lm, *arguments)
    assert result.stdout == "" and result.stderr.startswith("error: ")
    refused(result, 2, said)


# Models


@pytest.mark.parametrize("command", [["generate", "x"], ["perplexity", "--text", "x"]])
def test_a_classifier_is_sent_to_classify(command: list[str], sound: Path) -> None:
    result = lstm(*command, "-m", sound)
    assert result.stdout == ""
    refused(result, 4, "holds a classifier, not a language model", "`lstm classify` reads it")


@pytest.mark.parametrize("arguments", [["--text", "x"], ["good.csv", "--report"]])
def test_a_language_model_is_sent_to_its_commands(lm: Path, arguments: list[str], here: Path) -> None:
    result = lstm("classify", *arguments, "-m", lm)
    assert result.stdout == ""
    refused(result, 4, "holds a language model, not a classifier", "`lstm generate` and `lstm perplexity` read it")


@pytest.mark.parametrize("command", [["generate", "x"], ["perplexity", "--text", "x"]])
def test_a_model_that_is_not_there(command: list[str], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    for place in (["-m", "none"], []):
        refused(lstm(*command, *place), 4, "lstm train book.txt")


DAMAGED = {
    "config.json": {"cut", "missing"},
    "tokenizer.json": {"cut", "missing", "altered"},
    "model.safetensors": {"cut", "missing", "altered"},
    "model.onnx": {"cut", "missing", "altered"},
}


@pytest.mark.parametrize(("name", "harm"), [(name, harm) for name, harms in DAMAGED.items() for harm in sorted(harms)])
def test_a_model_with_a_damaged_file(name: str, harm: str, lm: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(lm, tmp_path / "model"), name)
    data = path.read_bytes()
    path.unlink()
    if harm != "missing":
        middle = len(data) // 2
        altered = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes(data[:-10] if harm == "cut" else altered)
    for command in (["generate", "x", "--max-tokens=2"], ["perplexity", "--text=x"]):
        result = lstm(*command, "-m", path.parent)
        if name.endswith(".onnx") and harm == "altered":  # of what is for other programs the size alone is looked at
            assert result.exit_code == 0
        else:
            assert result.stdout == ""
            refused(result, 4, name)


# Streams


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("generate -m MODEL - <&-", "error: stdin (`-`) is closed"),
        ("generate -m MODEL --lines <&-", "error: --lines reads prompts from stdin"),
        ("generate -m MODEL -i <&-", "error: stdin is closed"),
        ("perplexity -m MODEL <&-", "error: no input"),
        ("perplexity -m MODEL - <&-", "error: stdin (`-`) is closed"),
    ],
)
def test_a_closed_stdin(line: str, said: str, lm: Path) -> None:
    code, shown, talk = shell(f"{LSTM} {line.replace('MODEL', str(lm))}")
    assert (code, shown) == (2, "") and talk.startswith(said)


USES = [
    *("generate the --max-tokens 9", "generate the -n 3 --format json"),
    *("perplexity --text x", "perplexity --text x --per word"),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("use", USES)
def test_a_full_disk_behind_stdout(use: str, lm: Path) -> None:
    code, _, said = shell(f"{LSTM} {use} -m {lm} > /dev/full")
    hint = "hint: free some space on the disk that it is written to\n"
    expected = f"error: cannot write the output: No space left on device\n{hint}"
    assert (code, said) == (1, expected)


@pytest.mark.parametrize("use", USES)
def test_a_reader_that_leaves(use: str, lm: Path) -> None:
    assert shell(f"{LSTM} {use} -m {lm} | true") == (0, "", "")
