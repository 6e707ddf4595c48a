"""Arrays of ids, and the ids with a fixed meaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
PADDING_ID, UNKNOWN_ID = 0, 1
"""A language model knows no padding; id 1 is unknown to it, too."""
END_ID = 0
"""Ends a text of a language model, and stands before its first token."""
END, UNKNOWN = "</s>", "<unk>"
"""A language model's tokens of these ids."""
