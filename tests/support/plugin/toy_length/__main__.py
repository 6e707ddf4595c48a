"""``python -m toy_length MODEL TEXT…``"""

from __future__ import annotations

import sys

from toy_length.load import lengths

print(*(f"{length:.1f}" for length in lengths(sys.argv[1], sys.argv[2:])), sep="\n")
