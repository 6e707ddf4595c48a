"""The folder of answers: a file for each input, written whole or not at all, and a manifest of all of them.

::

    answers/
        manifest.json                     what is finished, with checksums
        reviews.csv.jsonl
        .unfinished/more.csv.jsonl/       the pieces of a file that is not finished
            00000000-DIGEST.part

A piece is known by its digest (``pieces.py``), so one that is there needs no answering, whoever wrote it and when.
The manifest of Parquet files is called ``_manifest.json``: what reads a folder as one table passes over such names.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from lstmcli.bulk.answers import Answered, Join, concatenate
from lstmcli.bulk.pieces import Head
from lstmcli.errors import OutputError
from lstmcli.model_dir.atomic import flush_directory
from lstmcli.safe_files import check_links

MANIFEST, UNFINISHED = "manifest.json", ".unfinished"
VERSION = 1
_BLOCK = 1 << 20
_ELSEWHERE = "choose another folder with -o/--output"


class AnswerFolder:
    """A folder of answers of one model with one set of options."""

    def __init__(self, path: Path, task: Mapping[str, Any], join: Join = concatenate, manifest: str = MANIFEST) -> None:
        """
        Args:
            task: what the answers depend on, as JSON: the model's checksum, the options, the form of the output.
            join: makes a file of the answers to its pieces.

        Raises:
            OutputError: it cannot be written, or holds something else.
        """
        self.path, self._manifest, self._join = path, path / manifest, join
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
        if not known["files"]:  # only pieces, which are known by what they depend on
            known["task"] = dict(task)
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

    def kept(self, name: str, piece: Head) -> Answered | None:
        """What was kept of a piece that was answered before; None if it was not, or is damaged."""
        return _content(self._part(name, piece.number, piece.digest))

    def all_kept(self, name: str) -> dict[str, bytes]:
        """The state after each piece that was answered before, by its digest."""
        found = ((part.stem.partition("-")[2], _content(part)) for part in self._parts(name).glob("*.part"))
        return {digest: answered.state for digest, answered in found if answered is not None}

    def keep(self, name: str, piece: Head, answered: Answered) -> None:
        """Raises: OutputError."""
        part = self._part(name, piece.number, piece.digest)
        head = {
            "sha256": hashlib.sha256(answered.data).hexdigest(),
            "counts": dict(answered.counts),
            "state": base64.b64encode(answered.state).decode(),
        }
        try:
            if not self._manifest.exists():
                self._write_manifest()
            _write(part, json.dumps(head).encode() + b"\n", answered.data)
        except OSError as error:
            raise _unwritten(error, part) from error

    def finish(self, name: str, source: str, checksum: str, pieces: Sequence[tuple[int, str]]) -> Counter[str]:
        """Put a file together from its pieces, each by its number and digest; the counts of all of them.

        Raises:
            OutputError: it cannot be written, or a piece was damaged meanwhile.
        """
        target, counts, new = self.path / name, Counter[str](), self._parts(name) / f"whole.{os.getpid()}"

        def parts() -> Iterator[bytes]:
            counts.clear()
            for number, key in pieces:
                part = self._part(name, number, key)
                if (found := _content(part)) is None:
                    raise OutputError("was damaged while it waited", path=part, hint="run the command again")
                counts.update(found.counts)
                yield found.data

        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                out = _Measuring(file)
                self._join(parts, cast(BinaryIO, out))
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
            entry = {"input": source, "input_sha256": checksum, "bytes": out.size, "sha256": out.digest.hexdigest()}
            self._known["files"][name] = {**entry, "counts": dict(counts)}
            self._write_manifest()
        except OSError as error:
            new.unlink(missing_ok=True)
            raise _unwritten(error, target) from error
        shutil.rmtree(self._parts(name), ignore_errors=True)
        self._sweep()
        return counts

    def _sweep(self) -> None:
        """Remove the folders of pieces that are empty, and with the last of them what a killed run left."""
        rest = self.path / UNFINISHED
        folders = sorted((path for path in rest.rglob("*") if path.is_dir()), reverse=True)
        for folder in folders:
            if not any(folder.iterdir()):
                folder.rmdir()
        if not any(folder.exists() for folder in folders):
            shutil.rmtree(rest, ignore_errors=True)

    def _write_manifest(self) -> None:
        text = json.dumps(self._known, ensure_ascii=False, indent=1, sort_keys=True)
        _write(self._manifest, text.encode(), within=self.path / UNFINISHED, flush=True)
        flush_directory(self.path)

    def _parts(self, name: str) -> Path:
        return self.path / UNFINISHED / name

    def _part(self, name: str, number: int, digest: str) -> Path:
        return self._parts(name) / f"{number:08}-{digest}.part"


class _Measuring:
    """A file that is written from its start to its end, with its size and its checksum."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size, self.digest = file, 0, hashlib.sha256()
        self.closed = False

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._file.flush()


def _write(path: Path, *parts: bytes, within: Path | None = None, flush: bool = False) -> None:
    """Write a file whole or not at all; until it is whole it is in the folder ``within``.  Raises: OSError."""
    folder = within or path.parent
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{path.name}.{os.getpid()}"
    try:
        with new.open("wb") as file:
            file.writelines(parts)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def measured(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its number of lines.  Raises: OSError."""
    digest, lines = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
    return digest.hexdigest(), lines


def _content(part: Path) -> Answered | None:
    """What was kept of a piece; None if it is missing or damaged."""
    try:
        head, _, data = part.read_bytes().partition(b"\n")
        known = json.loads(head)
        if known["sha256"] == hashlib.sha256(data).hexdigest():
            return Answered(data, known["counts"], base64.b64decode(known["state"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _unwritten(error: OSError, path: Path) -> OutputError:
    return OutputError(f"cannot be written: {error.strerror}", path=path, hint="what was answered before is kept")


def _differing(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    names = sorted(name for name in {*known, *wanted} if known.get(name) != wanted.get(name))
    return "another model" if "model" in names else f"other options ({', '.join(names)})"
