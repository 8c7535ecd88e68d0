from core.kept import kept


def test_what_was_made_is_kept_for_its_time():
    made = iter([{"sum": 1}, {"sum": 2}])

    first, second = (kept("sums", lambda: next(made), seconds=60) for _ in range(2))

    assert (first, second) == ({"sum": 1}, {"sum": 1})


def test_nothing_is_kept_beyond_its_time():
    made = iter([1, 2])

    first, second = (kept("sums", lambda: next(made), seconds=0) for _ in range(2))

    assert (first, second) == (1, 2)
