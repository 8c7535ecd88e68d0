"""Rows held out, as a fit hands them over, for tests of judging them."""

from dataclasses import replace
from typing import Any

import numpy as np

from ml.evaluation import HeldOut


def shares_of(*probabilities: float) -> Any:
    """Two classes: the probability of the second, and what is left for the first."""
    return np.array([[1 - each, each] for each in probabilities])


def amounts(rows: int = 4, error: Any = 1.0, **more: Any) -> HeldOut:
    """Amounts 0, 1, 2 … predicted with an error: one for all rows, or one for each."""
    actual = np.arange(rows, dtype=float)
    about: dict[str, Any] = {
        "actual": actual,
        "predicted": actual + error,
        "baseline": np.full(rows, actual.mean()),
        "middle": np.full(rows, 1.0),
        "rows_train": 16,
        "metric": "mae",
    }
    return HeldOut(**about | more)


def noisy_amounts(rows: int = 200, noise: float = 1.0, seed: int = 0, **more: Any) -> HeldOut:
    """Amounts of spread 2 predicted with errors of spread `noise`."""
    random = np.random.default_rng(seed)
    actual = random.normal(10, 2, rows)
    about: dict[str, Any] = {
        "actual": actual,
        "predicted": actual + random.normal(0, noise, rows),
        "baseline": np.full(rows, 10.0),
        "middle": np.full(rows, 10.0),
        "rows_train": 1000,
        "metric": "r2",
    }
    return HeldOut(**about | more)


def visited_amounts(people: int = 12, seed: int = 0, **more: Any) -> HeldOut:
    """Amounts of people who come 20 times each, all predicted too high or too low alike: spread 1 of 1.1 in all."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 20)
    actual = random.normal(10, 2, len(who))
    error = random.normal(0, 1, people)[who] + random.normal(0, 0.5, len(who))
    return noisy_amounts(rows=len(who), **{"actual": actual, "predicted": actual + error, "groups": who} | more)


def visited_classes(people: int = 12, seed: int = 0, **more: Any) -> HeldOut:
    """Classes of people who come 20 times each; for some of them the model is mostly right, for others it guesses."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 20)
    rows = noisy_classes(rows=len(who), seed=seed, groups=who, **more)
    skill = random.uniform(-1, 3, people)[who]
    share = 1 / (1 + np.exp(-(skill * (2 * rows.actual - 1) + random.normal(0, 1, len(who)))))
    return replace(rows, predicted=(share > 0.5).astype(int), shares=np.array([1 - share, share]).T)


def three_labels() -> HeldOut:
    """A model of yes and no, judged on rows of which one is maybe."""
    return HeldOut(
        actual=np.array(["yes", "no", "no", "maybe"], dtype=object),
        predicted=np.array(["yes", "no", "yes", "no"], dtype=object),
        shares=shares_of(0.9, 0.1, 0.8, 0.4),
        baseline=np.array(["no"] * 4, dtype=object),
        baseline_shares=shares_of(0.25, 0.25, 0.25, 0.25),
        classes=np.array(["no", "yes"], dtype=object),
        positive="yes",
        rows_train=16,
        metric="accuracy",
    )


def noisy_classes(rows: int = 200, count: int = 2, skill: float = 1.0, seed: int = 0, **more: Any) -> HeldOut:
    """Classes 0, 1 …, the share of the true one raised by `skill`; class 0 is twice as frequent as the others."""
    random = np.random.default_rng(seed)
    frequency = np.array([2.0, *[1.0] * (count - 1)]) / (count + 1)
    actual = random.choice(count, rows, p=frequency)
    shares = random.random((rows, count))
    shares[np.arange(rows), actual] += skill * random.random(rows)
    shares /= shares.sum(axis=1, keepdims=True)
    about: dict[str, Any] = {
        "actual": actual,
        "predicted": shares.argmax(axis=1),
        "shares": shares,
        "baseline": np.zeros(rows, dtype=int),
        "baseline_shares": np.tile(frequency, (rows, 1)),
        "classes": np.arange(count),
        "positive": 1 if count == 2 else None,
        "rows_train": 1000,
        "metric": "accuracy",
    }
    return HeldOut(**about | more)
