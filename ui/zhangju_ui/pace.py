"""How fast a long step goes, and how long it will still take: measured over the last minute."""

from collections import deque

__all__ = ["Pace"]

_WINDOW = 60.0
_PATIENCE = 3.0
"""Seconds to watch before anything is foretold: a first batch says little."""


class Pace:
    """Measures the speed of what grows, whatever its unit."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, float]] = deque()

    def note(self, now: float, done: float) -> None:
        """Take down how much is done at a moment.

        Args:
            now: Seconds on a clock that only goes on.
            done: Anything that grows with time.
        """
        self._marks.append((now, done))
        # The last mark before the window stays: reports may be further apart than it is long.
        while len(self._marks) > 2 and self._marks[1][0] <= now - _WINDOW:
            self._marks.popleft()

    @property
    def speed(self) -> float | None:
        """Units a second; None as long as there is too little to say."""
        if not self._marks:
            return None
        (first, before), (last, after) = self._marks[0], self._marks[-1]
        if last - first < _PATIENCE or after <= before:
            return None
        return (after - before) / (last - first)

    def left(self, everything: float) -> float | None:
        """Seconds until ``everything`` is done at this speed; None where that cannot be told."""
        speed = self.speed
        return None if speed is None else max(everything - self._marks[-1][1], 0) / speed
