"""The same command, twice, in processes of their own: the same weights to the byte, or a word on why not."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.errors import ModelError
from support.models import stub_model
from support.refusing import SMALL, lstm, refused

WORDS = ["the", "a", "cat", "dog", "bird", "saw", "liked", "small", "old", "猫", "狗", "看见", "喜欢", "很", "大"]
EVERYTHING = {
    "classify": "--epochs 2 --embedding 12 --hidden 10 --layers 2 --weight-drop 0.3 --layer-dropout 0.3 --clip 1 "
    "--adversarial 0.5 --label-smoothing 0.1 --class-weights balanced --pooling max,mean,attention --segment 6",
    "lm": "--epochs 2 --embedding 12 --hidden 16 --layers 2 --weight-drop 0.3 --input-dropout 0.2 --layer-dropout 0.2 "
    "--embedding-dropout 0.1 --output-dropout 0.2 --alpha 2 --beta 1 --batch-size 8",
}
"""Every regulariser at once."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, draw = tmp_path_factory.mktemp("deterministic"), random.Random(7)
    lines = [" ".join(draw.choice(WORDS) for _ in range(draw.randint(3, 12))) for _ in range(300)]
    rows = ["label,text", *(f"{'yes' if 'cat' in line else 'no'},{line}" for line in lines)]
    (folder / "lm").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "classify").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def trained(folder: Path, task: str, *options: str, hashes: str = "0", threads: int = 1) -> bytes:
    """The weights of a model trained by a process of its own."""
    place = folder / "model"
    command = [
        sys.executable,
        "-m",
        "lstmcli",
        "train",
        str(folder / task),
        "--task",
        task,
        "-o",
        str(place),
        "--force",
    ]
    command += [*EVERYTHING[task].split(), "--threads", str(threads), "--device", "cpu", "--quiet", *options]
    environment = {**os.environ, "PYTHONHASHSEED": hashes, "OMP_NUM_THREADS": str(threads)}
    environment["OMP_WAIT_POLICY"] = "passive"  # threads that wait by spinning take the cores from each other
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert run.returncode == 0, run.stderr
    return (place / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("task", "tokenizer"),
    [
        ("lm", "char"),
        pytest.param("classify", "word", marks=pytest.mark.slow),
        pytest.param("classify", "char", marks=pytest.mark.slow),
        pytest.param("lm", "word", marks=pytest.mark.slow),
    ],
)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(folder: Path, task: str, tokenizer: str) -> None:
    options = ("--tokenizer", tokenizer, "--deterministic")
    first = trained(folder, task, *options)
    tokens = (folder / "model" / "tokenizer.json").read_bytes()
    assert trained(folder, task, *options, hashes="12345") == first
    assert (folder / "model" / "tokenizer.json").read_bytes() == tokens
    assert trained(folder, task, *options, "--seed", "2") != first


@pytest.mark.slow
@pytest.mark.parametrize("tokenizer", ["word", "bpe", "unigram", "char", "byte"])
@pytest.mark.parametrize("task", ["classify", "lm"])
def test_whatever_the_tokenizer(folder: Path, task: str, tokenizer: str) -> None:
    found = {trained(folder, task, "--tokenizer", tokenizer, hashes=str(n)) for n in range(3)}
    assert len(found) == 1


@pytest.mark.slow
@pytest.mark.parametrize("task", ["classify", "lm"])
def test_with_several_threads(folder: Path, task: str) -> None:
    first = trained(folder, task, "--deterministic", threads=2)
    assert trained(folder, task, threads=2, hashes="7") == first


