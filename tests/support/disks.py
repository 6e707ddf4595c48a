"""A small disk in a namespace that only this process enters: no test needs to be root, none leaves a mount."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = "somebody's file"


class Disk:
    """A tmpfs of some bytes, mounted where only commands that begin with ``prefix`` see it."""

    def __init__(self, place: Path, pid: int) -> None:
        self.place = place
        """What commands call it."""
        self.inside = Path(f"/proc/{pid}/root{place}")
        """What we call it."""
        self.prefix = ("nsenter", "--target", str(pid), "--user", "--mount", "--preserve-credentials", "--")

    @property
    def free(self) -> int:
        return shutil.disk_usage(self.inside).free

    def fill(self, leave: int = 0) -> None:
        """Somebody else writes until so many bytes are left."""
        (self.inside / FILLER).write_bytes(bytes(max(0, self.free - leave)))

    def empty(self) -> None:
        (self.inside / FILLER).unlink()

    def writable(self, yes: bool) -> None:
        """A disk is busy, and stays as it is, while a process writes a file on it: it is asked again."""
        command = [*self.prefix, "mount", "-o", f"remount,{'rw' if yes else 'ro'}", str(self.place)]
        for _ in range(1000):
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            if done.returncode == 0:
                return
            assert "busy" in done.stderr, done.stderr
            time.sleep(0.02)
        raise AssertionError(done.stderr)

    def holds(self) -> list[str]:
        """Names of everything on it, but for the empty folder that PyTorch makes in every $TMPDIR."""
        names = (path.relative_to(self.inside).as_posix() for path in self.inside.rglob("*"))
        return sorted(name for name in names if not name.startswith("torchinductor_"))


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Disk]:
    """A disk of ``size`` bytes at ``place``; skips the test where the system lets nobody mount one."""
    place.mkdir()
    script = f"mount -t tmpfs -o size={size} tmpfs '{place}' && echo mounted && exec cat"
    try:
        holder = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    except OSError as error:
        pytest.skip(f"no disk of our own: {error}")
    with holder:
        assert holder.stdin and holder.stdout and holder.stderr
        if holder.stdout.readline() != "mounted\n":
            pytest.skip(f"no disk of our own: {holder.stderr.read().strip()}")
        yield Disk(place, holder.pid)
        holder.stdin.close()
