"""``--softmax adaptive`` from the command line to every command that uses the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app

SMALL = ("--embedding=12", "--hidden=16", "--layers=1", "--bptt=10", "--epochs=2", "--threads=1", "--device=cpu", "-q")
LINES = [f"the {a} {b} saw the {c} , {i} times ." for i, a in enumerate("abcdefgh") for b in "ijklm" for c in "nopq"]
CHINESE = [f"他们说{a}{b}很好看。" for a in "电影音乐书店" for b in "今天昨年这那里"] * 6


def lstm(*arguments: object, text: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(map(str, arguments)), input=text)
    assert result.exit_code == 0, result.stderr
    return result


def perplexity(model: Path, *arguments: object) -> Any:
    return json.loads(lstm("perplexity", "-m", model, "--format", "json", *arguments).stdout)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "train.txt"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_CACHE", str(folder / "cache"))
        lstm("train", text, "-o", folder / "m", "--softmax", "adaptive", *SMALL)
    return folder / "m"


def test_the_model_says_where_it_is_cut(model: Path) -> None:
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    V = config["tokenizer"]["vocab_size"]
    assert config["lm"]["model"]["softmax"] == "adaptive" and config["lm"]["model"]["tied"] is False
    assert config["lm"]["model"]["cutoffs"] == [max(1, V // 16), V // 4]
    assert "adaptive softmax cut at 2 and 8" in config["architecture"]
    weights = load_file(model / "model.safetensors")
    assert sorted(weights["decoder.rank"]) == list(range(V))
    words = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert weights["decoder.rank"][words["the"]] == 0  # twice in every line
    assert weights["decoder.rank"][words["<unk>"]] == V - 1


def test_every_engine_measures_the_same(model: Path, text: Path) -> None:
    found = perplexity(model, text)
    assert found["perplexity"] < 31
    assert perplexity(model, text, "--engine", "torch")["nats"] == pytest.approx(found["nats"], rel=1e-5)
    words = json.loads(lstm("perplexity", "-m", model, "--per", "token", "--format", "json", text).stdout)
    assert words  # surprisal and entropy come from the same graph


@pytest.mark.parametrize("option", [("--cache", "20"), ("--adapt",)])
def test_it_goes_on_learning_from_what_it_reads(model: Path, text: Path, option: tuple[str, ...]) -> None:
    assert "perplexity" in json.dumps(perplexity(model, text, "--stream", *option))


@pytest.mark.parametrize("engine", ["int8", "onnx", "torch"])
def test_it_generates(model: Path, engine: str) -> None:
    arguments = (
        "generate",
        "the",
        "-m",
        model,
        "--engine",
        engine,
        "--max-tokens",
        8,
        "--seed",
        1,
        "--format",
        "jsonl",
    )
    found = json.loads(lstm(*arguments).stdout)
    assert found["text"].strip() and found["logprob"] < 0


@pytest.mark.parametrize("kind", ["char", "bpe", "byte"])
def test_ids_in_no_order_of_frequency(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "text.txt"
    source.write_text("\n".join(CHINESE), encoding="utf-8")
    lstm("train", source, "-o", tmp_path / "m", "--softmax", "adaptive", "--tokenizer", kind, *SMALL)
    config = json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8"))
    assert perplexity(tmp_path / "m", source)["perplexity"] < config["tokenizer"]["vocab_size"] * 0.8
    assert lstm("generate", "他们", "-m", tmp_path / "m", "--max-tokens", 8).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--softmax", "adaptiv"), "softmax must be one of full, adaptive"),
        (("--softmax", "adaptive", "--task", "classify"), "--softmax does not apply to a classifier"),
    ],
)
def test_what_it_cannot_be(text: Path, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(app, ["train", str(text), "-o", str(tmp_path / "m"), *arguments])
    assert result.exit_code == 2 and message in " ".join(result.stderr.split())
    assert not (tmp_path / "m").exists()
