"""The adaptive softmax: rare words are in clusters, which a training step computes only when a target is in them.

Grave, Joulin, Cissé, Grangier & Jégou (2017, arXiv 1609.04309), section 4: the head is a softmax over the frequent
words and one entry per cluster of rarer words,

    p(w | h) = p_head(w | h)                                for a frequent word w,
    p(w | h) = p_head(cluster of w | h) p_cluster(w | h)    for any other.

Each cluster has its own projection of the state, 4 times narrower than that of the cluster before.  Words and clusters
have biases, which are initialized from frequencies; ``torch.nn.AdaptiveLogSoftmaxWithLoss`` is the same without the
biases of words in clusters.

Shapes: N rows, T tokens, B streams, K units, V words, C entries of the head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.nn.config import cluster_width
from lstmcli.nn.softmax import cross_entropy

INIT_RANGE = 0.1


class Cluster(nn.Module):
    """Words predicted from a projection of the state."""

    def __init__(self, words: int, units: int, width: int) -> None:
        super().__init__()
        self.projection = nn.Parameter(torch.empty(width, units).uniform_(-(units**-0.5), units**-0.5))
        self.weight = nn.Parameter(torch.empty(words, width).uniform_(-INIT_RANGE, INIT_RANGE))
        self.bias = nn.Parameter(torch.zeros(words))


class AdaptiveSoftmax(nn.Module):
    """Log-probabilities of all words, or the loss of the targets from the clusters that hold them."""

    rank: Tensor
    """Rank of each id by frequency, [V]; clusters are ranges of ranks, so ids may be in any order."""

    def __init__(self, vocab_size: int, units: int, cutoffs: Sequence[int]) -> None:
        """A cluster begins at each of ``cutoffs``: increasing ranks, at least 1 and below ``vocab_size``."""
        super().__init__()
        edges = [*cutoffs, vocab_size]
        if not cutoffs or [0, *edges] != sorted({0, *edges}):
            raise ValueError(f"cutoffs {list(cutoffs)} do not cut a vocabulary of {vocab_size}")
        self.edges = edges
        entries = edges[0] + len(cutoffs)
        self.weight = nn.Parameter(torch.empty(entries, units).uniform_(-INIT_RANGE, INIT_RANGE))
        self.bias = nn.Parameter(torch.zeros(entries))
        self.clusters = nn.ModuleList(
            Cluster(high - low, units, cluster_width(units, level))
            for level, (low, high) in enumerate(pairwise(edges), 1)
        )
        self.register_buffer("rank", torch.arange(vocab_size))

    @torch.no_grad()
    def initialize_from_frequencies(self, share_V: Tensor) -> None:
        """Rank the words by frequency and set the biases to log-frequencies; call it before training.

        Args:
            share_V: share of the training text that each word has; all above 0.
        """
        ranked_V, order_V = share_V.sort(descending=True, stable=True)
        self.rank[order_V] = torch.arange(len(share_V), device=self.rank.device)
        frequent, *clusters = ranked_V.tensor_split(self.edges[:-1])
        self.bias.copy_(torch.cat([frequent, *(share.sum()[None] for share in clusters)]).log())
        for (_, _, cluster), share in zip(self._clusters(), clusters, strict=True):
            cluster.bias.copy_((share / share.sum()).log())

    def log_probabilities(self, h_TBK: Tensor) -> Tensor:
        """[T, B, V]"""
        frequent = self.edges[0]
        head_TBC = functional.linear(h_TBK, self.weight, self.bias).log_softmax(-1)
        parts = [head_TBC[..., :frequent]]
        for entry, _, cluster in self._clusters():
            narrow = functional.linear(h_TBK, cluster.projection)
            inside = functional.linear(narrow, cluster.weight, cluster.bias).log_softmax(-1)
            parts.append(inside + head_TBC[..., entry, None])
        return torch.cat(parts, -1).index_select(-1, self.rank)

    def loss(self, h_NK: Tensor, target_N: Tensor, *, bf16: bool = False) -> Tensor:
        """Mean negative log-likelihood of the targets, in nats, a scalar; ``bf16`` as in ``cross_entropy``.

        A cluster is computed only for the rows whose target is in it.
        """
        rank_N = self.rank[target_N]
        entry_N, inside = rank_N.clone(), []
        for entry, low, cluster in self._clusters():
            rows = ((rank_N >= low) & (rank_N < low + len(cluster.bias))).nonzero()[:, 0]
            if len(rows):
                entry_N[rows] = entry
                narrow = functional.linear(h_NK.index_select(0, rows), cluster.projection)
                nats = cross_entropy(narrow, cluster.weight, cluster.bias, rank_N[rows] - low, bf16=bf16)
                inside.append(nats * (len(rows) / len(rank_N)))
        return cross_entropy(h_NK, self.weight, self.bias, entry_N, bf16=bf16) + sum(inside)

    def _clusters(self) -> Iterator[tuple[int, int, Cluster]]:
        """For each cluster: its entry in the head, the rank of its first word, and the module."""
        for number, (low, cluster) in enumerate(zip(self.edges, self.clusters, strict=False)):
            assert isinstance(cluster, Cluster)
            yield self.edges[0] + number, low, cluster
