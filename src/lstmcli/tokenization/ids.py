"""Arrays of token ids, and ids with a fixed meaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
PADDING_ID, UNKNOWN_ID = 0, 1  # a language model has no padding; its unknown token has id 1 too
END_ID = 0  # for a language model: ends a text, and precedes its first token
END, UNKNOWN = "</s>", "<unk>"  # the tokens of a language model with the ids `END_ID` and `UNKNOWN_ID`
