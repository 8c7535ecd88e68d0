"""Ending a fit early with the best it has so far."""

from collections.abc import Mapping
from typing import Any

from ml.algorithms.registry import get_algorithm

KEEP_BEST = "keep-best"
"""A file of this name in the fit's folder asks it to end with the best it has so far."""


def can_end_early(plan: Mapping[str, Any]) -> bool:
    """Whether a fit of this plan, asked to end, leaves a model: a search, folds and what grows by steps do."""
    in_folds = (plan.get("validation") or {}).get("folds") is not None
    return bool(plan.get("tuning")) or in_folds or get_algorithm(plan["algorithm"]).keeps_so_far
