"""What every training run takes."""

from __future__ import annotations

BASE_BYTES = 480 * 2**20
"""A process with torch and tokenizers imported, before it holds any data."""
