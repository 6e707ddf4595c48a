"""Check the labels of the splits against each other, before training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from lstmcli.classification.labels import known
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.data.records import Record, Splits
from lstmcli.errors import DataError
from lstmcli.model_dir.config_text import CONFIG_BYTES, expected_bytes

_SHOWN, _LONGEST = 5, 40


def require_known_labels(splits: Splits, labels: Sequence[str]) -> None:
    """Check that validation and test data have texts with labels of the training data.

    Raises:
        DataError: they have none.
    """
    for name, records in (("valid", splits.valid), ("test", splits.test)):
        if records and not any(record.labels for record in known(records, labels)):
            _refuse(name, records, labels)


def _refuse(name: str, records: Collection[Record], labels: Sequence[str]) -> None:
    first = next((record for record in records if record.labels), next(iter(records)))
    found = Counter(label for record in records for label in record.labels)
    if not found:
        what = f"the {SPLIT_NAMES[name]} data has no labels"
    else:
        what = f"no text of the {SPLIT_NAMES[name]} data has labels of the training data"
        what += f": found {list_labels(list(found))}"
    raise DataError(
        f"{what}; the training data has {list_labels(labels)}",
        path=first.path or None,
        hint=f"check --label-column, or give --{name} a file with the labels of the training data",
    )


def require_config_fits(splits: Splits, labels: Sequence[str]) -> None:
    """Check that the labels fit into the config of a model.

    Raises:
        DataError: they are too many or too long.
    """
    size = expected_bytes(labels, splits=2 if splits.test else 1)
    if size > CONFIG_BYTES:
        column = f" in column {splits.label_column!r}" if splits.label_column else ""
        longest = max(labels, key=len)
        raise DataError(
            f"{len(labels):,} labels{column}, up to {len(longest):,} characters long, are more than a model can hold: "
            f"its config.json would be about {size / 1e6:,.0f} MB, {CONFIG_BYTES / 1e6:.0f} MB at most is read",
            path=splits.path,
            hint="name the column of the labels with --label-column, or shorten them",
        )


def single_label_warning(splits: Splits) -> Iterator[str]:
    """A warning if all validation texts have the same label."""
    found = {record.labels for record in splits.valid}
    if len(found) == 1 and len(splits.valid) > 1:
        (only,) = found
        shown = list_labels(only)
        yield f"every text of the validation split is labelled {shown}: it cannot tell good models from bad ones"


def list_labels(labels: Sequence[str]) -> str:
    """The first labels, quoted and shortened, and the number of others."""
    shown = ", ".join(map(repr, (shortened(label) for label in labels[:_SHOWN])))
    more = len(labels) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown or "none"


def shortened(label: str) -> str:
    """A label, truncated for messages."""
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
