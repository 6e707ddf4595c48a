"""From the records of a split to what a classifier is trained on and judged by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lstmcli.classification.characters.words import WordTexts, splitter
from lstmcli.classification.evaluate import UnknownLabelTexts
from lstmcli.classification.events import TokenizerReady
from lstmcli.classification.labels import gold_array, with_unknown_labels
from lstmcli.classification.soft_labels import soft_labels
from lstmcli.data.records import Record, Texts
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.unknown_rate import unknown_in_validation
from lstmcli.training.distributed import Group
from lstmcli.training.events import Event, Warned
from lstmcli.training.tokenize import encode_texts, kept

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split


@dataclass(frozen=True)
class SplitEncoder:
    encoder: TextEncoder
    labels: Sequence[str]
    multilabel: bool
    characters: int | None
    """The order of the character model; 0 or None: there is none."""
    group: Group
    key: str
    """Identifies the data."""

    @cached_property
    def words_of(self) -> Callable[[str], list[str]] | None:
        """Cuts a text into words, if there is a character model."""
        return splitter(self.encoder) if self.characters else None

    def split(
        self, name: str, records: Collection[Record], teacher_weight: float | None = 0.0
    ) -> Generator[Event, None, Split]:
        """Encoded texts, gold labels, words for the character model, and what a teacher says."""
        from lstmcli.classification.trainer import Split

        gold = gold_array(records, self.labels, self.multilabel)
        words = WordTexts(map(self.words_of, Texts(records))) if self.words_of else None
        soft = soft_labels(records, self.labels, teacher_weight, multilabel=self.multilabel)
        return Split((yield from self.texts(name, records)), gold, words, soft)

    def texts(self, name: str, records: Collection[Record]) -> Generator[Event, None, EncodedTexts]:
        """The encoded texts alone."""
        return (yield from encode_texts(name, Texts(records), self.encoder, self.group, self.key))

    def unknown_labels(self, records: Collection[Record]) -> UnknownLabelTexts:
        """The texts with labels that are not in the training split."""
        others = with_unknown_labels(records, self.labels)
        encoded = self.encoder.encode([r.text for r in others])
        words = [self.words_of(r.text) for r in others if self.words_of]
        return UnknownLabelTexts(encoded, [r.labels for r in others], words)


def tokenizer_ready(
    config: TokenizerConfig, vocab_size: int, train: EncodedTexts, valid: EncodedTexts, others: EncodedTexts | None
) -> Iterator[Event]:
    """What is said of the tokenizer and the tokens: what it is, where they are if they are many, and a warning if it
    fits the validation split badly.

    Args:
        others: texts without labels.
    """
    kind, seen, lengths = config.path or config.kind, valid.ids(slice(None)), train.lengths
    unknown, read = int((seen == UNKNOWN_ID).sum()), len(seen)
    yield TokenizerReady(kind, vocab_size, unknown / max(1, read), float(lengths.mean()), int(lengths.max()))
    if train.in_files or (others is not None and others.in_files):
        yield kept()
    if warning := unknown_in_validation(unknown, read, kind):
        yield Warned(warning)
