"""The folder of answers: a file for each input, written whole or not at all, and a manifest of all of them.

::

    answers/
        manifest.json                     what is finished, with checksums
        reviews.csv.jsonl
        .unfinished/more.csv.jsonl/       the pieces of a file that is not finished
            00000000-DIGEST.part

A piece is known by its digest (``pieces.py``), so one that is there needs no answering, whoever wrote it and when.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lstmcli.bulk.pieces import Piece
from lstmcli.bulk.workers import Answered
from lstmcli.errors import OutputError
from lstmcli.model_dir.atomic import flush_directory
from lstmcli.safe_files import check_links

MANIFEST, UNFINISHED = "manifest.json", ".unfinished"
VERSION = 1
_BLOCK = 1 << 20
_ELSEWHERE = "choose another folder with -o/--output"


class AnswerFolder:
    """A folder of answers of one model with one set of options."""

    def __init__(self, path: Path, task: Mapping[str, Any]) -> None:
        """
        Args:
            task: what the answers depend on, as JSON: the model's checksum, the options, the form of the output.

        Raises:
            OutputError: it cannot be written, or holds something else.
        """
        self.path, self._manifest = path, path / MANIFEST
        task = json.loads(json.dumps(task))
        check_links(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            known = self._read()
        except OSError as error:
            raise OutputError(f"cannot be used: {error.strerror}", path=path, hint=_ELSEWHERE) from error
        if known is None:
            others = sorted(each.name for each in path.iterdir() if each.name != UNFINISHED)
            if others:
                raise OutputError(f"is not empty: it holds {others[0]}", path=path, hint=_ELSEWHERE)
            known = {"version": VERSION, "task": dict(task), "files": {}}
        if known["task"] != dict(task):
            raise OutputError(f"holds answers of {_differing(known['task'], task)}", path=path, hint=_ELSEWHERE)
        self._known = known
        self.key = hashlib.sha256(json.dumps(task, sort_keys=True).encode()).hexdigest()

    def _read(self) -> dict[str, Any] | None:
        if not self._manifest.exists():
            return None
        try:
            known: dict[str, Any] = json.loads(self._manifest.read_bytes())
            if known["version"] == VERSION and isinstance(known["files"], dict) and isinstance(known["task"], dict):
                return known
        except (ValueError, KeyError, TypeError):
            pass
        raise OutputError("is not a manifest that this version of lstm reads", path=self._manifest, hint=_ELSEWHERE)

    def finished(self, name: str, checksum: str) -> bool:
        """Whether the answers to an input of this checksum are there, whole."""
        entry, file = self._known["files"].get(name), self.path / name
        return (
            entry is not None
            and entry["input_sha256"] == checksum
            and file.is_file()
            and file.stat().st_size == entry["bytes"]
            and measured(file)[0] == entry["sha256"]
        )

    def kept(self, name: str, piece: Piece) -> Mapping[str, int] | None:
        """The counts of a piece that was answered before; None if it was not, or is damaged."""
        found = _content(self._part(name, piece))
        return None if found is None else found[0]

    def keep(self, name: str, piece: Piece, answered: Answered) -> None:
        """Raises: OutputError."""
        part, data = self._part(name, piece), answered.text.encode("utf-8")
        head = {"sha256": hashlib.sha256(data).hexdigest(), "counts": dict(answered.counts)}
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            new = part.with_suffix(f".{os.getpid()}")
            with new.open("wb") as file:
                file.write(json.dumps(head).encode() + b"\n")
                file.write(data)
            new.replace(part)
        except OSError as error:
            raise _unwritten(error, part) from error

    def finish(self, name: str, source: str, checksum: str, pieces: Iterable[tuple[int, str]]) -> Counter[str]:
        """Put a file together from its pieces, each by its number and digest; the counts of all of them.

        Raises:
            OutputError: it cannot be written, or a piece was damaged meanwhile.
        """
        target, counts, digest, size = self.path / name, Counter[str](), hashlib.sha256(), 0
        new = self.path / f".{name}.{os.getpid()}"
        try:
            with new.open("wb") as file:
                for number, key in pieces:
                    part = self._parts(name) / f"{number:08}-{key}.part"
                    if (found := _content(part)) is None:
                        raise OutputError("was damaged while it waited", path=part, hint="run the command again")
                    counts.update(found[0])
                    digest.update(found[1])
                    size += file.write(found[1])
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
            entry = {"input": source, "input_sha256": checksum, "bytes": size, "sha256": digest.hexdigest()}
            self._known["files"][name] = {**entry, "counts": dict(counts)}
            self._write_manifest()
        except OSError as error:
            raise _unwritten(error, target) from error
        finally:
            new.unlink(missing_ok=True)
        shutil.rmtree(self._parts(name), ignore_errors=True)
        if (rest := self.path / UNFINISHED).is_dir() and not any(rest.iterdir()):
            rest.rmdir()
        return counts

    def _write_manifest(self) -> None:
        new = self.path / f".{MANIFEST}.{os.getpid()}"
        with new.open("w", encoding="utf-8") as file:
            json.dump(self._known, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._manifest)
        flush_directory(self.path)

    def _parts(self, name: str) -> Path:
        return self.path / UNFINISHED / name

    def _part(self, name: str, piece: Piece) -> Path:
        return self._parts(name) / f"{piece.number:08}-{piece.digest}.part"


def measured(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its number of lines.  Raises: OSError."""
    digest, lines = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
    return digest.hexdigest(), lines


def _content(part: Path) -> tuple[dict[str, int], bytes] | None:
    """The counts and the answers of a piece; None if they are missing or damaged."""
    try:
        head, _, data = part.read_bytes().partition(b"\n")
        known = json.loads(head)
        return (known["counts"], data) if known["sha256"] == hashlib.sha256(data).hexdigest() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _unwritten(error: OSError, path: Path) -> OutputError:
    return OutputError(f"cannot be written: {error.strerror}", path=path, hint="what was answered before is kept")


def _differing(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    names = sorted(name for name in {*known, *wanted} if known.get(name) != wanted.get(name))
    return "another model" if "model" in names else f"other options ({', '.join(names)})"
