"""Folders: one sub-folder per class, or files and sub-folders named after splits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lstmcli.data.columns.names import SPLIT_ALIASES, split_in
from lstmcli.data.encoding import detect_encoding, named_encoding, read_text
from lstmcli.data.files import Input, refuse_binary
from lstmcli.data.formats.format import Format, Opening, all_formats
from lstmcli.data.table import Row, Table
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.plural import count


def data_suffixes(*, texts: bool = True) -> frozenset[str]:
    """Suffixes of data files; ``texts``: including those of plain text."""
    return frozenset(s for format in all_formats() if texts or not format.running_text for s in format.suffixes)


def suffix_of(path: Path) -> str:
    """The last suffix of a name, but for .gz, in lower case."""
    return next((s.lower() for s in reversed(path.suffixes) if s.lower() != ".gz"), "")


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=folder) from error


def find_splits(folder: Path) -> dict[str, list[Path]]:
    """The files, or the folder, of each split: ``train.csv``, ``dev.jsonl.gz``, ``train/``; or else files with a split
    in their names (``train-00000-of-00002.parquet``, ``ptb.train.txt``), of which a split may have several.
    """
    exact: dict[str, list[Path]] = {}
    parts: dict[str, list[Path]] = {}
    for path in _children(folder):
        if not path.is_dir() and suffix_of(path) not in data_suffixes():
            continue
        name = path.name.lower()
        stem = name if path.is_dir() else name.split(".", 1)[0]
        if stem in SPLIT_ALIASES:
            exact.setdefault(SPLIT_ALIASES[stem], []).append(path)
        elif not path.is_dir() and (split := split_in(name, "[-_.]")):
            parts.setdefault(split, []).append(path)
    for split, paths in exact.items():
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            raise DataError(f"the {split} split is there more than once: {names}", path=folder)
    found = {**parts, **exact}
    if len(found) == 1 and set(found) != {"train"}:  # classes or files that happen to be called so
        return {}
    return {split: found[split] for split in ("train", "valid", "test") if split in found}


def data_files(folder: Path) -> list[Path]:
    """The files of a folder that are tables or texts by their names."""
    return [path for path in _children(folder) if path.is_file() and suffix_of(path) in data_suffixes()]


def is_folder_of_classes(folder: Path) -> bool:
    return any(path.is_dir() and _texts(path) for path in _children(folder))


def _texts(folder: Path) -> list[Path]:
    """The texts of one class: every file that is not a table."""
    return [path for path in _children(folder) if path.is_file() and suffix_of(path) not in data_suffixes(texts=False)]


def open_classes(folder: Path, encoding_name: str | None) -> Table:
    """A folder with one sub-folder per class, one file per text.

    Raises:
        NoDataError: there are no such sub-folders.
    """
    # aclImdb holds texts without labels beside its classes.
    classes = [path for path in _children(folder) if path.is_dir() and path.name != "unsup"]
    files = [(path.name, text) for path in classes for text in _texts(path)]
    if not files:
        tables = [path.name for path in data_files(folder)][:5]
        message = (
            "this folder is no data set: it has neither sub-folders of texts, one for each label, nor files "
            "named train, valid and test"
        )
        hint = "give a file, or a folder with label/*.txt, train/label/*.txt or train.csv in it"
        if tables:
            hint = f'give one of its files: {", ".join(tables)}; or all as one, with a pattern: "{folder}/*"'
        elif (folder / "model.safetensors").exists():
            hint = "this is a model; the text to classify is given apart from it: lstm classify -m MODEL FILE"
        raise NoDataError(message, path=folder, hint=hint)
    fixed = named_encoding(encoding_name) if encoding_name else None

    def rows() -> Iterator[Row]:
        table.warnings.clear()
        for label, path in files:
            source = Input(str(path))
            head = source.head()
            encoding = fixed or detect_encoding(source.samples(head))
            refuse_binary(head, source.path, any_bytes=encoding.wide)
            text, warnings = read_text(source, encoding)
            table.warnings += warnings
            yield Row(0, source.path, {"text": text.removesuffix("\n").removesuffix("\r"), "label": label})

    notes = [f"{count(len(classes), 'sub-folder')}, {count(len(files), 'file')}"]
    table = Table(FOLDER, ("text", "label"), rows, text_columns=("text",), label_column="label", notes=notes)
    return table


def _refuse_file(file: Opening) -> Table:
    raise UsageError("this is a file, not a folder", path=file.source.path, hint="leave --input-format out")


FOLDER = Format("folder", "a folder per class", _refuse_file, chosen_columns=False)
