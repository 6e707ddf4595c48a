"""Detect HTML and other markup, which is neither a table nor plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_START = re.compile(r"\s*<(?:(\?xml)\b|!doctype\s+html|(?:html|head|body|table|meta)\b)", re.IGNORECASE)

_TAG = re.compile(r"</?[A-Za-z!][\w:.-]*(?:\s[^<>]*)?>")


def is_html(head: Sequence[str]) -> bool:
    """Whether the first line that is not empty opens such a document."""
    found = _START.match(next((line for line in head if line.strip()), ""))
    return found is not None and (not found[1] or any("<html" in line.lower() for line in head[:20]))


def tag_of(head: Sequence[str]) -> str | None:
    """The first tag of XML, SGML or the like, where many lines begin with one."""
    lines = [line.strip() for line in head[:500] if line.strip()]
    tags = [line for line in lines if line[-1] == ">" and _TAG.match(line)]
    return tags[0][:40] if tags and tags[0] == lines[0] and len(tags) >= 0.3 * len(lines) else None
