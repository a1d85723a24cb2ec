"""Work that arrives while other work is done goes into one batch.

Nobody waits for company: who comes alone begins at once. Who comes while a batch is worked on waits
for its end, and all who wait then are the next batch. Work of several threads so takes the cores one
after another, which is quicker than side by side where one batch costs less than its parts.
"""

from collections.abc import Callable, Sequence
from threading import Condition

import numpy as np

from zhangju_index.protocols import FloatMatrix

__all__ = ["Gatherer"]


class _Asked:
    """What one thread brought, and what became of it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.done = False
        self.rows: FloatMatrix | None = None
        self.error: Exception | None = None


class Gatherer:
    """Encodes texts of several threads together; call it from any of them.

    Args:
        encode: Encodes texts, a row for each; called by one thread at a time.
    """

    def __init__(self, encode: Callable[[Sequence[str]], FloatMatrix]) -> None:
        self._encode = encode
        self._changed = Condition()
        self._waiting: list[_Asked] = []
        self._busy = False

    @property
    def waiting(self) -> int:
        """Threads that wait for the next batch."""
        with self._changed:
            return len(self._waiting)

    def __call__(self, texts: Sequence[str]) -> FloatMatrix:
        """Encode texts, shape (len(texts), columns); whoever's texts fail hears of it alone."""
        mine = _Asked(texts)
        with self._changed:
            self._waiting.append(mine)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: mine.done or not self._busy)
                if mine.done:
                    break
                self._busy = True
                batch, self._waiting = self._waiting, []
            self._work(batch, mine)
        if mine.error is not None:
            raise mine.error
        assert mine.rows is not None  # noqa: S101 - one of the two was set before it was done
        return mine.rows

    def _work(self, batch: Sequence[_Asked], mine: _Asked) -> None:
        # No lock is held meanwhile: others may join the next batch.
        try:
            self._encode_all(batch)
        finally:
            with self._changed:
                for asked in batch:
                    asked.done = asked.rows is not None or asked.error is not None
                # An interrupt of this thread is not the others' affair: they are the next batch.
                self._waiting[:0] = [asked for asked in batch if not asked.done and asked is not mine]
                self._busy = False
                self._changed.notify_all()

    def _encode_all(self, batch: Sequence[_Asked]) -> None:
        try:
            rows = self._encode([text for asked in batch for text in asked.texts])
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for asked in batch:
                self._encode_all([asked])
            return
        ends = np.cumsum([len(asked.texts) for asked in batch])
        for asked, end in zip(batch, ends, strict=True):
            asked.rows = rows[end - len(asked.texts) : end]
