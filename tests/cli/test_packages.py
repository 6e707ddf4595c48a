"""Packages that are missing, broken or too old: a command names the package and how to install it, or does without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from support.generate_models import untrained_language_model
from support.models import untrained_model

BLOCKED = """
import importlib.machinery, sys, types
name, how, *sys.argv[1:] = sys.argv[1:]
class Finder:
    def find_spec(self, wanted, path=None, target=None):
        if wanted == name or wanted.startswith(name + "."):
            if how == "missing":
                raise ModuleNotFoundError(f"No module named {wanted!r}", name=wanted)
            if how == "broken":
                raise ImportError(f"lib{name}.so: undefined symbol: x", name=wanted)
        return None
if how == "old":
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)
else:
    sys.meta_path.insert(0, Finder())
sys.argv[0] = "lstm"
from lstmcli.__main__ import main
main()
"""
SMALL = ["--epochs=1", "--hidden=4", "--embedding=4", "--threads=1", "--force"]
COMMANDS = {
    "classify": ["classify", "-m", "c", "--text", "good"],
    "generate": ["generate", "-m", "l", "the", "--max-tokens", "2"],
    "perplexity": ["perplexity", "-m", "l", "t.txt"],
    "train": ["train", "t.csv", "-o", "new", *SMALL],
    "train-lm": ["train", "t.txt", "-o", "new-lm", "--tokenizer", "char", *SMALL],
    "parquet": ["classify", "-m", "c", "--input-format", "parquet", "t.parquet"],
    "bulk": ["classify", "-m", "c", "t.txt", "-o", "answers", "--format", "parquet"],
    "hub": ["train", "some/data", "-o", "new", *SMALL],
    "report": ["classify", "-m", "c", "--report", "t.csv", "--format", "table"],
    "info": ["info", "c", "--format", "table"],
}
NEEDED = [
    *(("onnxruntime", command) for command in ("classify", "generate", "perplexity")),
    *(("tokenizers", command) for command in ("classify", "generate")),
    *(
        ("numpy", "classify"),
        ("safetensors", "classify"),
        ("pyarrow", "parquet"),
        ("pyarrow", "bulk"),
        ("torch", "train"),
        ("scipy", "train"),
    ),
    *(("rich", "report"), ("typer", "info")),
]
OLD = [("onnxruntime", "classify"), ("tokenizers", "classify"), ("safetensors", "classify")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    untrained_model(folder / "c")
    untrained_language_model(folder / "l")
    rows = "".join(f"a good film {n},good\na bad film {n},bad\n" for n in range(20))
    (folder / "t.csv").write_text("text,label\n" + rows)
    (folder / "t.txt").write_text("the cat saw the dog\n" * 60)
    (folder / "t.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    return folder


def run(place: Path, package: str, how: str, command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "LSTM_CACHE": str(place / "cache"), "HF_HUB_OFFLINE": "1"}
    environment["LSTM_ENGINE"] = "onnx"  # the kernel needs no package
    environment.pop("LSTM_DEBUG", None)
    line = [sys.executable, "-c", BLOCKED, package, how, *COMMANDS[command]]
    return subprocess.run(
        line, cwd=place, env=environment, capture_output=True, text=True, timeout=280, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def usual(place: Path) -> Callable[[str], int]:
    """The exit code of a command that finds all packages."""
    return cache(lambda command: run(place, "none", "missing", command).returncode)


def ends_well(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode in (0, 1, 2, 3, 4), done.stderr
    assert "Traceback" not in done.stderr and "unexpected" not in done.stderr, done.stderr


@pytest.mark.parametrize(("package", "command"), NEEDED)
def test_what_is_missing_is_named(place: Path, package: str, command: str) -> None:
    done = run(place, package, "missing", command)
    ends_well(done)
    if done.returncode:
        assert done.returncode == 2 and f"{package!r} is not installed" in done.stderr, done.stderr
        assert f"pip install {package}" in done.stderr


def test_a_format_that_lacks_its_package_is_refused_before_the_work(place: Path) -> None:
    done = run(place, "pyarrow", "missing", "bulk")
    assert done.returncode == 2 and "worker" not in done.stderr, done.stderr
    assert not (place / "answers").exists()


def test_a_package_that_saves_a_model_is_missed_before_the_training(place: Path) -> None:
    done = run(place, "safetensors", "missing", "train")
    ends_well(done)
    assert done.returncode == 2 and "'safetensors' is not installed" in done.stderr
    assert "epoch" not in done.stderr


@pytest.mark.parametrize("how", ["broken", "old"])
@pytest.mark.parametrize(("package", "command"), OLD)
def test_what_is_broken_or_too_old_is_named(place: Path, package: str, command: str, how: str) -> None:
    done = run(place, package, how, command)
    ends_well(done)
    assert done.returncode == 1 and package in done.stderr and "install it" in done.stderr, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", ["missing", "broken", "old"])
@pytest.mark.parametrize(
    "package",
    ["onnxruntime", "tokenizers", "numpy", "safetensors", "pyarrow", "torch", "scipy", "rich", "typer", "datasets",
     "charset_normalizer"],
)  # fmt: skip
@pytest.mark.parametrize("command", COMMANDS)
def test_all(place: Path, package: str, how: str, command: str, usual: Callable[[str], int]) -> None:
    done = run(place, package, how, command)
    ends_well(done)
    if done.returncode not in (0, usual(command)):
        code = 2 if how == "missing" else 1
        assert done.returncode == code and package in done.stderr and "pip install" in done.stderr, done.stderr
        assert "epoch 1" not in done.stderr, "a training is lost"
