"""Which columns hold the text and the label: as asked, by their usual names, or by what is in them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lstmcli.data.config import ReadConfig
from lstmcli.data.table import Table, cell_labels, cell_text
from lstmcli.errors import DataError


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The most telling names first.
TEXT_NAMES = _words(
    """text sentence review content comment document message tweet body question utterance query post article
    email sms reviewtext review_text review_body comment_text text_content full_text sentence1 premise description
    summary abstract headline title subject news input source
    文本 内容 正文 评论 评论内容 评价 句子 短信 微博 问题 文章 新闻 描述 摘要 标题 题目"""
)
LABEL_NAMES = _words(
    """label labels sentiment category categories class classes topic topics target intent tag tags emotion emotions
    polarity stars rating ratings score genre genres class_index class_name label_name label_text coarse_label
    fine_label category_name type cat lang language y
    标签 类别 分类 情感 情绪 情感倾向 主题 话题 意图 类目 类型 星级 评分 打分"""
)
_TITLES = ("title", "headline", "subject", "标题", "题目")
"""Read together with the text they stand over."""


@dataclass(frozen=True)
class Chosen:
    text_columns: tuple[str, ...]
    label_column: str | None
    notes: tuple[str, ...] = ()


def normal(name: str) -> str:
    return name.strip("\ufeff \t\r\n\xa0\u3000").casefold().replace(" ", "_").replace("-", "_")


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
        f"there is no column {wanted!r}; the columns are {listed(columns)}",
        path=path,
        hint=f"did you mean {nearest!r}?" if nearest else "name one of these columns",
    )


def listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def choose_columns(
    table: Table, read: ReadConfig, path: str, *, labelled: bool | None, prefer: ReadConfig | None = None
) -> Chosen:
    """Decides on text and label columns.

    Args:
        labelled: True fails without a label; None takes one that is there; False looks for none.
        prefer: columns a model was trained on, or those of the training split: taken where they exist.

    Raises:
        DataError: a column that was asked for is missing, or none can be told to be the text or the label.
    """
    columns = table.columns
    text = tuple(require_column(name, columns, path) for name in read.text_columns)
    label = require_column(read.label_column, columns, path) if read.label_column and labelled is not False else None
    if prefer and not text:
        found = [find_column(name, columns) for name in prefer.text_columns]
        text = tuple(name for name in found if name) if all(found) else ()
    if prefer and not label and prefer.label_column and labelled is not False:
        label = find_column(prefer.label_column, columns)
    text = text or tuple(c for c in table.text_columns if c != label)
    label = label or (table.label_column if labelled is not False and table.label_column not in text else None)

    free = [c for c in columns if c not in (*text, label)]
    if not label and labelled is not False:
        short = [c for c in free if len(table.sample) < 10 or not _is_prose(_texts(c, table))]
        label = _named(short, LABEL_NAMES) if text or len(free) > 1 else None  # one column alone is the text
    text = text or _text_by_name([c for c in free if c != label])
    if not label and labelled is not False and not table.text_columns:
        label = _label_by_shape([c for c in free if c not in text], table, spare_longest=not text)
    text = text or _text_by_shape([c for c in free if c != label], table)
    if not text:
        raise DataError(
            f"no column can be told to be the text; the columns are {listed(columns)}",
            path=path,
            hint="name it with --text-column",
        )
    if labelled and not label:
        raise DataError(
            f"no label column found; the columns are {listed(columns)}"
            if len(columns) > 1
            else f"no labels: there is only one column, {columns[0]!r}",
            path=path,
            hint="name it with --label-column",
        )
    return Chosen(text, label)


def _named(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The column with the most telling name."""
    known = {normal(c): c for c in reversed(columns)}
    return next((known[name] for name in names if name in known), None)


def _text_by_name(columns: Sequence[str]) -> tuple[str, ...]:
    body = _named(columns, [name for name in TEXT_NAMES if name not in _TITLES])
    title = _named(columns, _TITLES)
    return tuple(name for name in (title, body) if name)


def _values(column: str, table: Table) -> list[Any]:
    return [row.get(column) for row in table.sample]


def _texts(column: str, table: Table) -> list[str]:
    try:
        return [cell_text(value) for value in _values(column, table)]
    except (TypeError, RecursionError):
        return []


def _mean_length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def _text_by_shape(columns: Sequence[str], table: Table) -> tuple[str, ...]:
    """The longest column; without a header every column of running text (a title and its description)."""
    lengths = {column: _mean_length(_texts(column, table)) for column in columns}
    longest = max(lengths, key=lengths.__getitem__, default=None)
    if longest is None:
        return ()
    if table.headed:
        return (longest,)
    return tuple(c for c in columns if c == longest or _is_prose(_texts(c, table)))


def _is_prose(texts: Sequence[str]) -> bool:
    """Several words (or ten Chinese characters) on average, and hardly ever the same."""
    words = [len(text.split()) + sum(c > "\u2e80" for c in text) / 3 for text in texts]
    return bool(texts) and sum(words) / len(texts) >= 3 and len(set(texts)) > 0.8 * len(texts)


def _label_by_shape(columns: Sequence[str], table: Table, *, spare_longest: bool) -> str | None:
    """The column with the fewest distinct values, if they are short and recur; the longest may yet be the text."""
    rows = len(table.sample)
    lengths = {column: _mean_length(_texts(column, table)) for column in columns}
    longest = max(lengths, key=lengths.__getitem__, default=None)
    candidates = []
    for column in columns:
        if spare_longest and column == longest:
            continue
        try:
            labels = [cell_labels(value, None) for value in _values(column, table)]
        except TypeError:
            continue
        distinct = {label for several in labels for label in several}
        long = max(map(len, distinct), default=0) > 60
        if distinct and not long and (len(distinct) <= max(2, rows // 2) or rows < 4):
            # A column that never changes says nothing, unless there is no other.
            candidates.append((len(distinct) == 1, len(distinct), column))
    return min(candidates)[2] if candidates else None
