"""Which samples each update sees: a pure function of the seed and of the update's number, so any can be replayed."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from vgtui.engine.streams import BATCHES, stream

BLOCK_NUMBERS = 1 << 16  # shuffled indices that are drawn together


class Batches:
    """The order of `samples` samples in batches of `batch_size`, reshuffled each epoch; the last batch may be short."""

    def __init__(self, seed: int, samples: int, batch_size: int) -> None:
        self.samples = samples
        self.batch_size = min(batch_size, samples)
        self.per_epoch = -(-samples // self.batch_size)
        self._seed = seed
        self._epochs = max(1, min(64, BLOCK_NUMBERS // samples))
        self._blocks: dict[int, np.ndarray] = {}

    def same_as(self, other: Batches) -> bool:
        """Whether both give the same batches."""
        return (self._seed, self.samples, self.batch_size) == (other._seed, other.samples, other.batch_size)

    def plan(self, first: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Batches first ... first + count - 1 of an unbroken run from epoch 0, as the machine takes them.

        Returns (order, batches): sample indices (n,) int64, and (count, 2) int64: start in order, rows.
        """
        if self.per_epoch == 1:
            return np.arange(self.samples), np.tile(np.array([[0, self.samples]], np.int64), (count, 1))
        epoch, last = first // self.per_epoch, (first + count - 1) // self.per_epoch
        order = np.concatenate(self._epochs_from(epoch, last + 1))
        skipped = first - epoch * self.per_epoch
        batches = np.tile(self._epoch, (last + 1 - epoch, 1))
        batches[:, 0] += np.repeat(np.arange(last + 1 - epoch) * self.samples, self.per_epoch)
        return order, batches[skipped : skipped + count]

    @cached_property
    def _epoch(self) -> np.ndarray:
        """(per_epoch, 2) int64: start among the samples of one epoch, rows."""
        starts = np.arange(0, self.samples, self.batch_size)
        return np.stack([starts, np.minimum(self.batch_size, self.samples - starts)], axis=1)

    def _epochs_from(self, first: int, last: int) -> list[np.ndarray]:
        """The orders of epochs first to last - 1, one after the other."""
        parts = []
        while first < last:
            block, place = divmod(first, self._epochs)
            some = min(self._epochs - place, last - first)
            parts.append(self._block(block)[place : place + some].ravel())
            first += some
        return parts

    def _block(self, block: int) -> np.ndarray:
        """The orders of as many epochs as are drawn together, (epochs, samples) int64."""
        if block not in self._blocks:
            if len(self._blocks) > 1:
                self._blocks.pop(next(iter(self._blocks)))
            rows = np.tile(np.arange(self.samples), (self._epochs, 1))
            self._blocks[block] = stream(self._seed, BATCHES, block).permuted(rows, axis=1)
        return self._blocks[block]
