"""`python -m tests.faults [F1 F2 …]`: make faults in a running product and print what was seen of each."""

import argparse
import contextlib
import os
import sys
import time
import traceback
from collections.abc import Sequence

from tests.faults import deaths, deletions, messages, outages, poison, stops
from tests.faults.registry import ALL, Fault, NotHere
from tests.faults.scene import Scene, a_scene, check_end

FILES = (deaths, messages, stops, outages, deletions, poison)  # each registers its own


def main(arguments: Sequence[str]) -> int:
    """Make the faults asked for, or all; returns how many ended otherwise than expected."""
    asked = _parser().parse_args(arguments)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
        if value := getattr(asked, name.lower()):
            os.environ[name] = value
    chosen = [
        fault for fault in ALL if not asked.fault or fault.key in asked.fault or fault.key.split("-")[0] in asked.fault
    ]
    with contextlib.ExitStack() as stack:
        shared: list[Scene] = []
        rows = [_made(fault, stack, shared) for fault in chosen]
    print(_table(rows))
    return sum(not is_ok for *_, is_ok in rows)


def _made(fault: Fault, stack: contextlib.ExitStack, shared: list[Scene]) -> tuple[Fault, str, bool]:
    """Make one fault, in a product of its own if it asks for settings; then look whether all is as it must be."""
    print(f"{time.strftime('%H:%M:%S')} {fault.key}: {fault.what}", flush=True)
    try:
        if fault.settings:
            with a_scene(**fault.settings) as scene:
                seen = fault.make(scene)
                check_end(scene)
        else:
            if not shared:
                shared.append(stack.enter_context(a_scene()))
            seen = fault.make(shared[0])
            check_end(shared[0])
    except NotHere as reason:
        return fault, f"not here: {reason}", True
    except Exception as error:  # noqa: BLE001 -- the table tells, and the next fault is made
        traceback.print_exc()
        return fault, f"{type(error).__name__}: {error}", False
    print(f"{time.strftime('%H:%M:%S')}   {seen}", flush=True)
    return fault, seen, True


def _table(rows: Sequence[tuple[Fault, str, bool]]) -> str:
    lines = ["", "| fault | expected | seen | ok |", "| --- | --- | --- | --- |"]
    for fault, seen, is_ok in rows:
        told = " ".join(seen.split())[:300]
        lines.append(f"| {fault.key}: {fault.what} | {fault.expected} | {told} | {'yes' if is_ok else 'NO'} |")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("fault", nargs="*", help="keys such as F1 or F2-twice; F2 means all of its kind")
    parser.add_argument("--database-url", help="PostgreSQL to make a scratch database in; without it SQLite")
    parser.add_argument("--redis-url", help="Redis, of which an unused database is taken; without it the folder")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
