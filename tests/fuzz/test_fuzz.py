"""The fuzzer, for some hundred seeds and, marked slow, for thousands: nothing but answers and errors of ours."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from fuzz import hostile, mutate
from fuzz.__main__ import ENVIRONMENT, build, fuzz
from lstmcli.model_dir.manifest import checksum, entry_of


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bases")
    build(folder)
    return folder


@pytest.mark.parametrize(("what", "count"), [("models", 60), ("texts", 60), ("runs", 24)])
def test_some(what: str, count: int, bases: Path) -> None:
    report = fuzz(bases, what, count)
    assert not report.faults, "\n".join(report.faults)
    assert report.tried == count
    assert len(report.ends) > 1, "some end well and some do not"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["models", "texts", "runs"])
@pytest.mark.parametrize("part", range(12))
def test_many(what: str, part: int, bases: Path) -> None:
    report = fuzz(bases, what, 1000, 1_000_000 + 1000 * part)
    assert not report.faults, "\n".join(report.faults)
    assert report.tried == 1000
    assert len(report.ends) > 1, "some end well and some do not"


def test_a_seed_is_a_mutation() -> None:
    base = {"config.json": b'{"files": {"a.json": {}}, "checksum": ""}', "a.json": b'{"a": [1, 2, {"b": "c"}]}'}
    first, again = ([mutate.mutated(Random(seed), base) for seed in range(50)] for _ in range(2))
    assert first == again
    assert len({str(files) for _, files in first}) > 40
    assert [hostile.content(Random(seed)) for seed in range(50)] == [
        hostile.content(Random(seed)) for seed in range(50)
    ]


def test_a_sealed_model_has_the_sums_of_its_files() -> None:
    sealed = mutate.sealed({"config.json": b'{"files": {"a": 1}, "checksum": "x"}', "a": b"abc"})
    config = json.loads(sealed["config.json"])
    assert config["files"] == {"a": entry_of(b"abc")} and config["checksum"] == checksum(config)


def test_what_works_for_ever_is_ended() -> None:
    endless = "from fuzz import child\nchild.CPU_SECONDS = 1\nchild.limit_time()\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", endless], env=ENVIRONMENT, timeout=240)
    assert done.returncode == -signal.SIGXCPU
