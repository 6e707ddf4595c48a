"""Learning rates by layer: discriminative rates and gradual unfreezing (Howard & Ruder 2018, 3.2 and 3.3).

Depth 0 is the output with the pooling, then come the recurrent layers from the top down, last the embedding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from lstmcli.classification.network import Classifier


class LayerRates:
    """
    Args:
        decay: how many times slower a layer learns than the one above it; None: 1.
        unfreeze: epochs from the training of a layer to that of the one below it; None: 0.
    """

    def __init__(self, decay: float | None, unfreeze: int | None) -> None:
        self.decay, self.unfreeze = decay or 1.0, unfreeze or 0
        self.table_depth = 0

    @property
    def equal(self) -> bool:
        """Whether all layers learn alike."""
        return self.decay == 1 and not self.unfreeze

    def groups(self, module: Classifier) -> list[dict[str, Any]]:
        """The parameters of a classifier by depth, without the embedding."""
        dense = {name: p for name, p in module.named_parameters() if name != "embedding"}
        if self.equal:
            return [{"params": list(dense.values()), "depth": 0}]
        layers = len(module.stack.layers)
        self.table_depth = layers + 1
        by_depth: list[list[nn.Parameter]] = [[] for _ in range(layers + 1)]
        for name, parameter in dense.items():
            inside = name.startswith("stack.layers.")
            by_depth[layers - int(name.split(".")[2]) if inside else 0].append(parameter)
        return [{"params": group, "depth": depth} for depth, group in enumerate(by_depth)]

    def share(self, depth: int, epoch: int) -> float:
        """The rate at a depth in an epoch, counted from 0, as a share of the rate of the output."""
        return 0.0 if epoch < depth * self.unfreeze else self.decay**-depth
