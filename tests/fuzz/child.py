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
from support.refusing import GOOD, SMALL, lstm

EXTRA_BYTES = 512 * 2**20
"""Address space that a load may take beyond what the process has with every library in it."""
TRAINING_BYTES = 3 * 2**30
"""The same for many runs of training one after the other, each with threads of its own."""
CPU_SECONDS = 30
"""Of the processor, for one load and one answer: a busy machine is no fault."""
TEXT = "the cat 他们 nobody <unk> \ud800 [UNK]\n" * 3
COMMANDS = {
    "classifier": [
        ["classify", "--text", TEXT],
        ["classify", "--text", TEXT, "--engine=int8"],
        ["inspect", TEXT[:30]],
        ["inspect", TEXT[:30], "--format=jsonl", "--why"],
        ["info"],
    ],
    "lm": [
        ["generate", "the 他", "--max-tokens=4", "--seed=1"],
        ["perplexity", "--text", TEXT],
        ["perplexity", "--text", TEXT, "--per=word"],
        ["inspect", TEXT[:30]],
        ["info"],
    ],
}
LM = ["--task=lm", "--epochs=1", "--embedding=6", "--hidden=4", "--batch-size=4", "--bptt=8", "--device=cpu"]
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


def work_on(model: Path, file: Path, random: Random) -> str:
    """Trains on a file, compares with it or on it, or inspects its lines."""
    good = file.with_name("good.csv")
    good.write_text(GOOD, encoding="utf-8")
    train: list[Any] = ["train", "-o", file.with_name("new"), "--seed=1", *random.choice(((), ("--dry-run",), ()))]
    classify = model.name.startswith("classifier")
    choices: list[list[Any]] = [
        [*train, file, *SMALL],
        [*train, file, *SMALL, "--task=classify"],
        [*train, good, "--valid", file, *SMALL],
        [*train, good, "--vectors", file, *SMALL],
        [*train, good, "--tokenizer", file, *SMALL],
        [*train, file, *LM, *random.choice(((), ("--tokenizer=char",), ("--tokenizer=bpe", "--vocab-size=300")))],
        ["compare", model, file, "--on", good],
        ["compare", model, model, "--on", file],
        ["compare", file, good],
        ["inspect", "-m", model, "--file", file, "--threads=1"],
        ["inspect", "-m", model, "--file", file, "--threads=1", f"--format={random.choice(('csv', 'json', 'jsonl'))}"],
        ["inspect", "-m", model, "--file", file, "--threads=1", "--html", file.with_name("page.html")],
    ]
    if classify:
        choices.append(["inspect", "-m", model, "--file", file, "--why", "--threads=1"])
    return end_of(random.choice(choices))


def end_of(arguments: list[Any], data: bytes | None = None) -> str:
    result = lstm(*arguments, input=data)
    said = result.stderr + (result.stdout if result.exit_code else "")
    for wrong in ("Traceback", "error: unexpected", "out of memory"):
        if wrong in said:
            return f"fault: {arguments[0]}: {said.strip()[-600:]}"
    as_it_is = arguments[0] == "generate" or "--format=csv" in arguments  # a pipe gets text as it is
    shown = result.stderr if as_it_is else result.stdout + result.stderr
    if "\x1b" in shown or result.exit_code not in FINE:
        return f"fault: {arguments[0]}: exit code {result.exit_code}: {said.strip()[-600:]}"
    return "ok" if result.exit_code == 0 else f"code {result.exit_code}"


def limit_memory(extra: int) -> None:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    now = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize")) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (now + extra, now + extra))


def limit_time() -> None:
    """Allow the next command its time of the processor; SIGXCPU ends the process after it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS, resource.RLIM_INFINITY))


def warm_up() -> None:
    """Trains once, so that what training imports does not count."""
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder, "good.csv")
        good.write_text(GOOD, encoding="utf-8")
        for more in ([*SMALL], LM):
            if (found := end_of(["train", good, "-o", Path(folder, "new"), "--force", *more])) != "ok":
                raise SystemExit(f"training as it is: {found}")


def say(**what: Any) -> None:
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def main(bases: Path, first: int, end: int, what: str) -> None:
    """Seeds ``first`` to ``end``; ``what`` is models, texts or runs."""
    names = sorted(folder.name for folder in bases.iterdir())
    models = {name: {file.name: file.read_bytes() for file in (bases / name).iterdir()} for name in names}
    for name in names:  # every library is in, and the unchanged model answers
        for number in range(10):
            found = attempt(bases / name, name.split("-")[0], Random(number))
            if found.startswith("fault"):
                raise SystemExit(f"{name} as it is: {found}")
    if what == "runs":
        warm_up()
    limit_memory(EXTRA_BYTES if what != "runs" else TRAINING_BYTES)
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
            limit_time()
            if what == "models":
                say(seed=seed, found=attempt(Path(folder), name.split("-")[0], random))
            else:
                use = read if what == "texts" else work_on
                say(seed=seed, found=use(bases / name, Path(folder, done), random), bytes=len(files[done]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
