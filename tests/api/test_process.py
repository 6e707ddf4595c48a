"""What the API leaves alone: imports, the environment, PyTorch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HEAVY = ("numpy", "torch", "typer", "rich", "onnxruntime", "tokenizers", "pandas", "datasets")


def in_a_process(code: str) -> Any:
    """What a process prints, as JSON."""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert found.returncode == 0 and not found.stderr, found.stderr
    return json.loads(found.stdout)


def test_the_import_loads_nothing_that_takes_time() -> None:
    code = f"import sys, json, lstmcli; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    assert in_a_process(code) == []
    code = "import sys, json, lstmcli; print(json.dumps([m for m in sys.modules if m.startswith('lstmcli')]))"
    assert in_a_process(code) == ["lstmcli"]


STATE = """
import json, os, signal, sys, logging
def state():
    handlers = {s.name: str(signal.getsignal(s)) for s in signal.Signals if s.name not in ("SIGKILL", "SIGSTOP")}
    return [dict(os.environ), handlers, logging.getLogger().level, os.getcwd(),
            sys.getrecursionlimit(), len(logging.getLogger().handlers), sys.excepthook is sys.__excepthook__]
"""


def test_import_load_and_predict_change_nothing_in_the_process(here: Path) -> None:
    code = f"""{STATE}
before = state()
import lstmcli
model = lstmcli.load("models/reviews")
model.predict(["a lovely room"])
lm = lstmcli.load("models/book")
lm.surprisal("the cat sat", per="word"), lm.generate("the", max_tokens=3)
import codecs
try:
    codecs.lookup_error("lookalikes")
    known = True
except LookupError:
    known = False
after = state()
print(json.dumps([[a == b for a, b in zip(before, after)], known, "torch" in sys.modules]))
"""
    same, known, torch = in_a_process(code)
    assert all(same) and not known and not torch


def test_training_leaves_pytorch_and_the_process_as_they_were(here: Path, tmp_path: Path) -> None:
    code = f"""{STATE}
import torch
torch.set_num_threads(2)
torch.manual_seed(5)
before = state(), torch.get_rng_state().tolist(), torch.get_num_threads()
import lstmcli
how = dict(epochs=1, hidden=4, embedding=4, threads=1, deterministic=True)
lstmcli.train("reviews.csv", output={str(tmp_path / "a")!r}, **how)
lstmcli.train("book.txt", output={str(tmp_path / "b")!r}, **how)
after = state(), torch.get_rng_state().tolist(), torch.get_num_threads()
print(json.dumps([a == b for a, b in zip(before, after)] + [torch.are_deterministic_algorithms_enabled()]))
"""
    assert in_a_process(code) == [True, True, True, False]