@pytest.mark.parametrize("task", ["classify", "lm"])
def test_an_operation_without_an_order_is_refused(
    task: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from lstmcli.classification import trainer
    from lstmcli.language_modeling import trainer as trainer_lm

    kind = trainer.Trainer if task == "classify" else trainer_lm.LmTrainer
    gradients = kind.gradients

    def planted(*arguments: object, **named: object) -> object:
        torch.zeros(4).put_(torch.tensor([0, 0]), torch.tensor([1.0, 2.0]))
        return gradients(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "gradients", planted)
    arguments = ["train", folder / task, "-o", tmp_path / "m", *EVERYTHING[task].split(), "--device", "cpu", "-q"]
    refused(lstm(*arguments, "--deterministic"), 1, "put_ has no form here", "leave out --deterministic")
    assert not (tmp_path / "m").exists()
    assert lstm(*arguments).exit_code == 0
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("arguments", ["train good.csv --time 5s", "compare good.csv --cells lstm,rnn --match time"])
def test_no_clock_runs_twice_alike(arguments: str, here: Path) -> None:
    result = lstm(*arguments.split(), "--deterministic")
    refused(result, 2, "--deterministic and a time limit contradict each other")
    assert "--epochs" in result.stderr


def test_info_says_how_to_have_the_same_weights_again(here: Path) -> None:
    assert lstm("train", "good.csv", "-o", "m", *SMALL, "-q").exit_code == 0
    shown = " ".join(lstm("info", "m").stdout.split())
    assert "seed 1, fp32 on cpu, 1 thread" in shown
    assert "the same command with these versions, 1 thread and this kind of processor gives the same weights" in shown
    found = json.loads(lstm("info", "m", "--format", "json").stdout)
    assert (found["seed"], found["threads"], found["device"], found["obstacles"]) == (1, 1, "cpu", [])


def test_info_says_that_the_clock_was_in_it(here: Path) -> None:
    assert lstm("train", "good.csv", "-o", "m", *SMALL, "--time", "20s", "-q").exit_code == 0
    assert "the same command may give other weights: the clock" in " ".join(lstm("info", "m").stdout.split())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"device": "cuda", "threads": 4}, ["sums on a GPU are made in any order (without --deterministic)"]),
        ({"stopped": "interrupted", "threads": 4}, ["it was ended by hand"]),
        ({"changed": ["threads", "torch"], "threads": 4}, ["it went on with another threads, torch"]),
        ({}, ["its number of threads is not known"]),
    ],
)
def test_info_says_what_stands_in_the_way(changes: dict[str, object], said: list[str], tmp_path: Path) -> None:
    model = stub_model(tmp_path / "m", **changes)
    assert json.loads(lstm("info", model, "--format", "json").stdout)["obstacles"] == said
    assert all(part in " ".join(lstm("info", model).stdout.split()) for part in said)


def test_a_model_from_a_gpu_that_was_deterministic(tmp_path: Path) -> None:
    from lstmcli.config import to_dict
    from support.models import TINY

    config = to_dict(TINY)
    config["train"]["deterministic"] = True
    model = stub_model(tmp_path / "m", device="cuda", threads=4, precision="bf16", classifier=config)
    shown = " ".join(CliRunner().invoke(app, ["info", str(model)]).stdout.split())
    assert "bf16 on cuda, 4 threads" in shown and "4 threads and this kind of GPU gives the same weights" in shown


@pytest.mark.parametrize("change", [{"threads": True}, {"threads": "4"}, {"device": 1}, {"changed": [1]}])
def test_what_a_stranger_says_of_the_machine_is_checked(change: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{next(iter(change))} cannot be"):  # reading and writing check alike
        stub_model(tmp_path / "m", **change)


def test_going_on_with_another_number_of_threads_is_remembered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from lstmcli.training.checkpoint import Checkpoints

    take = Checkpoints.take

    def killing(self: Checkpoints, snapshot: Any, **how: Any) -> None:
        take(self, snapshot, **how)
        raise KeyboardInterrupt

    arguments = ["train", "good.csv", "-o", "m", *(option for option in SMALL if "threads" not in option), "-q"]
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "take", killing)
        assert lstm(*arguments, "--checkpoint-every", "0.0001s").exit_code == 130
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert "machine.threads" in lstm(*arguments, "--resume").stderr
    assert json.loads(lstm("info", "m", "--format", "json").stdout)["obstacles"] == ["it went on with another threads"]
