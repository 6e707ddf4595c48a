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

from fuzz import hostile, mutate

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
FORMATS = ("text", "csv", "tsv", "json", "jsonl", "parquet", "xml", "fasttext", "intents", "labelled")
FINE = {0, 2, 3, 4}


def attempt(folder: Path, kind: str, random: Random) -> str:
    """Runs one command on a model; returns ``ok``, an exit code, or what went wrong."""
    arguments = random.choice(COMMANDS[kind])
    threads = [] if arguments[0] == "info" else ["--threads=1"]
    return end_of([*arguments, *threads, "-m", folder])


def read(model: Path, file: Path, random: Random) -> str:
    """Runs one command on a file, or with the file as its standard input."""
    classify = model.name.startswith("classifier")
    arguments: list[Any] = random.choice(
        [["classify"], ["classify"], ["classify", "--report"], ["classify", "--format=jsonl", "--keep-columns"]]
        if classify
        else [
            ["perplexity"],
            ["perplexity", "--per=word"],
            ["perplexity", "--per=char"],
            ["generate", "--lines", "-n2"],
        ]
    )
    if arguments[0] == "generate":
        arguments = [*arguments, "--max-tokens=3"]
    if random.random() < 0.3:
        arguments = (
            [*arguments, f"--input-format={random.choice(FORMATS)}"] if arguments[0] == "classify" else arguments
        )
    if random.random() < 0.2 and arguments[0] != "generate":
        arguments = [*arguments, f"--encoding={random.choice(('utf-8', 'utf-16', 'gb18030', 'utf-7', 'ascii'))}"]
    pipe = arguments[0] == "generate" or random.random() < 0.2
    data = file.read_bytes() if pipe else None
    return end_of(
        [*arguments, "--threads=1", "-m", model, *(["-"] if pipe and classify else [] if pipe else [file])], data
    )


def end_of(arguments: list[Any], data: bytes | None = None) -> str:
    from support.refusing import lstm

    result = lstm(*arguments, input=data)
    said = result.stderr + (result.stdout if result.exit_code else "")
    for wrong in ("Traceback", "error: unexpected", "out of memory"):
        if wrong in said:
            return f"fault: {arguments[0]}: {said.strip()[-600:]}"
    shown = result.stderr if arguments[0] == "generate" else result.stdout + result.stderr  # a pipe gets text as it is
    if "\x1b" in shown or result.exit_code not in FINE:
        return f"fault: {arguments[0]}: exit code {result.exit_code}: {said.strip()[-600:]}"
    return "ok" if result.exit_code == 0 else f"code {result.exit_code}"


def limit_memory() -> None:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    now = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize")) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (now + EXTRA_BYTES, now + EXTRA_BYTES))


def say(**what: Any) -> None:
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def main(bases: Path, first: int, end: int, what: str) -> None:
    """Seeds ``first`` to ``end``; ``what`` is models or texts."""
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
        with tempfile.TemporaryDirectory() as folder:
            if what == "models":
                done, files = mutate.mutated(random, models[name])
            else:
                done = random.choice(hostile.NAMES)
                files = {done: hostile.content(random)}
            for file, data in files.items():
                Path(folder, file).write_bytes(data)
            say(seed=seed, model=name, what=done)
            if what == "models":
                say(seed=seed, found=attempt(Path(folder), name.split("-")[0], random))
            else:
                say(seed=seed, found=read(bases / name, Path(folder, done), random), bytes=len(files[done]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
