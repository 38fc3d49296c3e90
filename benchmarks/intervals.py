"""Paired ratios: their geometric mean and its confidence interval."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_NORMAL_975 = 1.960
# 97.5 % quantiles of Student's t distribution for 1 to 30 degrees of freedom.
_STUDENT_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """A ratio and its 95 % confidence interval."""

    mean: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.lower:.3f}, {self.upper:.3f}]"


def compute_interval(pairs: Sequence[tuple[float, float]]) -> Interval:
    """Geometric mean of second / first, with the t interval of the ratios' logarithms.

    Raises:
        ValueError: there are fewer than two pairs, or one holds a number that is not positive.
    """
    if len(pairs) < 2:
        raise ValueError("an interval needs two pairs at least")
    logarithms = [math.log(second / first) for first, second in pairs]
    freedom = len(pairs) - 1
    quantile = _STUDENT_975[freedom - 1] if freedom <= len(_STUDENT_975) else _NORMAL_975
    mean = statistics.fmean(logarithms)
    margin = quantile * statistics.stdev(logarithms) / math.sqrt(len(pairs))
    return Interval(math.exp(mean), math.exp(mean - margin), math.exp(mean + margin))
