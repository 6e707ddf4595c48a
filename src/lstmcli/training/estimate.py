"""Memory that every training run needs."""

from __future__ import annotations

BASE_BYTES = 480 * 2**20
"""Memory of a process with torch and tokenizers imported, without data."""
