"""File forms that people have (Kaggle, UCI, GLUE, CLUE, label tools, spreadsheets ...): what does the program read?

Every form is made in miniature, read as ``lstm train FORM --dry-run`` reads it, and judged:

    right   what was read is what the form holds
    said    something else was read, or the form was refused, and the message names the other reading or what to do
    wrong   read wrongly in silence, or an unexpected error

    python benchmarks/forms.py                  all forms, the wrong ones with what was read
    python benchmarks/forms.py --all            every form with what was read
    python benchmarks/forms.py --only NAME      one form, with all that is said; --group NAME; --wrong: only names
    python benchmarks/forms.py --command        through the command itself (a process a form: minutes)
    python benchmarks/forms.py --keep DIR       leave the files there

The command shows no rows: with --command the rows are counted and the labels compared, the texts are not.

The forms are in tests/fileforms/.  The exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import LSTM, ROOT, markdown_table

sys.path.insert(0, str(ROOT / "tests"))

from fileforms import FORMS, Case, Form
from fileforms.judge import Reading, arguments, build, depth_for, read_in_process, verdict, without_place


def read_by_command(case: Case, folder: Path) -> Reading:
    """What the command says: rows are counted, not seen."""
    command = [LSTM, "train", *arguments(case), "--dry-run", "--format", "json", "--threads", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, stdin=subprocess.DEVNULL, timeout=600)
    reading = Reading(said=without_place(done.stderr, folder), exit_code=done.returncode)
    if done.returncode:
        reading.error = reading.said[reading.said.find("error:") :]
    if "unexpected" in done.stderr or "Traceback" in done.stderr or done.returncode not in (0, 1, 2, 3):
        reading.unexpected = f"exit code {done.returncode}: {' '.join(done.stderr.split())[-200:]}"
    if done.returncode == 0:
        result = json.loads(done.stdout)
        reading.task = "classify" if "labels" in result else "lm"
        reading.labels = frozenset(result.get("labels", ()))
        reading.multilabel = bool(result.get("multilabel"))
        parts = result["data"]["splits"]
        reading.counted = sum(part.get("rows", part.get("lines", 0)) for part in parts if part["name"] != "test")
    return reading


def judge(form: Form, folder: Path, by_command: bool) -> tuple[str, str, Reading]:
    case = build(form, folder)
    place = folder / form.name
    reading = read_by_command(case, place) if by_command else read_in_process(case, place, depth=depth_for(case))
    return *verdict(case, reading), reading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", help="one form")
    parser.add_argument("--group", metavar="NAME", help="the forms of one group")
    parser.add_argument("--all", action="store_true", help="show every form, not only those that are not right")
    parser.add_argument("--wrong", action="store_true", help="show the wrong ones only")
    parser.add_argument("--command", action="store_true", help="run `lstm train --dry-run` for each")
    parser.add_argument("--keep", metavar="DIR", help="write the files there and leave them")
    args = parser.parse_args()
    forms = [f for f in FORMS.values() if args.only in (None, f.name) and args.group in (None, f.group)]
    if not forms:
        sys.exit(f"no such form; groups: {', '.join(sorted({f.group for f in FORMS.values()}))}")
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(args.keep or name)
        os.environ.setdefault("LSTM_CACHE", str(Path(name) / "cache"))
        for form in forms:
            result, fault, reading = judge(form, folder, args.command)
            counts.setdefault(form.group, Counter())[result] += 1
            if args.all or args.only or result == "wrong" or (result == "said" and not args.wrong):
                print(f"{result:<6} {form.group} / {form.name}: {form.about}")
                print(f"       read: {reading.summary()[:300]}" + (f"\n       but: {fault}" if fault else ""))
            if args.only:
                print(reading.said)
    total = sum(counts.values(), Counter())
    rows = [(group, *(c[k] or "" for k in ("right", "said", "wrong"))) for group, c in sorted(counts.items())]
    rows.append((f"**{total.total()} forms**", *(total[k] for k in ("right", "said", "wrong"))))
    print(markdown_table(("group", "right", "said", "wrong"), rows))
    sys.exit(1 if total["wrong"] else 0)


if __name__ == "__main__":
    main()
