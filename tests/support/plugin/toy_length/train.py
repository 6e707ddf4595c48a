"""Training a length model: what it adds to the training run of every task."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmcli.model_dir.directory import TOKENIZER
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training import events
from lstmcli.training.checkpoint import Checkpoints, Snapshot
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.job import Plan, TrainingJob
from lstmcli.training.preflight import preflight_tokenizer
from lstmcli.training.results import Estimate
from toy_length import TASK
from toy_length.config import LengthConfig
from toy_length.events import LengthEvaluated, LengthReport, LinesRead

if TYPE_CHECKING:
    from lstmcli.data.records import Splits


def job(splits: Splits, config: LengthConfig) -> LengthJob:
    return LengthJob(TASK, splits, config)


@dataclass
class LengthJob(TrainingJob):
    def prepare_data(self) -> Iterator[Event]:
        parts = {"train": self.splits.train, "valid": self.splits.valid}
        self.texts = {name: [record.text for record in part if record.text] for name, part in parts.items()}
        self.encoder = TextEncoder.train(self.texts["train"], self.config.tokenizer)
        self.ids = {name: [ids[:, 0] for ids in self.encoder.encode(texts)] for name, texts in self.texts.items()}
        yield LinesRead(sum(map(len, self.texts.values())))

    @property
    def asked(self) -> LengthConfig:
        return self.config

    @property
    def fingerprint(self) -> Any:
        return {"lines": {name: len(texts) for name, texts in self.texts.items()}}

    @property
    def vocab_size(self) -> int:
        return self.encoder.vocab_size

    def build(self, device: str) -> Iterator[Event]:
        from toy_length.network import LengthNetwork

        self.module = LengthNetwork(self.config.model, self.encoder.rows)
        self.parameters = sum(weight.numel() for weight in self.module.parameters())
        yield from ()

    def preflight(self, threads: int) -> None:
        def read() -> int:
            return TextEncoder.from_json(self.encoder.to_json(), self.config.tokenizer).rows

        preflight_tokenizer(read, self.encoder.rows)

    def plan(self, resumed: Snapshot | None) -> Plan:
        epochs = self.config.train.epochs or 1
        return Plan(epochs, epochs * len(self.ids["train"]), Estimate(1.0, 10**8, 4 * self.parameters))

    def describe(self) -> str:
        return f"LSTM {self.config.model.hidden}, embedding {self.config.model.embedding}"

    def fit(self, *, stop: Callable[[], bool], rng: np.random.Generator, checkpoints: Checkpoints) -> Iterator[Event]:
        import torch

        train, texts = self.config.train, self.texts["train"]
        optimizer = torch.optim.Adam(self.module.parameters(), lr=train.learning_rate or 0.02)
        begin, epochs, step = time.monotonic(), train.epochs or 1, 0
        steps, reason, best = epochs * len(texts), "finished", float("inf")
        for epoch in range(1, epochs + 1):
            for i in rng.permutation(len(texts)):
                if stop():
                    reason = "interrupted"
                    break
                step += 1
                loss = (self.module(torch.as_tensor(self.ids["train"][i], dtype=torch.long)) - len(texts[i])) ** 2
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
            seconds = time.monotonic() - begin
            left = seconds / max(1, step) * (steps - step)
            rate = step / max(seconds, 1e-9)
            yield events.Step(step, steps, epoch, epochs, float(loss.detach()), 0.02, 0.0, rate, seconds, left)
            error = self._report().mean_error
            best = min(best, error)
            yield events.Validated(epoch, step, error, "mean_error", error, best, error == best)
        yield events.Stopped(reason, epochs, epochs, time.monotonic() - begin)

    def _report(self) -> LengthReport:
        from toy_length.torch_session import LengthSession

        session = LengthSession(self.module)
        pairs = zip(self.ids["valid"], self.texts["valid"], strict=True)
        errors = [abs(session.length(ids) - len(text)) for ids, text in pairs]
        return LengthReport(len(errors), float(np.mean(errors)))

    def weights(self) -> dict[str, Any]:
        return {name: value.detach().numpy() for name, value in self.module.state_dict().items()}

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        if report := derived.attempt("the report on validation", self._report):
            self.metrics["valid"] = asdict(report)
            yield LengthEvaluated("valid", report)

    @property
    def graph(self) -> None:
        """There is none."""

    def fields(self) -> dict[str, Any]:
        return {"data": {"notes": list(self.splits.notes), **self.fingerprint}}

    def files(self) -> dict[str, bytes]:
        return {TOKENIZER: self.encoder.to_json().encode()}
