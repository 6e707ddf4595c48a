"""Runs mutations one after the other and says how each ended: a line of JSON before each, and one after.

A process of its own, with a limit on its memory: a crash or an endless loop ends it and not the fuzzer.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from fuzz import mutate

EXTRA_BYTES = 512 * 2**20
"""Address space that a load may take beyond what the process has with every library in it."""
TEXT = "the cat 他们 nobody <unk> \ud800 [UNK]\n" * 3
COMMANDS = {
    "classifier": [["classify", "--text", TEXT], ["classify", "--text", TEXT, "--engine=int8"], ["info"]],
    "lm": [
        ["generate", "the 他", "--max-tokens=4", "--seed=1"],
        ["perplexity", "--text", TEXT],
        ["perplexity", "--text", TEXT, "--per=word"],
        ["info"],
    ],
}
FINE = {0, 2, 3, 4}


def attempt(folder: Path, kind: str, random: Random) -> str:
    """Runs one command on a model; returns ``ok``, an exit code, or what went wrong."""
    from cli.refusing import lstm

    arguments = random.choice(COMMANDS[kind])
    threads = [] if arguments[0] == "info" else ["--threads=1"]
    result = lstm(*arguments, *threads, "-m", folder)
    said = result.stderr + (result.stdout if result.exit_code else "")
    for wrong in ("Traceback", "error: unexpected", "out of memory"):
        if wrong in said:
            return f"fault: {arguments[0]}: {said.strip()[-600:]}"
    if "\x1b" in result.stdout + result.stderr or result.exit_code not in FINE:
        return f"fault: {arguments[0]}: exit code {result.exit_code}: {said.strip()[-600:]}"
    return "ok" if result.exit_code == 0 else f"code {result.exit_code}"


def limit_memory() -> None:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    now = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize")) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (now + EXTRA_BYTES, now + EXTRA_BYTES))


def say(**what: Any) -> None:
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def main(bases: Path, first: int, end: int) -> None:
    """Seeds ``first`` to ``end``."""
    names = sorted(folder.name for folder in bases.iterdir())
    models = {name: {file.name: file.read_bytes() for file in (bases / name).iterdir()} for name in names}
    for name in names:  # every library is in, and the unchanged model answers
        for number in range(6):
            found = attempt(bases / name, name.split("-")[0], Random(number))
            if found.startswith("fault"):
                raise SystemExit(f"{name} as it is: {found}")
    limit_memory()
    for seed in range(first, end):
        random = Random(seed)
        name = random.choice(names)
        what, files = mutate.mutated(random, models[name])
        say(seed=seed, model=name, what=what)
        with tempfile.TemporaryDirectory() as folder:
            for file, data in files.items():
                Path(folder, file).write_bytes(data)
            say(seed=seed, found=attempt(Path(folder), name.split("-")[0], random))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:4]))
