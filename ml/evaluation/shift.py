"""Whether the rows that judge a model have the same targets as those it has learnt from."""

from typing import Any

import numpy as np
from scipy.stats import chi2_contingency, ks_2samp

from ml.evaluation.sentences import amount, class_said
from ml.schema import Task

# Many rows make any difference certain, few make any possible: both must say so.
MOST_LIKELY_CHANCE = 0.001
LEAST_DISTANCE = 0.1


def shift_said(task: Task, learnt: Any, judged: Any) -> str | None:
    """Say so when two samples of the target differ, beyond chance and by enough to matter; None when they do not.

    Classes: chi-square and the share of rows that would have to change class (total variation). Amounts:
    Kolmogorov-Smirnov, its distance the largest gap between the two shares of rows below an amount.
    """
    found = _classes(learnt, judged) if task is Task.CLASSIFICATION else _amounts(learnt, judged)
    return f"The target differs between the parts: {found} The score may not hold for new rows." if found else None


def _classes(learnt: Any, judged: Any) -> str | None:
    labels = sorted({*learnt.tolist()} | {*judged.tolist()})
    counts = np.array([[int(np.sum(rows == each)) for each in labels] for rows in (learnt, judged)])
    if len(labels) < 2 or not counts.sum(axis=1).all():
        return None
    shares = counts / counts.sum(axis=1, keepdims=True)
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    if distance < LEAST_DISTANCE or chi2_contingency(counts).pvalue > MOST_LIKELY_CHANCE:
        return None
    most = int(np.argmax(np.abs(shares[0] - shares[1]).round(9)))
    before, after = (f"{100 * share:.0f} of 100" for share in shares[:, most])
    return f"{class_said(labels[most])} is {before} rows learnt from, and {after} it was judged on."


def _amounts(learnt: Any, judged: Any) -> str | None:
    if not len(learnt) or not len(judged):
        return None
    found = ks_2samp(learnt, judged, method="asymp")
    if found.statistic < LEAST_DISTANCE or found.pvalue > MOST_LIKELY_CHANCE:
        return None
    before, after = amount(float(np.median(learnt))), amount(float(np.median(judged)))
    return f"half of the rows learnt from are above {before}, and half of those it was judged on above {after}."
