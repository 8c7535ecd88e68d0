"""One file for each kind of feature step; see `ml.steps.registry`."""
