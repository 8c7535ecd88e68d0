"""Pages of training and models."""
