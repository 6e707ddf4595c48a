"""Notes on a source: its format, and the columns that were taken from it."""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.data.columns.cells import LIST, WHOLE
from lstmcli.data.columns.choice import Chosen, listed
from lstmcli.data.columns.soft import Soft
from lstmcli.data.columns.text import PAIR_JOIN
from lstmcli.data.config import ReadConfig
from lstmcli.data.table import Table

MAX_OTHERS, MAX_LABELS = 4, 20


def separator_notes(read: ReadConfig, found: str | None) -> list[str]:
    if found is None or read.label_separator is not None:
        return []
    how = "written as lists" if found == LIST else f"divided at {found!r}"
    return [f"labels in a cell are {how} (--label-separator {WHOLE}: a cell is one label)"]


def source_note(name: str, table: Table, chosen: Chosen) -> str:
    """'reviews.csv: CSV, comma, UTF-8; text from 'review', label from 'sentiment'."""
    what = ", ".join([table.format.title, *table.notes])
    if not table.format.chosen_columns:
        return f"{name}: {what}"
    if chosen.target_column:
        rest = f" (others: {_first_names(chosen.others)})" if chosen.others else ""
        sides = f"text from {chosen.text_columns[0]!r}, translation from {chosen.target_column!r}{rest}"
        return f"{name}: {what}; {sides}; --text-column and --target-column name others"
    text = listed(chosen.text_columns)
    if chosen.join == PAIR_JOIN:
        text = f"{' and '.join(map(repr, chosen.text_columns))}, a pair"
    if chosen.other_texts:
        text = f"{text} (left out: {_first_names(chosen.other_texts)}; --text-column)"
    return f"{name}: {what}; text from {text}, {_label_note(chosen)}"


def _first_names(names: Sequence[str], most: int = MAX_OTHERS) -> str:
    return listed(names[:most]) + (f", … ({len(names):,} in all)" if len(names) > most else "")


def _label_note(chosen: Chosen) -> str:
    """The label columns, and other candidates, for a note."""
    columns = chosen.label_columns
    if chosen.soft and not columns:
        return f"{_soft_note(chosen.soft)} in place of labels"
    if not columns:
        return "no label column" + (
            f" (left out: {_first_names(chosen.others)}; --label-column)" if chosen.others else ""
        )
    end = f" (others: {_first_names(chosen.others)}; --label-column)" if chosen.others else ""
    if chosen.guessed:
        end = (end[:-1] if end else " (a guess; --label-column") + ", --task lm for none)"
    if chosen.soft:
        end += f", {_soft_note(chosen.soft)} (--teacher-weight 0 leaves them out)"
    if len(columns) == 1:
        return f"label from {columns[0]!r}{end}"
    if chosen.one_each:
        return f"label: which of {_first_names(columns, MAX_LABELS)} is 1{end}"
    return f"several labels from {_first_names(columns, MAX_LABELS)}{end}"


def _soft_note(soft: Soft) -> str:
    return f"probabilities of labels from {_first_names(soft.columns, MAX_LABELS)}"
