"""Which columns hold the text: a pair of texts, what is called a text, or what reads as one."""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.data.columns.names import NEVER, WEAK, is_title, pairs_by_name, text_rank
from lstmcli.data.columns.profile import FEW_ROWS, ColumnProfile, Profiles

JOIN, PAIR_JOIN = "\n", " ||| "
"""What stands between the texts of several columns.  Between two that are compared it is a mark that every tokenizer
keeps (a line end is white space to most), that texts hardly ever hold, and that can be typed."""


def choose_text(columns: Sequence[str], found: Profiles, *, headed: bool) -> tuple[str, ...]:
    """The text among the columns; nothing where there is none that could be it."""
    pair = _pair(columns, found)
    if pair:
        return pair
    named = _by_name(columns, found)
    if not named and headed:
        # What can't be read is said when it is read; an empty column is said to be empty.
        bare = [name for name in columns if not (found[name].readable and found[name].count >= FEW_ROWS)]
        called = [(rank, name) for name in bare if (rank := text_rank(name)) is not None]
        named = (min(called)[1],) if called else ()
    if named:
        return named
    return _by_shape(columns, found, headed)


def join_of(columns: Sequence[str]) -> str:
    """What stands between the texts: told by the names alone, so that a model reads other files as its own."""
    return PAIR_JOIN if len(columns) == 2 and tuple(columns) in pairs_by_name(columns) else JOIN


def is_running_text(column: ColumnProfile) -> bool:
    """Whether somebody may miss it where it is left out."""
    return column.text_like and column.prose and column.rank > NEVER


def _pair(columns: Sequence[str], found: Profiles) -> tuple[str, str] | None:
    for pair in pairs_by_name(columns):
        if all(_can_be_compared(found[column]) for column in pair):
            return pair
    return None


def _can_be_compared(column: ColumnProfile) -> bool:
    few = column.count < 10
    varied = few or column.varied > 0.3 or column.words >= 3
    return column.text_like and varied and (column.words >= 1.5 or column.length > 15)


def _by_name(columns: Sequence[str], found: Profiles) -> tuple[str, ...]:
    """The most telling name, and the title over it."""
    ranked = sorted((rank, i) for i, name in enumerate(columns) if (rank := text_rank(name)) is not None)
    able = [columns[i] for _, i in ranked if found[columns[i]].text_like]
    bodies = [name for name in able if not is_title(name)]
    titles = [name for name in able if is_title(name) and (found[name].words >= 1.5 or found[name].count < 10)]
    if titles and not bodies:  # a text of an unknown name beside its title
        bodies = [name for name in columns if name not in titles and is_running_text(found[name])]
        bodies = [name for name in bodies if found[name].length > 2 * found[titles[0]].length]
    return tuple(titles[:1] + bodies[:1])


def _by_shape(columns: Sequence[str], found: Profiles, headed: bool) -> tuple[str, ...]:
    """The longest column of those that vary; without a header every column of running text."""
    able = [name for name in columns if found[name].text_like and not (headed and found[name].rank == NEVER)]
    able = able or [name for name in columns if found[name].readable]
    free = [name for name in able if found[name].rank < WEAK or found[name].prose] or able
    longest = max(free, key=lambda name: found[name].length * max(0.01, found[name].varied), default=None)
    if longest is None:
        return ()
    if headed:
        return (longest,)
    texts = tuple(name for name in free if name == longest or (found[name].prose and found[name].text_like))
    return texts
