"""What every training run takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


BASE_BYTES = 480 * 2**20
"""A process with torch and tokenizers imported, before it holds any data."""
