"""``lstm train`` in processes of their own, on a text that takes seconds: what tests kill, starve and ask to go on."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

LSTM = str(Path(sys.executable).with_name("lstm"))
WORDS = ["the", "a", "cat", "dog", "bird", "saw", "heard", "liked", "small", "big", "old", "and", "then", "while"]


def written(path: Path, task: str) -> Path:
    draw = random.Random(7)
    lines = [" ".join(draw.choice(WORDS) for _ in range(draw.randint(3, 12))) for _ in range(1200)]
    if task == "classify":
        lines = ["label,text", *(f"{'yes' if 'cat' in line else 'no'},{line}" for line in lines)]
    elif task == "translate":
        lines = ["source,target", *(f"{line},{line[::-1]}" for line in lines)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


OPTIONS = {
    "lm": ["--preset", "tiny", "--batch-size", "10", "--epochs", "10", "--words", "spaces"],
    "classify": ["--hidden", "32", "--embedding", "20", "--batch-size", "32", "--epochs", "8"],
    "translate": ["--task", "translate", "--target-column", "target", "--hidden", "8", "--embedding", "8"],
}

LIMIT = 600.0
"""Seconds; on a busy machine a run takes minutes."""

FAST_FOR_ONE_TASK = pytest.mark.parametrize(
    "runs", ["lm", pytest.param("classify", marks=pytest.mark.slow)], indirect=True, scope="module"
)
"""One loop trains every task: what does not depend on the task is run for both among the slow tests only."""


class Runs:
    """``lstm train`` on one text, with places for the model."""

    def __init__(self, folder: Path, task: str) -> None:
        self.folder, self.task = folder, task
        self.seen = folder
        """The folder as we see it."""
        self.life = 10.0
        """Seconds that a run takes, about."""
        self.prefix: Sequence[str] = ()
        """What the command is run by."""
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "LSTM_CACHE": str(folder / "cache")}
        self.source = written(folder / ("text.txt" if task == "lm" else "data.csv"), task)

    def command(self, model: str, *more: str) -> list[str]:
        command = [LSTM, "train", str(self.source), "-o", str(self.folder / model), "--threads", "1", "--seed", "3"]
        return [*self.prefix, *command, *OPTIONS[self.task], "--checkpoint-every", "0.05s", *more]

    def start(self, model: str, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(model, *more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=self.environment,
        )  # fmt: skip

    def whole(self, model: str, *more: str, code: int = 0) -> str:
        process = self.start(model, *more)
        _, said = process.communicate(timeout=LIMIT)
        assert process.returncode == code, said
        return said

    def checkpoints(self, model: str) -> list[Path]:
        return sorted((self.seen / f"{model}.unfinished").glob("*.checkpoint"))

    def wait_for_checkpoints(self, process: subprocess.Popen[str], model: str, count: int) -> None:
        """Until there are so many that were not there before; at once where the run has ended."""
        before = {path.name for path in self.checkpoints(model)}
        limit = time.monotonic() + LIMIT
        while process.poll() is None and len({path.name for path in self.checkpoints(model)} - before) < count:
            assert time.monotonic() < limit, "no checkpoint"
            time.sleep(0.005)

    def ended(self, model: str, number: int, after: float, *more: str, checkpoints: int = 1) -> subprocess.Popen[str]:
        """A run that gets a signal some time after checkpoints of its own were written."""
        process = self.start(model, *more)
        self.wait_for_checkpoints(process, model, checkpoints)
        time.sleep(after)
        process.send_signal(number)
        process.communicate(timeout=LIMIT)
        return process

    def hung_up(self, model: str) -> int:
        """Exit code of a run whose terminal closes after a checkpoint; a shell would tell it a second time."""
        import fcntl
        import pty
        import termios

        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self.command(model), stdin=theirs, stdout=theirs, stderr=theirs, env={**self.environment, "TERM": "xterm"},
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        limit = time.monotonic() + LIMIT
        while not self.checkpoints(model):
            assert process.poll() is None and time.monotonic() < limit, "no checkpoint"
            if select.select([ours], [], [], 0.005)[0]:
                os.read(ours, 65536)
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        return process.wait(LIMIT)

    def weights(self, model: str) -> bytes:
        return (self.seen / model / "model.safetensors").read_bytes()
