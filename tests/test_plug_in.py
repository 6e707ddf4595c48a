"""A task of another distribution: ``support/plugin`` is a package with an entry point in the group ``lstmcli.tasks``.

How many existing files a new task touches is counted by what differs from the source as it is here: a plug-in works
beside it as it stands, so none; in a copy of the source the same task is built in, and the files that had to be
changed for that are compared.
"""

from __future__ import annotations

import filecmp
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from lstmcli.errors import UsageError
from lstmcli.safe_path import child_environment
from lstmcli.tasks import BUILT_IN, all_tasks, find_task, require_task

PLUG_IN = Path(__file__).resolve().parent / "support" / "plugin"
SOURCE = Path(__file__).resolve().parent.parent / "src"
LINES = [n * "x" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 5, 2) * 4]
OPTIONS = ("--task", "length", "--epochs", "3", "--seed", "2", "--threads", "1", "--device", "cpu")


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plug-in as if it were installed."""
    monkeypatch.syspath_prepend(str(PLUG_IN))
    invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "toy_length"]:
        del sys.modules[name]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.txt").write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return tmp_path


def lstm(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_it_is_found_by_its_entry_point_after_the_built_in_tasks(plugged_in: None) -> None:
    assert [task.name for task in all_tasks()] == [*BUILT_IN, "length"]
    assert require_task("length").title == "a length model"


def test_without_it_there_is_no_such_task() -> None:
    assert find_task("length") is None
    found = lstm("train", "lines.txt", "--task", "length")
    assert found.exit_code == 2 and "there is no task 'length'" in found.stderr
    assert "classify, lm, translate" in found.stderr


def test_it_trains_saves_loads_and_is_described(plugged_in: None, here: Path) -> None:
    trained = lstm("train", "lines.txt", *OPTIONS, "--format", "json")
    assert trained.exit_code == 0, trained.stderr
    found = json.loads(trained.stdout)
    assert found["stopped"] == "finished" and found["path"] == "lstm-model/length"
    assert "48 lines to measure" in trained.stderr and "valid: off by" in trained.stderr
    assert "%" not in trained.stderr.split("epoch 1:")[1].split("\n")[0]  # its metric is no share

    from toy_length.load import lengths  # type: ignore[import-not-found]

    model = "lstm-model/length"
    assert lengths(model, ["xxx", "xxxxxxxx"]) == pytest.approx([3, 8], abs=0.9)
    info = lstm("info", model)
    assert info.exit_code == 0, info.stderr
    for part in ("length model", "LSTM 8", "torch (PyTorch)", "mean error", "gives the same weights"):
        assert part in info.stdout, part
    described = json.loads(lstm("info", model, "--format", "json").stdout)
    assert described["task"] == "length" and described["metrics"]["valid"] == found["valid"]
    card = (here / model / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# A length model") and "--task length" in card

    first = (here / model / "model.safetensors").read_bytes()
    assert "a model is already there" in lstm("train", "lines.txt", *OPTIONS).stderr
    assert lstm("train", "lines.txt", *OPTIONS, "--force", "-q").exit_code == 0
    assert (here / model / "model.safetensors").read_bytes() == first


def test_commands_of_other_tasks_say_what_reads_it(plugged_in: None, here: Path) -> None:
    assert lstm("train", "lines.txt", *OPTIONS, "-o", "toy", "-q").exit_code == 0
    for arguments in (["classify", "-m", "toy", "--text", "x"], ["generate", "-m", "toy", "x"]):
        refused = lstm(*arguments)
        assert refused.exit_code == 4 and "toy: holds a length model, not a" in refused.stderr
        assert "`python -m toy_length` reads it" in refused.stderr
    for arguments in (
        ["compare", "toy", "toy", "--on", "lines.txt"],
        ["inspect", "-m", "toy", "x"],
        ["compare", "lines.txt", "--task", "length", "--cells", "lstm,gru"],
    ):
        refused = lstm(*arguments)
        assert refused.exit_code == 2 and "does not apply to length models" in refused.stderr, refused.stderr


def test_the_check_before_training_and_completion_know_it(plugged_in: None, here: Path) -> None:
    dry = lstm("train", "lines.txt", *OPTIONS, "--dry-run", "--format", "json")
    assert dry.exit_code == 0 and json.loads(dry.stdout)["plan"]["estimate"]["model_bytes"] > 0
    assert not (here / "lstm-model").exists()
    misplaced = lstm("train", "lines.txt", *OPTIONS, "--bptt", "3")
    assert misplaced.exit_code == 2 and "--bptt does not apply to a length model" in misplaced.stderr
    line = {"COMP_WORDS": "lstm train lines.txt --task ", "COMP_CWORD": "4", "_LSTM_COMPLETE": "complete_bash"}
    completed = CliRunner().invoke(app, [], prog_name="lstm", env=line)
    assert completed.stdout.split() == ["classify", "lm", "translate", "length"]


def test_one_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[lstmcli.tasks]\nodd = no_such_module:TASK\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    invalidate_caches()
    with pytest.raises(UsageError, match="the plug-in no_such_module:TASK, which adds the task odd, cannot be loaded"):
        all_tasks()
    assert find_task("lm") is BUILT_IN["lm"]


def test_the_same_task_built_in_changes_one_existing_file(here: Path) -> None:
    """Its package, then one entry in the registry; a command would be a file, and a line in ``cli/app.py``."""
    source = here / "source"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copytree(PLUG_IN / "toy_length", source / "toy_length", ignore=shutil.ignore_patterns("__pycache__"))
    init = source / "toy_length" / "__init__.py"
    entry = init.read_text(encoding="utf-8").split("TASK = ")[1]
    init.write_text("from lstmcli.tasks import LENGTH as TASK\n", encoding="utf-8")
    registry = source / "lstmcli" / "tasks.py"
    text = registry.read_text(encoding="utf-8")
    text = text.replace("BUILT_IN = {", f"LENGTH = {entry}\nBUILT_IN = {{", 1)
    text = text.replace("LANGUAGE_MODELING, TRANSLATION)", "LANGUAGE_MODELING, TRANSLATION, LENGTH)", 1)
    registry.write_text(text, encoding="utf-8")

    command = [sys.executable, "-m", "lstmcli", "train", "lines.txt", *OPTIONS, "-q"]
    environment = child_environment({"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"})
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=here, timeout=240)
    assert (run.returncode, run.stderr) == (0, "")
    assert lstm("info", "lstm-model/length").exit_code == 4  # the task is in the copy only

    existing = [path.relative_to(SOURCE) for path in SOURCE.rglob("*.py")]
    changed = [str(path) for path in existing if not filecmp.cmp(SOURCE / path, source / path, shallow=False)]
    assert changed == ["lstmcli/tasks.py"]
