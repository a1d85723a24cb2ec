"""How likely it is that the sources answer a question.

A logistic curve over what one search found: what the judge makes of the sentences that it read, the
similarity of the best sentence, and that of the nearest sentences about other things, which says what
level to expect of this question in this language. ``eval/fitting/fit_confidence.py`` fitted it on public
questions that the judge did not learn from, answered (half), near misses (four in ten) and off the topic.
On 1,555 of them that were not fitted the calibration error is 0.04, AUROC 0.84 against near misses and
1.00 off the topic; 0.78 and 0.84 for near misses in Thai, which neither has seen; for those that people
wrote to mislead 0.77 (SQuAD 2.0) and 0.59 (ChineseSquad 2.0, which neither has seen). Where no judge
reads, a curve over the similarities alone stands in, which sees the topic but not whether the fact is
there.
"""

import math
from collections.abc import Sequence

from zhangju.ranking import Findings

__all__ = ["FEATURES", "THRESHOLD", "estimate_confidence"]

FEATURES = ("judged", "similarity", "elsewhere")
"""What the curve reads, in the order of its coefficients."""

_JUDGED = (0.089, 0.471, 10.006, -11.725)
"""Intercept and coefficients with a judge."""

_ALIKE = (-3.337, 47.433, -45.629)
"""Intercept and coefficients of the similarities alone: fitted on XQuAD, moved on the development half of the
article's eval set so that it is refused below the same threshold."""

_OFF_TOPIC = 0.09
"""Below this the similarities are believed, whatever the judge says: it learned from questions, and is sure of
greetings and noise. The highest that refuses nothing which the development half answers; of 1,500 public questions
that are answered it refuses one in a thousand, of those off the topic a few more than the judge."""

THRESHOLD = 0.095
"""Confidence from which a question is answered.

Chosen on the development half of the article's eval set: the highest that answers 97 % of what the article answers;
90 % of what it refuses there is refused rightly, and 78 % of what the article does not answer is refused.
"""


def estimate_confidence(findings: Findings) -> float:
    """Estimate the probability that what was found answers the question.

    Returns:
        A value in [0, 1]; 0 when nothing was found.
    """
    if not findings.passages:
        return 0.0
    alike = (findings.similarity, findings.elsewhere)
    topic = _curve(_ALIKE, alike)
    if findings.judged is None:
        return topic
    judged = _curve(_JUDGED, (findings.judged, *alike))
    return min(judged, topic) if topic < _OFF_TOPIC else judged


def _curve(coefficients: Sequence[float], values: Sequence[float]) -> float:
    intercept, *slopes = coefficients
    total = intercept + sum(slope * value for slope, value in zip(slopes, values, strict=True))
    # Beyond these ends the value is 0 or 1 in any case, and the exponential would overflow.
    return 1.0 / (1.0 + math.exp(-min(max(total, -500.0), 500.0)))
