"""The file formats, and which one a file is in."""

from __future__ import annotations
