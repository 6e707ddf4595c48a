"""Every command under every limit that a system or a container sets: an answer, or a sentence and the right exit code.

A fast part tries the commands that start quickly; the slow one tries all of them under all limits.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lstmcli.cli.app import COMMANDS as EVERY
from support.generate_models import untrained_language_model
from support.models import untrained_model
from support.runs import LSTM
from support.translators import tiny_translator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
root = os.geteuid() == 0

SMALL = "--epochs 1 --hidden 4 --embedding 4 --threads 1"
QUICK = {
    "version": "--version",
    "help": "train --help",
    "info": "info c",
    "classify": "classify -m c t.txt",
    "generate": "generate -m l the --max-tokens 2",
    "perplexity": "perplexity -m l t.txt",
    "translate": "translate -m m t.txt",
}
COMMANDS = {
    **QUICK,
    "train": f"train t.csv -o new --force {SMALL}",
    "train-lm": f"train b.txt -o new-lm --force --tokenizer char {SMALL}",
    "dry-run": f"train t.csv --dry-run {SMALL}",
    "report": "classify -m c --report t.csv",
    "folder": "classify -m c t.txt -o new-answers --workers 1",
    "int8": "classify -m c --engine torch t.txt",
    "per-word": "perplexity -m l --per word t.txt",
    "neighbours": "neighbours fine -m c",
    "export": "export c -o new-export --force",
    "inspect": "inspect -m c --file t.txt --format json",
    "page": "inspect -m c good --html new.html",
    "compare": "compare c c --on t.csv",
    "cells": f"compare t.csv --cells lstm,rnn --seeds 1 -o new-cells --force {SMALL}",
}
NO_MOUNTS = 'unshare -m true 2>/dev/null || exit 77; exec unshare -m bash -c \'{mount} && exec "$0" "$@"\' {command}'
AS_NOBODY = "unshare -U {0} true 2>/dev/null || exit 77; exec unshare -U {0} {1}"
"""In a namespace: the interpreter may be where other users cannot go."""
GO_ANYWHERE = "+dac_override,+dac_read_search"
"""For the same reason a process of another user, as root has no limit of processes, may read every file."""
AS_USER = f"setpriv --reuid 12346 --clear-groups --inh-caps={GO_ANYWHERE} --ambient-caps={GO_ANYWHERE} {{0}}"
LIMITS = {
    "memory-200M": "ulimit -v 200000; exec {command}",
    "memory-400M": "ulimit -v 400000; exec {command}",
    "memory-1G": "ulimit -v 1000000; exec {command}",
    "memory-2G": "ulimit -v 2000000; exec {command}",
    "files-of-no-size": "ulimit -f 0; exec {command}",
    "files-of-8k": "ulimit -f 8; exec {command}",
    "open-files-16": "ulimit -n 16; exec {command}",
    "open-files-40": "ulimit -n 40; exec {command}",
    "stack-256k": "ulimit -s 256; exec {command}",
    "no-stdin": "exec {command} <&-",
    "no-stdout": "exec {command} >&-",
    "no-stderr": "exec {command} 2>&-",
    "full-stdout": "exec {command} >/dev/full",
    "no-home": "unset HOME LSTM_CACHE XDG_CACHE_HOME; exec {command}",
    "home-of-a-file": "HOME=/dev/null LSTM_CACHE=/dev/null exec {command}",
    "no-temporary-folder": "TMPDIR=/nonexistent exec {command}",
    "odd-locale": "LC_ALL=xx_YY.nonsense LANG=* TZ=:/dev/null/x exec {command}",
    "latin-1": "LC_ALL=de_DE.ISO-8859-1 PYTHONIOENCODING=latin-1 exec {command}",
    "dumb-terminal": "TERM=dumb COLUMNS=1 LINES=0 exec {command}",
    "safe-path": "PYTHONSAFEPATH=1 PYTHONNOUSERSITE=1 exec {command}",
    "no-environment": "exec env -i {command}",
    **({
        "no-passwd-entry": AS_NOBODY.format("--map-user=12345", "env -u HOME -u LSTM_CACHE {command}"),
        "processes-1": f"{AS_USER.format('true')} 2>/dev/null || exit 77; exec "
        + AS_USER.format("bash -c 'ulimit -u 1; exec \"$0\" \"$@\"' {command}"),
        "no-proc": NO_MOUNTS.replace("{mount}", "mount -t tmpfs none /proc"),
        "no-shared-memory": NO_MOUNTS.replace("{mount}", "mount -t tmpfs -o ro none /dev/shm"),
        "temporary-folders-read-only": NO_MOUNTS.replace("{mount}", "mount -t tmpfs -o ro none /var/tmp"),
    } if root else {}),
}  # fmt: skip
HARMLESS = {
    *("memory-2G", "open-files-40", "no-stdin", "no-stderr", "no-home", "home-of-a-file", "no-temporary-folder"),
    *("odd-locale", "latin-1", "dumb-terminal", "safe-path", "no-environment", "no-passwd-entry", "processes-1"),
    *("no-proc", "no-shared-memory", "temporary-folders-read-only"),
}
"""Every command does its work all the same."""
FINE = {0, 1, 2, 3, 4}
FAST = [
    *(("info", limit) for limit in ("open-files-16", "no-stdin", "no-environment", "odd-locale", "stack-256k")),
    *(("classify", limit) for limit in ("memory-200M", "memory-400M", "files-of-no-size", "no-stdout")),
    *(("help", limit) for limit in ("dumb-terminal", "latin-1", "full-stdout")),
    *(("perplexity", limit) for limit in ("no-home", "memory-1G", *(["no-passwd-entry", "no-proc"] if root else []))),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every user may write to, reached from one that every user may enter."""
    folder = tmp_path_factory.mktemp("limits")
    for each in [folder, *folder.parents]:
        if each.stat().st_uid == os.geteuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o011)
    folder.chmod(0o777)
    untrained_model(folder / "c")
    untrained_language_model(folder / "l")
    tiny_translator(folder / "m")
    rows = "".join(f"a good film {n},good\na bad film {n},bad\n" for n in range(20))
    (folder / "t.csv").write_text("text,label\n" + rows)
    (folder / "t.txt").write_text("a good film\na bad film\n")
    (folder / "b.txt").write_text("the cat saw the dog\n" * 100)
    return folder


