"""Which columns hold the text and the label: as asked, as in training, by their usual names, or by what is in them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lstmcli.data.columns.label import LabelChoice, choose_label
from lstmcli.data.columns.names import EXPLICIT, label_rank, normal
from lstmcli.data.columns.profile import ColumnProfile, Profiles
from lstmcli.data.columns.soft import ANSWER, Soft, find_soft
from lstmcli.data.columns.text import JOIN, choose_text, is_running_text, join_of
from lstmcli.data.config import ReadConfig
from lstmcli.data.table import Table
from lstmcli.errors import DataError, NoDataError

Ask = Callable[[str, Sequence[str]], str | None]  # asks which column (of these) of a path is the label


@dataclass(frozen=True)
class Chosen:
    text_columns: tuple[str, ...]
    label_column: str | None = None
    """None if there are several."""
    label_columns: tuple[str, ...] = field(default=(), compare=False)
    """One or several."""
    flags: frozenset[str] = field(default=frozenset(), compare=False)
    """0/1 columns, if there are several label columns: the column name is the label."""
    one_each: bool = field(default=False, compare=False)
    """Several columns of 0 and 1, and every row has a single 1 (as far as rows were looked at)."""
    join: str = field(default=JOIN, compare=False)
    """Separator between the texts of several columns."""
    others: tuple[str, ...] = field(default=(), compare=False)
    """Other candidates for the label."""
    guessed: bool = field(default=False, compare=False)
    """The label column has a name that does not say so."""
    other_texts: tuple[str, ...] = field(default=(), compare=False)
    """Columns of running text that are left out."""
    target_column: str | None = None
    """The translations, in data of pairs."""
    soft: Soft | None = field(default=None, compare=False)
    """The columns of probabilities."""


def find_column(wanted: str, columns: Sequence[str]) -> str | None:
    """The column of that name, else the one that differs only in case, spaces or dashes."""
    if wanted in columns:
        return wanted
    return next((column for column in columns if normal(column) == normal(wanted)), None)


def require_column(wanted: str, columns: Sequence[str], path: str) -> str:
    found = find_column(wanted, columns)
    if found is not None:
        return found
    named = {normal(c): c for c in columns if not c.isdigit()}  # a column without a name is called by its number
    near = difflib.get_close_matches(normal(wanted), named, n=1, cutoff=0.5)
    nearest = named[near[0]] if near else None
    raise DataError(
        f"there is no column {wanted!r}; {_list_columns(columns)}",
        path=path,
        hint=f"did you mean {nearest!r}?" if nearest else "name one of these columns",
    )


def listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _list_columns(columns: Sequence[str]) -> str:
    return f"the columns are {listed(columns)}" if len(columns) > 1 else f"the only column is {listed(columns)}"


def choose_columns(
    table: Table,
    read: ReadConfig,
    path: str,
    *,
    labelled: bool | None,
    prefer: ReadConfig | None = None,
    ask: Ask | None = None,
) -> Chosen:
    """Decides on text and label columns.

    Args:
        labelled: True fails without a label; None takes one that is there; False looks for none.
        prefer: columns a model was trained on, or those of the training split: taken where they exist.
        ask: asked where two columns are as likely to be the label.

    Raises:
        DataError: a column that was asked for is missing, none can be told to be the text or the label, two are as
            likely to be the label, or the label is a quantity.
    """
    columns, found = table.columns, Profiles(table)
    text, labels = _known_columns(table, read, path, labelled, prefer)
    other_texts, others, guessed = tuple[str, ...](), tuple[str, ...](), False
    if not text:
        text, other_texts = _detect_text([c for c in columns if c not in labels], found, table, path)
    free = [c for c in columns if c not in text]
    if labels:
        _refuse_quantity(_label_names(read) or (labels if table.stated else ()), found, path)
    elif labelled is not False:
        if not table.text_columns:
            guess = choose_label(free, found, headed=table.headed)
            guess = _resolve_label(guess, path, lenient=prefer is not None and labelled is None, ask=ask)
            labels, others, guessed = guess.columns, guess.others, guess.guessed and table.headed
        if not labels:
            others = tuple(c for c in free if c not in other_texts)
            if not prefer:
                _refuse_objects(free, found, path)
    if labelled and not labels:
        raise _no_label(columns, text, path)
    only = labels[0] if len(labels) == 1 else None
    left = tuple(c for c in other_texts if c not in labels)
    chosen = Chosen(text, only, labels, join=join_of(text), others=others, guessed=guessed, other_texts=left)
    return _with_flags(chosen, found) if len(labels) > 1 else chosen


def choose_with_soft(
    table: Table,
    read: ReadConfig,
    path: str,
    *,
    labelled: bool | None,
    prefer: ReadConfig | None = None,
    ask: Ask | None = None,
) -> Chosen:
    """As ``choose_columns``, for a source whose rows may have probabilities in place of a label.

    Raises:
        DataError: as ``choose_columns``; a teacher's source (``labelled`` is False) has no probabilities.
    """
    how: dict[str, Any] = {"prefer": prefer, "ask": ask}
    soft = find_soft(table.columns, table.sample, asked=labelled is False)
    if soft is None:
        if labelled is False:
            raise DataError(
                f"there are no probabilities of labels; {_list_columns(table.columns)}",
                path=path,
                hint="give a column p_LABEL for each label, or an object `probabilities`: what `lstm classify "
                "--format jsonl` writes",
            )
        return choose_columns(table, read, path, labelled=labelled, **how)
    own = {*soft.columns, *(ANSWER if soft.answers and not _label_names(read) else ())}
    rest = replace(table, columns=tuple(name for name in table.columns if name not in own))
    if not rest.columns:
        raise DataError(
            f"there are probabilities of labels, but no text; {_list_columns(table.columns)}",
            path=path,
            hint="put each text into the same row as its probabilities",
        )
    rest.label_column = None if rest.label_column in own else rest.label_column
    chosen = choose_columns(rest, read, path, labelled=False if labelled is False else None, **how)
    if chosen.guessed:  # no name says that it is a label, and there are labels
        chosen = choose_columns(rest, read, path, labelled=False, **how)
    return replace(chosen, soft=soft)


def _detect_text(
    columns: Sequence[str], found: Profiles, table: Table, path: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of the text, and columns of running text that are left out."""
    text = choose_text(columns, found, headed=table.headed)
    if not table.columns:
        raise NoDataError("its rows are empty: there are no columns", path=path)
    if not text:
        raise DataError(
            f"no column can be told to be the text; {_list_columns(table.columns)}",
            path=path,
            hint="name it with --text-column",
        )
    return text, tuple(c for c in columns if c not in text and is_running_text(found[c]))


