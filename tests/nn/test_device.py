"""Where a network runs, and in what precision."""

from __future__ import annotations

import pytest
import torch

from lstmcli.errors import UsageError
from lstmcli.nn.device import BF16_MIN_LENGTH, choose_precision, resolve_device


def test_devices() -> None:
    assert resolve_device("cpu") == "cpu"
    assert resolve_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(UsageError, match="'tpu'"):
        resolve_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_gpu_is_said() -> None:
    with pytest.raises(UsageError, match="no CUDA device"):
        resolve_device("cuda")


def test_what_the_user_says_holds() -> None:
    for precision in ("fp32", "bf16"):
        assert choose_precision(precision, "cpu", 1.0) == choose_precision(precision, "cpu", 1e6) == precision


@pytest.mark.parametrize("native", [True, False])
def test_bf16_needs_the_hardware_and_long_texts(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert choose_precision("auto", "cpu", BF16_MIN_LENGTH - 1) == "fp32"
    assert choose_precision("auto", "cpu", BF16_MIN_LENGTH) == ("bf16" if native else "fp32")
