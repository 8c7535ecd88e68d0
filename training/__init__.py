"""Training jobs and their events, and the models that come of them."""
