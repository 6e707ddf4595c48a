"""A training that is killed while it tokenizes goes on where it was, and ends as if nobody had killed it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import killed_tokenizing
from support.runs import LIMIT, Runs

AT = 4
"""Shards before the kill."""


class Tokenized(Runs):
    def train(self, model: str, *, cache: str, kill: int = 0) -> tuple[int, str, list[str]]:
        """Exit code, what was said, and the shards that were made."""
        log = self.folder / f"{model}.shards"
        log.unlink(missing_ok=True)
        script = [sys.executable, str(killed_tokenizing.__file__), str(kill), str(log)]
        found = subprocess.run(
            [*script, *self.command(model, "--epochs", "1")[1:]], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, env={**self.environment, "LSTM_CACHE": str(self.folder / cache)},
            timeout=LIMIT,
        )  # fmt: skip
        return found.returncode, found.stderr, log.read_text().splitlines() if log.exists() else []

    def files(self, model: str) -> dict[str, bytes]:
        """What does not tell of the run itself."""
        told = ("config.json", "README.md", "log.jsonl")
        return {path.name: path.read_bytes() for path in (self.folder / model).iterdir() if path.name not in told}


@pytest.mark.slow
@pytest.mark.parametrize("task", ["classify", "lm", "translate"])
def test_a_killed_run_makes_the_shards_that_are_missing_and_the_same_model(task: str, tmp_path: Path) -> None:
    runs = Tokenized(tmp_path, task)
    code, said, every = runs.train("whole", cache="one")
    assert code == 0 and len(every) > 2 * AT, said
    code, _, before = runs.train("killed", cache="other", kill=AT)
    assert code == -signal.SIGKILL and len(before) == AT
    code, said, after = runs.train("killed", cache="other")
    assert code == 0 and not set(before) & set(after), said
    assert len(before) + len(after) == len(every)
    assert runs.files("killed") == runs.files("whole")
