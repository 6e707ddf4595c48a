"""Values that mean a missing value: one list for headers, columns and labels."""

from __future__ import annotations

NEVER_A_LABEL = frozenset(
    ("NaN", "nan", "NAN", "-nan", "N/A", "n/a", "N/a", "#N/A", "#NA", "#NV", "<NA>", "<na>", "NaT", "\\N", "(null)")
) | {"#NULL!", "#VALUE!", "#REF!", "#DIV/0!", "[null]", "<null>"}
"""What programs write into an empty cell."""
SELDOM_A_LABEL = frozenset(("NULL", "null", "Null", "None", "NA", "-", "--", "---", "?", "??", "–", "—", ".", "…", "_"))
"""Values that mean a missing value if they are rare; frequent ones are a class."""
MAYBE_A_LABEL = frozenset(("none", "na", "Na", "nil", "missing", "unknown", "undefined", "empty", "无", "未知", "空"))

_EMPTY = frozenset(value.casefold() for value in NEVER_A_LABEL) | {"", "null"}
_SELDOM = frozenset(value.casefold() for value in SELDOM_A_LABEL)


def is_empty(cell: str) -> bool:
    """Whether the cell is a missing value."""
    return cell.strip().casefold() in _EMPTY


def may_be_empty(cell: str) -> bool:
    """Whether the cell may be a missing value."""
    return is_empty(cell) or cell.strip().casefold() in _SELDOM
