"""Device and precision of a network."""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.errors import UsageError
from lstmcli.nn.config import DEVICES
from lstmcli.threads import check_threads


def resolve_device(device: str, devices: Sequence[str] = DEVICES) -> str:
    """cpu or cuda; ``auto`` takes a GPU if there is one.

    Args:
        devices: those that can be used; without cuda among them PyTorch is not imported to look for one.

    Raises:
        UsageError: an unknown device, or cuda without a CUDA device.
    """
    if device not in DEVICES:
        raise UsageError(f"device must be one of {', '.join(DEVICES)}, not {device!r}")
    if device == "cpu" or "cuda" not in devices:
        return "cpu"

    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if not torch.cuda.is_available():
        raise UsageError("there is no CUDA device here", hint="leave --device out, or install a CUDA build of PyTorch")
    return device


def use_threads(threads: int | None) -> None:
    """Let PyTorch compute with so many threads; None leaves it as it is.

    Raises:
        LstmError: the system does not allow as many.
    """
    if threads:
        import torch

        check_threads(threads)
        torch.set_num_threads(threads)


BF16_MIN_LENGTH = 32
"""Mean tokens per text from which bf16 is faster than fp32 on a CPU with native bf16."""


def choose_precision(precision: str, device: str, mean_length: float) -> str:
    """fp32 or bf16; ``auto`` is bf16 if the hardware supports it natively and, on a CPU, texts are long enough."""
    if precision != "auto":
        return precision
    if device == "cuda":
        return "bf16" if native_bf16(device) else "fp32"
    return "bf16" if native_bf16(device) and mean_length >= BF16_MIN_LENGTH else "fp32"


def native_bf16(device: str) -> bool:
    """Whether the hardware has bfloat16 arithmetic; emulated, it is slower than fp32."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
