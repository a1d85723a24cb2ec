"""Plots of a report as SVG that stands in the page: no script, no image, nothing fetched.

Colours are the page's own (``--s0`` is what is shipped), so that they follow light and dark;
lines differ in their dashes too.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import ceil, log10

from zhangju_eval.refusal import Bin

__all__ = ["latency_plot", "recall_plot", "reliability_plot", "risk_plot"]

_WIDTH, _HEIGHT = 440, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 24, 10, 36
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "1 4")

Point = tuple[float, float]
Scale = Callable[[float], float]


def recall_plot(
    curves: Mapping[str, Sequence[Point]],
    *,
    name: str = "Recall by depth",
    axis: str = "passages looked at (k)",
) -> str:
    """Recall at each depth, one line for each system; depths stand at their logarithms."""
    deepest = max(k for curve in curves.values() for k, _ in curve)
    lowest = min(value for curve in curves.values() for _, value in curve)
    bottom = min(0.8, max(0, int(lowest * 10) / 10))
    x = _across(lambda k: log10(k) / max(log10(deepest), 1))
    y = _up(lambda value: (value - bottom) / (1 - bottom))
    parts = [*_grid(y, _steps(bottom, 1.0), lambda value: f"{value:.1f}")]
    parts += _ticks(x, sorted({k for curve in curves.values() for k, _ in curve}), lambda k: f"{k:g}")
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 3, axis))
    for number, (system, curve) in reversed(list(enumerate(curves.items()))):
        parts.append(_line([(x(k), y(value)) for k, value in curve], number, system))
        parts.extend(
            _dot(x(k), y(value), number, f"{system}: recall@{int(k)} {value:.3f}") for k, value in curve
        )
    return _svg(name, parts)


def risk_plot(
    risk: Sequence[float],
    answered: float,
    *,
    name: str = "Risk by coverage",
    axis: str = "questions answered",
    now: str = "as it is set: {answered} answered, {wrong} of them wrong",
) -> str:
    """Share of wrong answers against the share of questions answered, the most certain first.

    Args:
        risk: At each coverage 1/n, 2/n, … 1.
        answered: Share of the questions that are answered with the threshold in use.
        name: What the plot is called.
        axis: What stands under it.
        now: What is said of the threshold in use.
    """
    top = max(0.1, ceil(max(risk) * 10) / 10)
    x, y = _across(lambda value: value), _up(lambda value: value / top)
    parts = [*_grid(y, _steps(0, top), _percent), *_ticks(x, (0, 0.25, 0.5, 0.75, 1), _percent)]
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 3, axis))
    n = len(risk)
    parts.append(_line([(x((i + 1) / n), y(value)) for i, value in enumerate(risk)], 0, name))
    place = max(1, min(n, round(answered * n)))
    parts.append(
        f'<line class="ideal" x1="{x(answered):.1f}" y1="{y(0):.1f}" x2="{x(answered):.1f}" y2="{y(top):.1f}"/>'
    )
    said = now.format(answered=_percent(answered), wrong=_percent(risk[place - 1]))
    parts.append(_dot(x(answered), y(risk[place - 1]), 0, said, 4.5))
    return _svg(name, parts)


def reliability_plot(
    bins: Sequence[Bin],
    *,
    name: str = "Reliability of confidence",
    axis: str = "confidence",
    dot: str = "{questions} questions at confidence {confidence}: {answerable} answerable",
) -> str:
    """Share of answerable questions against what confidence says; on the diagonal it is right."""
    x, y = _across(lambda value: value), _up(lambda value: value)
    parts = [*_grid(y, (0, 0.25, 0.5, 0.75, 1), _percent), *_ticks(x, (0, 0.25, 0.5, 0.75, 1), _percent)]
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 3, axis))
    parts.append(f'<line class="ideal" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>')
    most = max(each.questions for each in bins)
    parts.append(_line([(x(each.confidence), y(each.answerable)) for each in bins], 0, name))
    for each in bins:
        label = dot.format(
            questions=each.questions,
            confidence=f"{each.confidence:.2f}",
            answerable=_percent(each.answerable),
        )
        parts.append(
            _dot(x(each.confidence), y(each.answerable), 0, label, 3 + 7 * (each.questions / most) ** 0.5)
        )
    return _svg(name, parts)


def latency_plot(times: Mapping[str, tuple[float, float, float]], colours: Mapping[str, int]) -> str:
    """Median, with a line to the 95th percentile and a tick at the slowest, in milliseconds."""
    room, row = 120, 34
    height = 30 + row * len(times)
    most = max(p95 for _, p95, _ in times.values()) * 1.06 or 1.0

    def x(value: float) -> float:
        return room + min(1.0, value / most) * (_WIDTH - room - 56)

    parts = []
    for step in _round_steps(most):
        parts.append(f'<line class="grid" x1="{x(step):.1f}" y1="6" x2="{x(step):.1f}" y2="{height - 20}"/>')
        parts.append(_text(x(step), height - 6, f"{step:g}"))
    parts.append(_text(_WIDTH - 2, height - 6, "ms", "end"))
    for number, (name, (median, p95, slowest)) in enumerate(times.items()):
        middle = 6 + row * number + row / 2
        colour = f"var(--s{colours.get(name, 5)})"
        label = f"{name}: median {median:.1f} ms, 95th percentile {p95:.1f} ms, slowest {slowest:.1f} ms"
        parts.append(_text(room - 8, middle + 4, name, "end"))
        parts.append(
            f'<g><title>{escape(label)}</title><rect x="{x(0)}" y="{middle - 7}" rx="3" height="14" '
            f'width="{x(median) - x(0):.1f}" style="fill:{colour}"/><line x1="{x(median):.1f}" y1="{middle}" '
            f'x2="{x(p95):.1f}" y2="{middle}" style="stroke:{colour};stroke-width:2"/><line x1="{x(p95):.1f}" '
            f'y1="{middle - 5}" x2="{x(p95):.1f}" y2="{middle + 5}" style="stroke:{colour};stroke-width:2"/></g>'
        )
        parts.append(_text(x(p95) + 6, middle + 4, f"{median:.0f} / {p95:.0f}", "start"))
    return _svg("Latency", parts, height)


def _across(share: Scale) -> Scale:
    return lambda value: _LEFT + share(value) * (_WIDTH - _LEFT - _RIGHT)


def _up(share: Scale) -> Scale:
    return lambda value: _HEIGHT - _BOTTOM - share(value) * (_HEIGHT - _TOP - _BOTTOM)


def _steps(low: float, high: float) -> list[float]:
    step = 0.2 if high - low > 0.55 else 0.1 if high - low > 0.25 else 0.05
    return [
        round(low + n * step, 4)
        for n in range(round((high - low) / step + 0.49) + 1)
        if low + n * step <= high + 1e-9
    ]


def _round_steps(most: float) -> list[float]:
    rough = most / 4
    power = 10 ** int(log10(rough)) if rough >= 1 else 10 ** (int(log10(rough)) - 1)
    step = next(power * m for m in (1, 2, 5, 10, 20, 50, 100) if power * m >= rough)
    return [n * step for n in range(int(most / step) + 1)]


def _grid(y: Scale, values: Sequence[float], label: Callable[[float], str]) -> list[str]:
    parts = []
    for value in values:
        parts.append(
            f'<line class="grid" x1="{_LEFT}" y1="{y(value):.1f}" x2="{_WIDTH - _RIGHT}" y2="{y(value):.1f}"/>'
        )
        parts.append(_text(_LEFT - 7, y(value) + 4, label(value), "end"))
    return parts


def _ticks(x: Scale, values: Sequence[float], label: Callable[[float], str]) -> list[str]:
    return [_text(x(value), _HEIGHT - 18, label(value)) for value in values]


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(points: Sequence[Point], number: int, name: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = _DASHES[number % len(_DASHES)]
    style = f"stroke:var(--s{number % 6})" + (f";stroke-dasharray:{dash}" if dash else "")
    return f'<polyline class="line" points="{path}" style="{style}"><title>{escape(name)}</title></polyline>'


def _dot(x: float, y: float, number: int, label: str, radius: float = 3) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" style="fill:var(--s{number % 6})">'
        f"<title>{escape(label)}</title></circle>"
    )


def _svg(name: str, parts: Sequence[str], height: int = _HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(name)}">{"".join(parts)}</svg>'
    )
