"""Training in several processes, connected by torch.distributed: gloo on CPUs, NCCL on GPUs.

Every process reads the data, has the whole network and takes its part of every batch.  The gradients of the parts,
weighted by what is in them, are summed, so every process makes the step that one process would make with the whole
batch, and all have the same weights.  What depends on time or on the outside (when to stop, when to save) is decided by
the main process, rank 0, which alone talks, fits the n-gram models, calibrates and saves.

Between the processes go numbers and JSON, no pickles.  A process that waits longer than the timeout, or whose peer has
ended, raises ``LostProcess``, which says which process is missing and what it said last.

Shapes: N rows of a batch.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import LstmError, UsageError
from lstmcli.plural import count
from lstmcli.training.checkpoint import Snapshot
from lstmcli.training.last_words import LastWords

if TYPE_CHECKING:
    from torch import Tensor
    from torch._C._distributed_c10d import Store

T = TypeVar("T")
TIMEOUT = 1800.0
"""Seconds that a process waits for the others by default."""


class Part(NamedTuple):
    """The rows of a batch that a process computes."""

    rows: slice
    share: float
    """Of the weight of the whole batch; 0 if there are fewer rows than processes: then one row counts nothing."""


class Decision(NamedTuple):
    """What the main process decides before a step."""

    stop: bool
    over: bool
    due: bool
    time_share: float


class Group:
    """The processes of a training; without a ``store`` only this one, and every method returns what it was given."""

    def __init__(self, rank: int = 0, world: int = 1, store: Store | None = None, timeout: float = TIMEOUT) -> None:
        self.rank, self.world, self.timeout = rank, world, timeout
        self.words = LastWords(rank, world, store)
        self.local_world = int(os.environ.get("LOCAL_WORLD_SIZE", world)) if world > 1 else 1
        """Processes on this machine."""

    @property
    def main(self) -> bool:
        """Whether this process is the one that talks and saves."""
        return self.rank == 0

    @property
    def local_rank(self) -> int:
        """The number of this process among those on its machine."""
        return int(os.environ.get("LOCAL_RANK", self.rank)) if self.world > 1 else 0

    def wait(self, what: str) -> None:
        """Until every process has come here."""
        if self.world > 1:
            import torch

            self._reduce(torch.zeros(1), what)

    def own_device(self, device: str) -> str:
        """The device, after this process has taken its own GPU of it.

        Raises:
            UsageError: more processes on this machine than GPUs.
        """
        if device == "cuda" and self.world > 1:
            import torch

            number, there = self.local_rank, torch.cuda.device_count()
            if number >= there:
                message = f"{self.local_world} processes on this machine, which has {count(there, 'GPU')}"
                raise UsageError(message, hint="start one process for each GPU, or train with --device cpu")
            torch.cuda.set_device(number)
        return device

    def part(self, weights_N: NDArray[Any]) -> Part:
        """This process's part of a batch whose rows have these weights in the mean of the loss."""
        if self.world == 1:
            return Part(slice(None), 1.0)
        if self.rank >= len(weights_N):
            return Part(slice(0, 1), 0.0)
        rows = slice(self.rank, None, self.world)
        return Part(rows, float(weights_N[rows].sum() / max(weights_N.sum(), np.finfo(np.float64).tiny)))

    def seed(self, seed: int, step: int) -> None:
        """Before a step: the other processes draw other dropout than the main one, the same when it is repeated."""
        if not self.main:
            import torch

            torch.manual_seed(((seed * 1_000_003 + step) * 65_537 + self.rank) % 2**63)

    def sum_gradients(self, parameters: Sequence[Tensor], share: float, loss: float) -> float:
        """Replace the gradients of this process's part by those of the batch; returns the loss of the batch.

        A parameter without a gradient in any process has none afterwards, so that an optimizer leaves it alone.
        """
        if self.world == 1:
            return loss
        import torch

        known = [float(share > 0 and p.grad is not None) for p in parameters]
        parts = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = torch.cat([part.reshape(-1).float() for part in parts])
        flat = torch.cat([flat.mul_(share), flat.new_tensor([*known, loss * share])])
        self._reduce(flat, "gradients")
        *found, whole = flat[-len(parts) - 1 :].tolist()
        at = 0
        for parameter, anywhere in zip(parameters, found, strict=True):
            size = parameter.numel()
            parameter.grad = flat[at : at + size].view_as(parameter) if anywhere else None
            at += size
        return float(whole)

    def sum(self, *numbers: float) -> list[float]:
        """The sums of the numbers of all processes."""
        if self.world == 1:
            return list(numbers)
        import torch

        total = torch.tensor(numbers, dtype=torch.float64)
        self._reduce(total, "sums")
        return total.tolist()

    def sum_array(self, array: NDArray[Any]) -> NDArray[Any]:
        """The sum of the arrays of all processes, which are zero where another process has the values."""
        if self.world > 1:
            import torch

            self._reduce(torch.from_numpy(array), "results")
        return array

    def whole(self, part: NDArray[Any], axis: int, size: int) -> NDArray[Any]:
        """The array of which every process has its rows along ``axis``, as ``part`` deals them."""
        if self.world == 1:
            return part
        shape = [*part.shape[:axis], size, *part.shape[axis + 1 :]]
        result = np.zeros(shape, part.dtype)
        result[(slice(None),) * axis + (slice(self.rank, None, self.world),)] = part
        return self.sum_array(result)

    def decide(self, stop: bool, over: bool, due: bool, time_share: float) -> Decision:
        """What to do before a step.  ``stop`` of any process counts, the rest is that of the main process."""
        if self.world == 1:
            return Decision(stop, over, due, time_share)
        own = (over, due, time_share) if self.main else (0.0, 0.0, 0.0)
        stops, over_, due_, share = self.sum(stop, *own)
        return Decision(stops > 0, over_ > 0, due_ > 0, share)

    def from_main(self, value: T) -> T:
        """The main process's value, which JSON can represent."""
        if self.world == 1:
            return value
        data = json.dumps(value).encode() if self.main else b""
        (size,) = self.sum(len(data))
        array = np.frombuffer(data, np.uint8).copy() if self.main else np.zeros(int(size), np.uint8)
        result: T = json.loads(self._broadcast(array, "settings").tobytes())
        return result

    def gather(self, values: list[T]) -> list[T]:
        """The items of all processes, of which each had its rows as ``part`` deals them; JSON can represent them."""
        if self.world == 1:
            return values
        data = np.frombuffer(json.dumps(values).encode(), np.uint8)
        sizes = self.sum(*(float(len(data)) if rank == self.rank else 0.0 for rank in range(self.world)))
        starts = np.cumsum([0, *map(int, sizes)])
        every = np.zeros(starts[-1], np.uint8)
        every[starts[self.rank] : starts[self.rank + 1]] = data
        every = self.sum_array(every)
        lists = [json.loads(every[a:b].tobytes()) for a, b in pairwise(starts)]
        result: list[Any] = [None] * sum(map(len, lists))
        for rank, items in enumerate(lists):
            result[rank :: self.world] = items
        return result

    def snapshot(self, snapshot: Snapshot | None) -> Snapshot | None:
        """The main process's snapshot."""
        if self.world == 1:
            return snapshot
        arrays = {} if snapshot is None else {k: np.asarray(v, order="C") for k, v in snapshot.arrays.items()}
        kinds = [(name, value.dtype.str, value.shape) for name, value in arrays.items()]
        described: Any = self.from_main(None if snapshot is None else {"values": snapshot.values, "arrays": kinds})
        if described is None:
            return None
        received: dict[str, NDArray[Any]] = {}
        for name, kind, shape in described["arrays"]:
            received[name] = arrays[name] if self.main else np.zeros(shape, kind)
            if received[name].size:
                self._broadcast(received[name].reshape(-1).view(np.uint8), "checkpoint")
        return Snapshot(received, described["values"])

    def copy_from_main(self, tensors: Iterable[Tensor]) -> None:
        """Give every process the main process's weights."""
        if self.world > 1:
            import torch.distributed as dist

            for tensor in tensors:
                with self._waiting("weights"):
                    dist.broadcast(tensor.data, 0)

    def agree(self, values: Mapping[str, Any]) -> None:
        """Check that every process has the same of each.  Raises: LstmError."""
        if self.world == 1:
            return
        texts = {name: json.dumps(value, default=str) for name, value in values.items()}
        own = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
        for name, digest in self.from_main(own).items():
            if own[name] != digest:
                raise LstmError(
                    f"process {self.rank} of {self.world} has other {name} than process 0",
                    hint="the same data, options and versions must be on every machine",
                )

    def _reduce(self, tensor: Tensor, what: str) -> None:
        import torch.distributed as dist

        with self._waiting(what):
            dist.all_reduce(tensor)

    def _broadcast(self, array: NDArray[Any], what: str) -> NDArray[Any]:
        import torch
        import torch.distributed as dist

        with self._waiting(what):
            dist.broadcast(torch.from_numpy(array), 0)
        return array

    @contextmanager
    def _waiting(self, what: str) -> Iterator[None]:
        """Raises LostProcess if the other processes do not take part in time."""
        begin = time.monotonic()
        try:
            yield
        except (RuntimeError, ValueError) as error:  # of torch.distributed, which has many names for them
            raise self.words.lost(what, time.monotonic() - begin, self.timeout) from error


ALONE = Group()
"""A training in one process."""
