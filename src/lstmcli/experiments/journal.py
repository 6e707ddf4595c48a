"""What a comparison of architectures has done, on disk beside its models, so that it can be continued.

A line of ``runs.jsonl`` is one run, one that diverged, or one recall task, written when it is complete, with a
checksum of what it is a result of: data, settings, cell and seed.  So a comparison may be continued with more cells or
seeds, too.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstmcli.errors import OutputError, UsageError
from lstmcli.evaluation.results import Spread
from lstmcli.experiments.results import Point, Recall, Run
from lstmcli.safe_files import check_links

JOURNAL = "runs.jsonl"


class Journal:
    """The complete runs and recall tasks in an output directory."""

    def __init__(self, output: Path, *, resume: bool) -> None:
        """
        Args:
            resume: read what an earlier comparison has written; otherwise it is forgotten.
        """
        self._path, self._lines = output / JOURNAL, list[dict[str, Any]]()
        self._torn, self._held = False, list[dict[str, str]]()
        if resume and self._path.is_file():
            text = self._path.read_text(encoding="utf-8", errors="replace")
            self._lines, self._torn = list(_complete(text)), not text.endswith("\n")
        elif not resume:
            self._path.unlink(missing_ok=True)

    def run(self, of: str, path: Path) -> Run | None:
        """The run with this checksum, if its model is still at ``path``."""
        found = self._find("run", of)
        if found is None or not path.is_dir():
            return None
        points = tuple(Point(**point) for point in found["points"])
        return Run(**{**found, "path": str(path), "points": points})

    def diverged(self, of: str) -> str | None:
        """What is to be said of the run with this checksum, if it diverged and left no model."""
        found: str | None = self._find("diverged", of)
        return found

    def recall(self, of: str) -> Recall | None:
        """The result of the recall task with this checksum."""
        found = self._find("recall", of)
        return found and Recall(**{**found, "accuracies": tuple(Spread(**each) for each in found["accuracies"])})

    def check(self, runs: set[str]) -> None:
        """Raises: UsageError: runs are there, and none of them is one of these."""
        there = {line["of"] for line in self._lines if not line.keys().isdisjoint(("run", "diverged"))}
        if there and there.isdisjoint(runs):
            hint = "give the same SOURCE and options, or start again with --force"
            raise UsageError("the comparison to continue is of other data or options", hint=hint)

    def add(self, of: str, result: Run | Recall) -> None:
        """Write a result down, on the disk.  Raises: OutputError."""
        kind = "run" if isinstance(result, Run) else "recall"
        self._write({"of": of, kind: dataclasses.asdict(result)})

    def add_diverged(self, of: str, said: str) -> None:
        """Write down that a run diverged: at once beside other results, otherwise with the first, so that a comparison
        of which nothing came leaves nothing.  Raises: OutputError."""
        line = {"of": of, "diverged": said}
        if self._path.is_file():
            self._write(line)
        else:
            self._held.append(line)

    def _write(self, value: dict[str, Any]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (*self._held, value))
        check_links(self._path)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n" * self._torn + text)
                file.flush()
                os.fsync(file.fileno())
            self._torn, self._held = False, []
        except OSError as error:
            hint = "free some space, then continue with --resume"
            raise OutputError(f"cannot be written: {error.strerror}", path=self._path, hint=hint) from error

    def _find(self, kind: str, of: str) -> Any:
        return next((line[kind] for line in reversed(self._lines) if kind in line and line["of"] == of), None)


def checksum(of: Any) -> str:
    """Of a value that can be JSON."""
    return hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _complete(text: str) -> Iterator[dict[str, Any]]:
    """The lines that were written to their end."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # a kill in the middle of a line
            continue
