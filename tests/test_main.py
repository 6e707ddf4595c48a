"""The start of the program."""

from __future__ import annotations

import gc
import subprocess
import sys

from lstmcli.__main__ import FIRST_COLLECTION, put_off_collections

STARTED = """
import gc, sys
import numpy  # 1.26 imports secrets
theirs = set(sys.modules)
import lstmcli.__main__
lstmcli.__main__.put_off_collections()
before = [each["collections"] for each in gc.get_stats()]
from lstmcli.classification.predict import Classifier
assert before == [each["collections"] for each in gc.get_stats()], gc.get_stats()
assert not {"secrets", "urllib.request", "http.client", "ssl", "asyncio"} & (set(sys.modules) - theirs)
"""


def test_nothing_is_collected_and_nothing_superfluous_imported_at_the_start() -> None:
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_garbage_is_collected_as_usual_after_the_first_collection() -> None:
    usual, callbacks = gc.get_threshold(), list(gc.callbacks)
    put_off_collections()
    assert gc.get_threshold()[0] == FIRST_COLLECTION
    gc.collect()
    assert (gc.get_threshold(), gc.callbacks) == (usual, callbacks)
