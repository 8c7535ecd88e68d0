"""Benchmarks: what the documents promise, measured beside a baseline in the same run."""
