"""Find labels that mean a missing label (``NaN``, ``N/A``), and spellings of one label (``Spam``, ``spam``)."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lstmcli.data.columns.cells import STRONG, parts_of
from lstmcli.data.columns.missing import MAYBE_A_LABEL, NEVER_A_LABEL, SELDOM_A_LABEL
from lstmcli.plural import are, count

_RARE = 0.1  # a label with a smaller share of the rows is rare
_MAX_SHOWN = 4
_QUOTES = "\"'`“”‘’„«»‹›「」『』"
_ENDS = ".,;:!?。，；：！？、…"


def missing_labels(counts: Mapping[str, int]) -> frozenset[str]:
    """The labels that mean a missing label."""
    sure = NEVER_A_LABEL & counts.keys()
    total = sum(counts.values())
    seldom = SELDOM_A_LABEL & counts.keys()
    codes = [label for label in counts if label not in sure | seldom]
    if codes and all(re.fullmatch("[A-Z]{2}", label) for label in codes):
        seldom -= {"NA"}  # Namibia
    if sum(counts[label] for label in seldom) >= _RARE * total:
        seldom = frozenset()
    found = sure | seldom
    return found if len(counts.keys() - found) > 1 else sure  # ? and x may be the two classes that there are


def missing_labels_note(counts: Mapping[str, int]) -> str:
    """'NaN' (5) and 'nan' (4) stand for no label."""
    what = "is taken for a missing label" if len(counts) == 1 else "are taken for missing labels"
    return f"{_with_counts(counts)} {what}"


def label_warnings(counts: Mapping[str, int], *, cells: bool = True) -> Iterator[str]:
    """Warnings about labels: possibly missing ones, spellings of one label, lists that were not split.

    Args:
        cells: whether labels come from table cells, which ``--label-separator`` splits.
    """
    total = sum(counts.values())
    doubtful = {x: counts[x] for x in sorted(counts) if x in MAYBE_A_LABEL and counts[x] < _RARE * total}
    doubtful |= {x: counts[x] for x in sorted(counts) if x in SELDOM_A_LABEL}
    for label, n in doubtful.items():
        advice = "leave its cells empty" if cells else "leave these texts out"
        yield f"the label {label!r} ({n:,}) may stand for a missing label: if so, {advice}"
    groups = alike(counts)
    for labels, how in groups[:_MAX_SHOWN]:
        yield (
            f"{_with_counts({label: counts[label] for label in labels})} differ only in {how}: probably one label, "
            "read as different ones"
        )
    if len(groups) > _MAX_SHOWN:
        more = len(groups) - _MAX_SHOWN
        yield f"{count(more, 'more group')} of labels {are(more)} spellings of one label each"
    if cells:
        yield from _unsplit_lists(counts)


def alike(counts: Mapping[str, int]) -> list[tuple[list[str], str]]:
    """Groups of labels that are probably one label, each with how they differ."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for label in counts:
        groups[_key(label)].append(label)
    found = [sorted(labels, key=lambda x: (-counts[x], x)) for labels in groups.values() if len(labels) > 1]
    return [(labels, _difference(labels)) for labels in sorted(found, key=lambda ls: -sum(counts[x] for x in ls))]


def _key(label: str) -> str:
    text = _spaced(_composed(label)).casefold()
    text = text.strip(_QUOTES + " ").rstrip(_ENDS + " ").strip(_QUOTES + " ") or text
    return _number(text)


def _composed(label: str) -> str:
    return unicodedata.normalize("NFKC", label)


def _spaced(label: str) -> str:
    """One blank between words; dashes and underscores are blanks."""
    shown = "".join(c for c in label if unicodedata.category(c) != "Cf")
    return " ".join(re.sub(r"(?<=\w)[_-](?=\w)", " ", shown).split())


def _number(text: str) -> str:
    if not re.fullmatch(r"[+-]?\d+(?:\.\d*)?", text) or len(text) > 15:
        return text
    value = float(text)
    return repr(value) if math.isfinite(value) else text


def _difference(labels: Sequence[str]) -> str:
    """How labels differ: the first normalization, from weak to strong, that makes them equal."""
    steps = (
        ("Unicode form or width", _composed),
        ("case", str.casefold),
        ("blanks, dashes or underscores", lambda label: _spaced(label.strip())),
        ("how the number is written", _number),
        ("case and blanks", lambda label: _spaced(label).casefold()),
    )
    for name, same in steps:
        if len({same(label) for label in labels}) == 1:
            return name
    return "spelling or punctuation"


def _unsplit_lists(counts: Mapping[str, int]) -> Iterator[str]:
    """A warning about labels that contain a separator, as lists do."""
    for mark in (*STRONG, ",", "，"):
        holding = [label for label in counts if len(parts_of(label, mark)) > 1]
        if len(holding) < 2:
            continue
        shown = max(holding, key=lambda label: counts[label])
        others = len(holding) - 1
        yield (
            f"{shown!r} and {others:,} {'other label holds' if others == 1 else 'other labels hold'} {mark!r} and are "
            f"read as one label each: if they are lists, --label-separator {_quoted(mark)}"
        )
        return


def _quoted(mark: str) -> str:
    return mark if mark in (",", "，", "、") else f"'{mark}'"


def _with_counts(counts: Mapping[str, int]) -> str:
    shown = [f"{label!r} ({count:,})" for label, count in Counter(counts).most_common()]
    if len(shown) > _MAX_SHOWN:
        shown = [*shown[:_MAX_SHOWN], f"{len(shown) - _MAX_SHOWN:,} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
