"""`make bench`: run every benchmark, or those named (`python -m bench training_overhead`)."""

import importlib
import sys

ALL = ("training_overhead", "long_lists", "telling_times", "ingest", "live", "queue")

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        importlib.import_module(f"bench.{name}").main()
