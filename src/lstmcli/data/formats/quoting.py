"""Quotation marks around a whole field, as CSV has them."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL)


def unquoted(field: str) -> str:
    """The field without marks around it; one that only begins or ends with a quotation stays as it is."""
    found = _QUOTED.fullmatch(field) if field[:1] == '"' else None
    return found[1].replace('""', '"') if found else field
