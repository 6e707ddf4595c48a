"""The settings of a length model."""

from __future__ import annotations

from dataclasses import dataclass, field

from lstmcli.config import MAX_UNITS, within
from lstmcli.data.config import ReadConfig
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.training.config import TrainingConfig


@dataclass(frozen=True)
class LengthModelConfig:
    embedding: int = 4
    hidden: int = 8

    def __post_init__(self) -> None:
        for name in ("embedding", "hidden"):
            within(name, getattr(self, name), 1, MAX_UNITS)


@dataclass(frozen=True)
class LengthConfig:
    read: ReadConfig = field(default_factory=ReadConfig)
    tokenizer: TokenizerConfig = field(default_factory=lambda: TokenizerConfig(kind="char"))
    model: LengthModelConfig = field(default_factory=LengthModelConfig)
    train: TrainingConfig = field(default_factory=lambda: TrainingConfig(epochs=3, learning_rate=0.02))
