"""Counters of a server, as Prometheus reads them (text format 0.0.4)."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from lstmcli import __version__

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the classes of times."""
Labels = tuple[tuple[str, str], ...]


class Metrics:
    """What is counted.  Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = time.time()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._texts: Counter[tuple[str, str]] = Counter()
        self._times: dict[str, list[int]] = {}
        self._time_sums: dict[str, float] = {}
        self._batches: Counter[str] = Counter()
        self._batched: Counter[str] = Counter()
        self._loads: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._checksums: dict[str, str] = {}
        self.running = 0
        """Requests that are being answered."""

    def request(self, operation: str, model: str, status: int, seconds: float) -> None:
        with self._lock:
            self._requests[operation, model, status] += 1
            counts = self._times.setdefault(operation, [0] * (len(SECONDS) + 1))
            counts[bisect_left(SECONDS, seconds)] += 1
            self._time_sums[operation] = self._time_sums.get(operation, 0.0) + seconds

    def texts(self, operation: str, model: str, count: int) -> None:
        with self._lock:
            self._texts[operation, model] += count

    def batch(self, model: str, items: int) -> None:
        with self._lock:
            self._batches[model] += 1
            self._batched[model] += items

    def loaded(self, model: str, checksum: str) -> None:
        with self._lock:
            self._loads[model] += 1
            self._checksums[model] = checksum

    def reload_failed(self, model: str) -> None:
        with self._lock:
            self._failed[model] += 1

    def text(self) -> str:
        """All of them."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from _family("lstm_info", "gauge", "Version of lstm.", [((("version", __version__),), 1)])
        yield from _family("lstm_start_time_seconds", "gauge", "When the server started.", [((), self._started)])
        yield from _family("lstm_requests_running", "gauge", "Requests being answered.", [((), self.running)])
        if (memory := resident()) is not None:
            yield from _family("lstm_resident_memory_bytes", "gauge", "Memory of the process.", [((), memory)])
        rows: list[tuple[Labels, float]] = [
            ((("operation", operation), ("model", model), ("status", str(status))), count)
            for (operation, model, status), count in sorted(self._requests.items())
        ]
        yield from _family("lstm_requests_total", "counter", "Requests by status.", rows)
        yield from self._histogram()
        rows = [((("operation", o), ("model", m)), count) for (o, m), count in sorted(self._texts.items())]
        yield from _family("lstm_texts_total", "counter", "Texts in requests.", rows)
        for name, about, counter in (
            ("lstm_batches_total", "Batches that were computed.", self._batches),
            ("lstm_batch_items_total", "Texts in these batches.", self._batched),
            ("lstm_model_loads_total", "How often a model was loaded.", self._loads),
            ("lstm_model_reload_failures_total", "Replaced models that could not be loaded.", self._failed),
        ):
            yield from _family(name, "counter", about, [((("model", m),), n) for m, n in sorted(counter.items())])
        rows = [((("model", model), ("checksum", value)), 1) for model, value in sorted(self._checksums.items())]
        yield from _family("lstm_model_info", "gauge", "The models that are served.", rows)

    def _histogram(self) -> Iterator[str]:
        name = "lstm_request_seconds"
        yield f"# HELP {name} Time to answer a request."
        yield f"# TYPE {name} histogram"
        for operation, counts in sorted(self._times.items()):
            total = 0
            for bound, count in zip((*map(str, SECONDS), "+Inf"), counts, strict=True):
                total += count
                yield f"{name}_bucket{_labels((('operation', operation), ('le', bound)))} {total}"
            yield f"{name}_sum{_labels((('operation', operation),))} {self._time_sums[operation]:.6f}"
            yield f"{name}_count{_labels((('operation', operation),))} {total}"


def _family(name: str, kind: str, about: str, rows: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for labels, value in rows:
        yield f"{name}{_labels(labels)} {value:.3f}" if isinstance(value, float) else f"{name}{_labels(labels)} {value}"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in labels) + "}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def resident() -> int | None:
    """Bytes of memory that the process has; None where the system does not say."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
