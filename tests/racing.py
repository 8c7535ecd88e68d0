"""Calls that meet: all begin at the same moment, each in a thread of its own."""

import threading
from collections.abc import Callable
from typing import Any


def at_once(*calls: Callable[[], Any], prepare: Callable[[], object] = lambda: None) -> list[Any]:
    """Make the calls at the same moment; returns what each returned, or the exception it raised.

    Each thread prepares itself before it waits for the others.
    """
    answers: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            prepare()
            start.wait(120)
            answers[place] = call()
        except Exception as error:  # noqa: BLE001 -- the test looks at it
            answers[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    return answers
