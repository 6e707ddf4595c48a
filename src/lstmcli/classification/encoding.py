"""From the records of a split to what a classifier is trained on and judged by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from typing import TYPE_CHECKING

from lstmcli.classification.characters.words import WordTexts
from lstmcli.classification.labels import gold_array
from lstmcli.classification.soft_labels import soft_labels
from lstmcli.data.records import Record, Texts
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training.distributed import Group
from lstmcli.training.events import Event
from lstmcli.training.tokenize import encode_texts

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split


def encode_split(
    name: str,
    records: Collection[Record],
    *,
    encoder: TextEncoder,
    labels: Sequence[str],
    multilabel: bool,
    words_of: Callable[[str], list[str]] | None,
    group: Group,
    key: str,
    teacher_weight: float | None = 0.0,
) -> Generator[Event, None, Split]:
    """Encoded texts, gold labels, words for the character model, and what a teacher says.

    Args:
        words_of: cuts a text into words, if there is a character model.
        key: identifies the data.
    """
    from lstmcli.classification.trainer import Split

    gold = gold_array(records, labels, multilabel)
    words = WordTexts(map(words_of, Texts(records))) if words_of else None
    soft = soft_labels(records, labels, teacher_weight, multilabel=multilabel)
    encoded = yield from encode_texts(name, Texts(records), encoder, group, key)
    return Split(encoded, gold, words, soft)
