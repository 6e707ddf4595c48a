"""Find a source by its name: a file, a folder, a pipe, a built-in sample or a Hub data set."""

from __future__ import annotations

import difflib
import glob
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from lstmcli.data.columns.choice import listed
from lstmcli.data.columns.names import SPLIT_ALIASES
from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import detect_encoding
from lstmcli.data.files import Input, refuse_binary
from lstmcli.data.formats.folder import (
    data_files,
    data_suffixes,
    find_splits,
    is_folder_of_classes,
    open_classes,
    suffix_of,
)
from lstmcli.data.formats.format import all_formats
from lstmcli.data.formats.open import Opener, open_input, splits_inside
from lstmcli.data.hub import hub_splits, is_hub_name, open_hub, open_saved
from lstmcli.errors import DataError, UsageError
from lstmcli.plural import are, count

STDIN = "standard input"  # the path of records from a pipe

WHOLE = ""  # the split of a source without splits


@dataclass(frozen=True)
class Located:
    name: str
    splits: Mapping[str, Sequence[Opener]]  # the parts of each split: train, valid, test, or WHOLE
    note: str = ""  # how the splits were found

    @property
    def usual(self) -> str:
        """The split used by default: the whole source, else test, valid or train."""
        return next(name for name in (WHOLE, "test", "valid", "train") if name in self.splits)

    def choose(self, wanted: str | None) -> Sequence[Opener]:
        """The parts of a split; None: of the default split.

        Raises:
            DataError: there is no such split.
        """
        if wanted is None:
            return self.splits[self.usual]
        name = SPLIT_ALIASES.get(wanted.lower(), wanted)
        if name not in self.splits:
            there = [split for split in self.splits if split != WHOLE]
            found, hint = "it is not split", "leave --split out"
            if there:
                found = f"there {are(len(there))} {listed(there)}"
                hint += f", or name {'one of these' if len(there) > 1 else 'this one'}"
            raise DataError(f"there is no split {wanted!r}; {found}", path=self.name, hint=hint)
        return self.splits[name]


LONGEST_NAME = 200  # maximum characters of a name in an error message


def locate(spec: str | Located, read: ReadConfig, *, stdin: BinaryIO | None = None, whole: bool = False) -> Located:
    """Finds a source by its name, opening nothing but folders and the list of a Hub data set's splits.

    Args:
        whole: read a pipe to its end and detect what it holds, rather than take it line by line as text.

    Raises:
        DataError: there is no such source.
        UsageError: stdin, which is closed.
    """
    if isinstance(spec, Located):
        return spec
    if spec == "-":
        if stdin is None and sys.stdin is None:
            raise UsageError("stdin (`-`) is closed")
        return _stream(STDIN, stdin or sys.stdin.buffer, whole, read)
    if spec.startswith("sample:"):
        from lstmcli.data.samples import open_sample

        return Located(spec, {WHOLE: [lambda *options: open_sample(spec.removeprefix("sample:"))]})
    if not spec:
        raise DataError("the name of the source is empty", hint="name a file, - for stdin, or sample:reviews")
    path = Path(spec)
    try:
        if path.is_dir():
            return _folder(path, read)
        if path.exists():
            if not path.is_file():
                return _stream(spec, path.open("rb"), whole, read)
            return _one(spec, Input(spec), read)
        if path.is_symlink():
            path.stat()  # raises for links in a circle, and for one to nothing
    except FileNotFoundError as error:
        raise DataError("is a link to a file that is not there", path=spec) from error
    except OSError as error:  # a name that is too long, a folder that may not be entered
        name = spec if len(spec) <= LONGEST_NAME else f"{spec[:LONGEST_NAME]}…"
        raise DataError(f"cannot be read: {error.strerror or error}", path=name) from error
    if glob.has_magic(spec):
        return _pattern(spec)
    if _looks_like_path(spec):
        raise missing(spec)
    try:
        return _hub(spec.removeprefix("hub:"), read)
    except DataError as error:
        if near := near_paths(spec):
            error.hint = f"did you mean {' or '.join(near)}?"
        raise


def _pattern(spec: str) -> Located:
    """The files that match a pattern, one after the other, as one source."""
    files = [Path(path) for path in sorted(glob.glob(spec, recursive=True)) if Path(path).is_file()]  # noqa: PTH207
    if not files:
        raise DataError("no file matches this pattern", path=spec)
    return _several(spec, files)


def _several(name: str, files: Sequence[Path]) -> Located:
    parts = [partial(open_input, Input(str(file))) for file in files]
    first, last = files[0].name, files[-1].name
    note = f"all of it, {count(len(files), 'file')} from {first} to {last}" if len(files) > 1 else f"all of it, {first}"
    return Located(name, {WHOLE: parts}, note)


