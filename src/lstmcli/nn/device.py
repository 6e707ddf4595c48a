"""Where and how a network runs: device and precision."""

from __future__ import annotations

from collections.abc import Sequence

from lstmcli.errors import UsageError

DEVICES = ("auto", "cpu", "cuda")


def check_engine(engine: str, engines: Sequence[str], device: str) -> None:
    """Raises ``UsageError`` for an engine or a device that does not exist, or the two together."""
    if engine not in engines:
        raise UsageError(f"engine must be one of {', '.join(engines)}, not {engine!r}")
    _check(device)
    if engine != "torch" and device == "cuda":
        raise UsageError(f"the {engine} engine runs on the CPU, not on {device}", hint="add --engine torch")


def _check(device: str) -> None:
    if device not in DEVICES:
        raise UsageError(f"device must be one of {', '.join(DEVICES)}, not {device!r}")


def resolve_device(device: str) -> str:
    """cpu or cuda; ``auto`` takes a GPU if there is one.

    Raises:
        UsageError: another name, or cuda without a CUDA device.
    """
    _check(device)

    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("there is no CUDA device here", hint="leave --device out, or install a CUDA build of PyTorch")
    return device


BF16_MIN_LENGTH = 64
"""Tokens of an average text from which bf16 pays on a CPU that multiplies it natively."""


def choose_precision(precision: str, device: str, mean_length: float) -> str:
    """fp32 or bf16; ``auto`` is bf16 where the hardware multiplies it natively and the texts are long enough."""
    if precision != "auto":
        return precision
    if device == "cuda":
        return "bf16" if native_bf16(device) else "fp32"
    return "bf16" if native_bf16(device) and mean_length >= BF16_MIN_LENGTH else "fp32"


def native_bf16(device: str) -> bool:
    """Whether the hardware multiplies bfloat16 itself: elsewhere it is slower than fp32."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
