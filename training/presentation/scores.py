"""Scores as people read them."""

from core.templatetags.format import number, percent, score

SHARES = {"accuracy", "balanced_accuracy", "f1", "precision", "recall", "mape"}
AMOUNTS = {"rmse", "mae", "mse"}
HINTS = {
    "r2": "The share of the spread that the model explains: 1 is all, 0 is none.",
    "rmse": "The usual distance from the truth, large misses weighing more; in the target's unit.",
    "mae": "The average distance from the truth, in the target's unit.",
    "mse": "The mean squared distance from the truth.",
    "mape": "The average distance as a share of the truth.",
    "accuracy": "The share of rows it got right.",
    "balanced_accuracy": "The share it got right, each class counting the same.",
    "f1": "Precision and recall in one figure.",
    "precision": "Of those it named, the share that was so.",
    "recall": "Of those that were so, the share it named.",
    "roc_auc": "How often it ranks a case above a non-case: 0.5 is chance.",
    "pr_auc": "Precision over all thresholds; the baseline is the share of cases.",
    "log_loss": "How far its probabilities are off, sure mistakes weighing most.",
    "brier": "The mean squared error of its probabilities.",
}


def score_words(metric: str, value: float | None) -> str:
    """A score as people read it: shares in per cent, amounts in the target's unit, however small that is.

    >>> score_words("accuracy", 0.9312), score_words("r2", -1.6e-06), score_words("rmse", 4.5677e-10)
    ('93.1%', '0', '4.568 × 10⁻¹⁰')
    """
    if metric in SHARES and value is not None:
        return percent(value)
    return _amount_or_score(metric, value)


def difference_words(metric: str, value: float) -> str:
    """How far two scores are apart; shares differ by points, as 82 % and 80 % do by 2."""
    sign = "−" if value < 0 else "+"
    return (
        f"{sign}{number(100 * abs(value), 3)} points"
        if metric in SHARES
        else f"{sign}{_amount_or_score(metric, abs(value))}"
    )


def interval_words(metric: str, interval: list[float] | None) -> str:
    """A 95 % interval as people read it; nothing when there is none.

    One without width says nothing: all draws or folds came out alike, and others may not.

    >>> interval_words("r2", [0.5, 0.75]), interval_words("r2", [1.0, 1.0])
    ('0.5 to 0.75', '')
    """
    if not interval or interval[0] == interval[1]:
        return ""
    return f"{score_words(metric, interval[0])} to {score_words(metric, interval[1])}"


def _amount_or_score(metric: str, value: float | None) -> str:
    return number(value) if metric in AMOUNTS else score(value)