def _known_columns(
    table: Table, read: ReadConfig, path: str, labelled: bool | None, prefer: ReadConfig | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of text and of labels that are known: asked for, else as in training, else by the format."""
    columns = table.columns
    text = tuple(require_column(name, columns, path) for name in read.text_columns)
    text = text or _preferred(prefer.text_columns if prefer else (), columns)
    if labelled is False:
        return text or table.text_columns, ()
    labels = tuple(require_column(name, columns, path) for name in _label_names(read))
    labels = labels or _preferred(_label_names(prefer), columns)
    text = text or tuple(c for c in table.text_columns if c not in labels)
    own = table.label_column
    return text, labels or ((own,) if own and own not in text else ())


def _refuse_objects(columns: Sequence[str], found: Profiles, path: str) -> None:
    """Raises DataError for a column with a label's name that holds objects."""
    nested = [name for name in columns if not found[name].labels_readable or "." in name]
    for name in nested:
        base = name.split(".")[0]
        if label_rank(base) >= EXPLICIT:
            raise DataError(
                f"the label column {base!r} holds objects (nested JSON), not classes",
                path=path,
                hint=f"name what is inside it: --label-column {base}.NAME; --task lm looks for no labels",
            )


def _no_label(columns: Sequence[str], text: Sequence[str], path: str) -> DataError:
    if len(columns) > len(text):
        message, hint = f"no label column found; {_list_columns(columns)}", "name it with --label-column"
    else:
        message = f"no labels: there is only one column, {columns[0]!r}"
        message = message if len(columns) == 1 else f"no labels: {listed(columns)} hold the text"
        hint = "a classifier needs a column of labels"
    return DataError(message, path=path, hint=hint)


def _with_flags(chosen: Chosen, found: Profiles) -> Chosen:
    columns = [found[name] for name in chosen.label_columns]
    flags = frozenset(column.name for column in columns if column.binary)
    return replace(chosen, flags=flags, one_each=len(flags) == len(columns) and one_each(columns))


def _label_names(config: ReadConfig | None) -> tuple[str, ...]:
    if config is None:
        return ()
    return config.label_columns or ((config.label_column,) if config.label_column else ())


def _preferred(names: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns with these names, if all of them exist."""
    found = [find_column(name, columns) for name in names]
    return tuple(name for name in found if name) if all(found) else ()


def _resolve_label(guess: LabelChoice, path: str, *, lenient: bool, ask: Ask | None) -> LabelChoice:
    """The guess if it is certain, else the user's answer; none for a file that needs no labels.

    Raises:
        DataError: two columns are equally likely, or the column is a quantity.
    """
    if lenient and (guess.quantity or not guess.sure):
        return LabelChoice()
    if guess.quantity:
        raise _quantity_error(guess.quantity, path, guess.others)
    if guess.sure:
        return guess
    candidates = (*guess.columns, *guess.others)
    answer = ask(path, candidates) if ask else None
    if answer is not None:
        return LabelChoice((answer,), tuple(name for name in candidates if name != answer))
    raise DataError(
        f"each of {listed(candidates[:MAX_NAMED])} could be the label",
        path=path,
        hint=f"say which: --label-column {_shell_quoted(candidates[0])}; --task lm looks for none",
    )


MAX_NAMED = 8


def _shell_quoted(name: str) -> str:
    """A name quoted for a shell."""
    return name if name.replace("_", "").isalnum() else f'"{name}"'


def _refuse_quantity(asked: Sequence[str], found: Profiles, path: str) -> None:
    for name in asked if len(asked) == 1 else ():
        if name in found and found[name].quantity:
            raise _quantity_error(name, path, ())


def _quantity_error(name: str, path: str, others: Sequence[str]) -> DataError:
    named = f"; or name another --label-column: {listed(others[:MAX_NAMED])}" if others else ""
    return DataError(
        f"column {name!r} holds a quantity (numbers of many values), not classes; lstm does no regression",
        path=path,
        hint=f"sort the numbers into a few classes, such as low, middle and high{named}",
    )


def one_each(flags: Iterable[ColumnProfile]) -> bool:
    """Whether every row has a single 1 in these columns of 0 and 1."""
    columns = [column.on for column in flags]
    return bool(columns) and all(sum(row) == 1 for row in zip(*columns, strict=True))