def _stream(name: str, stream: BinaryIO, whole: bool, read: ReadConfig) -> Located:
    def check(start: bytes) -> None:
        binary = any(format.signature and start.startswith(format.signature) for format in all_formats())
        if not (read.encoding or read.input_format or binary or detect_encoding([start]).wide):
            refuse_binary(start, name)

    source = Input(name, stream)
    return _one(name, Input(name, data=source.read_all(check)) if whole else source, read)


def _one(name: str, source: Input, read: ReadConfig, note: str = "") -> Located:
    """One file or stream, which may hold splits."""
    inside, made_of = splits_inside(source, read)
    if not inside:
        return Located(name, {WHOLE: [partial(open_input, source)]}, note)
    return Located(name, {split: [opener] for split, opener in inside.items()}, note or made_of)


def _folder(path: Path, read: ReadConfig) -> Located:
    apart = [text.name for text in path.glob("*_text.txt") if text.with_name(text.name[:-9] + "_labels.txt").is_file()]
    if apart:
        first = apart[0][:-9]
        message = f"the label of each line of {apart[0]} is in a file of its own, {first}_labels.txt"
        hint = f"put them side by side: paste {first}_labels.txt {apart[0]} > {first}.tsv"
        raise DataError(message, path=path, hint=hint)
    has_classes = is_folder_of_classes(path)
    named = {} if has_classes and read.input_format == "folder" else find_splits(path)
    if named:
        splits = {split: [opener for part in parts for opener in _part(part)] for split, parts in named.items()}
        made_of = "; ".join(f"{split} from {', '.join(p.name for p in parts)}" for split, parts in named.items())
        return Located(str(path), splits, made_of)
    if (path / "state.json").is_file() and (path / "dataset_info.json").is_file():
        return Located(str(path), {WHOLE: [lambda *options: open_saved(str(path))]})
    files = data_files(path)
    if len(files) == 1 and not has_classes and not any(child.is_dir() for child in path.iterdir()):
        return _one(str(path), Input(str(files[0])), read, f"the only file of the folder, {files[0].name}")
    parts = len(files) > 1 and not has_classes and {suffix_of(file) for file in files} in _PARTS
    if parts and not _are_named_as_labels(files):
        return _several(str(path), files)
    return Located(str(path), {WHOLE: [_classes(path)]})


_PARTS = ({".txt"}, {".parquet"})
"""Files of a folder that are read as one source; several tables of other forms may be tables of different things."""


def _are_named_as_labels(files: Sequence[Path]) -> bool:
    """Whether these may be one file for each label (pos.txt, neg.txt): a few files whose names have no numbers."""
    return len(files) <= 20 and not any(map(str.isdigit, "".join(file.stem for file in files)))


def _part(path: Path) -> list[Opener]:
    """The parts of one split: a file, a folder per class, or the files of a folder."""
    files = [path] if path.is_file() else [] if is_folder_of_classes(path) else data_files(path)
    return [partial(open_input, Input(str(file))) for file in files] or [_classes(path)]


def _classes(folder: Path) -> Opener:
    return lambda read, labelled, prefer: open_classes(folder, read.encoding)


def _hub(name: str, read: ReadConfig) -> Located:
    def opener(split: str) -> Opener:
        return lambda *options: open_hub(name, split)

    splits = {ours: [opener(theirs)] for ours, theirs in hub_splits(name).items()}
    if read.split and SPLIT_ALIASES.get(read.split, read.split) not in splits:
        splits[read.split] = [opener(read.split)]  # a slice, or a name of its own
    return Located(name, splits, "those of the Hub")


def _looks_like_path(spec: str) -> bool:
    if spec.startswith("hub:"):
        return False
    path = Path(spec)
    if not is_hub_name(spec) or any(s.lower() in data_suffixes() | {".gz"} for s in path.suffixes):
        return True
    return "/" in spec and path.parent.is_dir()


def missing(spec: str) -> DataError:
    """The error for a file that does not exist; the hint names similar ones."""
    parent = Path(spec).parent
    hint = "check the name" if parent.is_dir() else f"there is no folder {str(parent)!r} either"
    if near := near_paths(spec):
        hint = f"did you mean {' or '.join(near)}?"
    return DataError("no such file", path=spec, hint=hint)


def near_paths(spec: str) -> list[str]:
    """Paths in the same folder with a similar name."""
    path = Path(spec)
    try:
        names = {p.name: p for p in path.parent.iterdir()}
    except OSError:
        return []
    stems = {name.split(".", 1)[0]: name for name in names}
    near = [
        *difflib.get_close_matches(path.name, names, n=2, cutoff=0.7),
        *(stems[stem] for stem in difflib.get_close_matches(path.name.split(".", 1)[0], stems, n=1, cutoff=0.8)),
    ]
    return [str(names[name]) for name in dict.fromkeys(near)]
