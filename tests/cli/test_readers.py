"""Readers in other processes while a model is replaced again and again: each sees a whole one, the old or the new."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import replacing
from support.generate_models import lm_config, untrained_language_model
from support.models import untrained_model
from support.refusing import ENVIRONMENT
from support.replacing import TEXT, answer
from support.runs import LIMIT, LSTM

HERE = Path(__file__).resolve().parent.parent
COMMANDS = {
    "classify": (["classify", "--text", TEXT], ["info"], ["inspect", TEXT]),
    "lm": (["perplexity", "--text", TEXT], ["info"], ["generate", TEXT, "--max-tokens", "3"]),
}


def two(folder: Path, task: str) -> list[Path]:
    """Models that share no answer and no shape."""
    if task == "classify":
        untrained_model(folder / "one")
        untrained_model(folder / "two", labels=["a", "b", "c"], metrics={})
    else:
        untrained_language_model(folder / "one")
        untrained_language_model(folder / "two", lm_config("word", hidden=5))
    return [folder / "one", folder / "two"]


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "support.replacing", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=HERE, env=ENVIRONMENT)


def ended(process: subprocess.Popen[str]) -> object:
    out, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said
    return json.loads(out)


def watched(folder: Path, task: str, seconds: float, readers: int) -> tuple[int, int, int]:
    """How many saves, loads and commands there were, none of which saw anything but a whole model."""
    models, target = two(folder, task), folder / "model"
    expected = {answer(model) for model in models}
    assert len(expected) == 2
    shutil.copytree(models[0], target)
    writer = started("write", target, seconds, *models)
    reading = [started("read", target, seconds) for _ in range(readers)]
    commands = 0
    while writer.poll() is None:
        arguments = COMMANDS[task][commands % len(COMMANDS[task])]
        found = subprocess.run(
            [LSTM, *arguments, "-m", str(target)] if arguments != ["info"] else [LSTM, "info", str(target)],
            capture_output=True, text=True, env=ENVIRONMENT, timeout=LIMIT,
        )  # fmt: skip
        assert found.returncode == 0 and found.stdout, found.stderr
        commands += 1
    saves, loads = ended(writer), 0
    for process in reading:
        answers = ended(process)
        assert isinstance(answers, dict) and set(answers) <= expected
        loads += sum(answers.values())
    assert isinstance(saves, int)
    assert sorted(path.name for path in folder.iterdir()) == ["model", "one", "two"]
    return saves, loads, commands


@pytest.mark.parametrize("task", ["classify", "lm"])
def test_a_model_that_was_opened_is_all_there(task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one takes its place at the worst moment: nothing is read from the directory after that."""
    one, other = two(tmp_path, task)
    expected = answer(one)

    def replaced(_: float) -> None:
        if other.exists():
            shutil.rmtree(one)
            other.rename(one)

    monkeypatch.setattr(replacing.time, "sleep", replaced)
    assert answer(one) == expected != answer(one)


@pytest.mark.parametrize("task", ["classify", "lm"])
def test_a_reader_sees_a_whole_model_whenever_it_looks(task: str, tmp_path: Path) -> None:
    saves, loads, commands = watched(tmp_path, task, 3.0, readers=2)
    assert min(saves, loads, commands) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("task", ["classify", "lm"])
def test_many_readers_for_a_minute(task: str, tmp_path: Path) -> None:
    """Or, on a busy machine, for as long as ten of each take."""
    seen = [0, 0, 0]
    for part in itertools.count():
        if part >= 3 and min(seen) >= 10:
            break
        place = tmp_path / str(part)
        place.mkdir()
        seen = [before + more for before, more in zip(seen, watched(place, task, 20.0, readers=4), strict=True)]
    print(f"{task}: {seen[0]:,} saves, {seen[1]:,} loads, {seen[2]:,} commands")