def ends_well(place: Path, command: str, limit: str) -> None:
    line = LIMITS[limit].replace("{command}", f'"{LSTM}" {COMMANDS[command]}')
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "LSTM_CACHE": str(place / "cache"), "RUST_BACKTRACE": "0"}
    environment.pop("LSTM_DEBUG", None)
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=280,
    )
    if done.returncode in (77, 126):
        pytest.skip("no name spaces here, or an interpreter that other users cannot run")
    said = f"{command} under {limit}: {done.returncode}\n{done.stderr[-1500:]}"
    assert done.returncode in ({0} if limit in HARMLESS else FINE), said
    assert "Traceback" not in done.stderr and "unexpected" not in done.stderr and "panicked" not in done.stderr, said
    if done.returncode and limit != "no-stderr":
        assert "error: " in done.stderr, said


def test_every_command_is_tried() -> None:
    tried = {line.split()[0] for line in COMMANDS.values()}
    apart = {
        "demo",
        "push",
        "serve",
        "tune",
    }  # runs the same commands, for minutes; speaks with the Hub; runs until it is stopped; trains many models
    assert set(EVERY) - tried == apart


@pytest.mark.parametrize(("command", "limit"), FAST)
def test_some(place: Path, command: str, limit: str) -> None:
    ends_well(place, command, limit)


@pytest.mark.slow
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("command", COMMANDS)
def test_all(place: Path, command: str, limit: str) -> None:
    ends_well(place, command, limit)
