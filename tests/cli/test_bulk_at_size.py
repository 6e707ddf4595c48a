"""``-o DIR`` at the size that it is for: flat memory, any number of kills, a disk that fills up."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from processes import started
from support.disks import FILLER, Disk, small_disk
from support.models import untrained_model
from support.runs import LSTM

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]
ROWS = int(os.environ.get("ROWS", "5000000"))
"""Of the large file; the kills happen on a fifth of it."""
MEMORY = 400 << 20
"""Bytes that the largest process may take."""
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("size") / "model")


def write_rows(path: Path, rows: int) -> Path:
    rng, words = random.Random(0), ["good", "bad", "film", "dull", "plot", "好看", "nothing"]
    with path.open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        file.writelines(f"{n},{' '.join(rng.choices(words, k=rng.randint(1, 8)))}\n" for n in range(rows))
    return path


def command(model: Path, file: Path, out: Path, *more: str) -> list[str]:
    return [LSTM, "classify", "-m", str(model), str(file), "-o", str(out), "--workers", "2", *more]


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=6000)


def test_memory_is_flat(model: Path, tmp_path: Path) -> None:
    file = write_rows(tmp_path / "a.csv", ROWS)
    done = run(command(model, file, tmp_path / "out", "--format", "parquet", "--keep-columns"))
    assert done.returncode == 0, done.stderr
    assert f"{ROWS:,} texts answered" in done.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10 < MEMORY

    import pyarrow.parquet as pq

    expected = 0
    for batch in pq.ParquetFile(tmp_path / "out" / "a.csv.parquet").iter_batches(columns=["id"]):
        own = batch.column("id").to_pylist()
        assert own == [str(n) for n in range(expected, expected + len(own))]
        expected += len(own)
    assert expected == ROWS


def test_ten_kills_change_no_byte(model: Path, tmp_path: Path) -> None:
    file, rng = write_rows(tmp_path / "a.csv", ROWS // 5), random.Random(2)
    begin = time.monotonic()
    assert run(command(model, file, tmp_path / "undisturbed")).returncode == 0
    each = (time.monotonic() - begin) / 8
    for _ in range(10):
        with started(command(model, file, tmp_path / "killed"), stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
            time.sleep(rng.uniform(0, each))
            process.send_signal(signal.SIGKILL)
    assert run(command(model, file, tmp_path / "killed")).returncode == 0
    one, other = (
        {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        for out in (tmp_path / "undisturbed", tmp_path / "killed")
    )
    assert one == other and len(one) == 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", 4_000_000) as found:
        yield found


@pytest.mark.parametrize("leave", [0, 60_000, 300_000])
def test_a_full_disk_has_nothing_half_written_and_the_work_goes_on(
    model: Path, tmp_path: Path, disk: Disk, leave: int
) -> None:
    file = write_rows(tmp_path / "a.csv", 40_000)
    words = [*disk.prefix, *command(model, file, disk.place / "out")]
    (disk.inside / "out").mkdir()
    disk.fill(leave)
    full = run(words)
    assert full.returncode == 1 and "No space left on device" in full.stderr and "Traceback" not in full.stderr
    names = {Path(name).name for name in disk.holds()} - {"out", ".unfinished", "a.csv.tsv", FILLER, "manifest.json"}
    assert not (disk.inside / "out" / "a.csv.tsv").exists() and all(name.endswith(".part") for name in names)
    disk.empty()
    done = run(words)
    assert done.returncode == 0, done.stderr
    assert run(command(model, file, tmp_path / "plain")).returncode == 0
    assert (disk.inside / "out" / "a.csv.tsv").read_bytes() == (tmp_path / "plain" / "a.csv.tsv").read_bytes()
    manifest = json.loads((disk.inside / "out" / "manifest.json").read_text())
    assert manifest["files"]["a.csv.tsv"]["counts"]["rows"] == 40_000
