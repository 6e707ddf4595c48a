"""Deterministic training: the same command gives the same weights.

On a CPU training is deterministic for the same seed, versions and number of threads, which affects the order of sums.
Exceptions are a time limit (``--time``), and GPU operations that sum in arbitrary order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from lstmcli.errors import LstmError

CUBLAS, CUBLAS_ORDERED = "CUBLAS_WORKSPACE_CONFIG", (":4096:8", ":16:8")
"""https://docs.nvidia.com/cuda/cublas/index.html#results-reproducibility"""
_REFUSED = re.compile(r"(\S+) does not have a deterministic implementation")


@contextmanager
def deterministic_algorithms(wanted: bool) -> Iterator[None]:
    """Inside the block, if ``wanted``, PyTorch refuses nondeterministic operations.

    Raises:
        LstmError: such an operation was called.
    """
    if not wanted:
        yield
        return
    import torch

    ordered = os.environ.get(CUBLAS)
    if ordered not in CUBLAS_ORDERED:
        os.environ[CUBLAS] = CUBLAS_ORDERED[0]  # cuBLAS reads it when it is first used
    cudnn = torch.backends.cudnn
    before = torch.are_deterministic_algorithms_enabled(), cudnn.deterministic, cudnn.benchmark
    torch.use_deterministic_algorithms(True)
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        yield
    except RuntimeError as error:
        if found := _REFUSED.search(str(error)):
            what = f"{found[1]} has no form here that gives the same result each time"
            raise LstmError(what, hint="leave out --deterministic, or add --device cpu") from error
        raise
    finally:
        if ordered is None:
            os.environ.pop(CUBLAS, None)
        else:
            os.environ[CUBLAS] = ordered
        torch.use_deterministic_algorithms(before[0])
        cudnn.deterministic, cudnn.benchmark = before[1:]
