"""Reading and profiling a big table: rows a second and memory, beside pandas, and beside ydata-profiling.

Each side is a fresh process, so that its peak of resident memory is its own, and counts from the call to its end,
without the start of Python and its imports. Ours looks at the values while it reads, so that its profile is a matter
of putting into words. pandas does `read_csv` and `describe(include="all")`: it keeps no typed table on disk, finds no
dates, and holds everything in memory. ydata-profiling (minimal, without the report's page) pins an older pandas and
lives in an environment of its own, made for the run; without it that side is left out.
What takes seconds is measured five times, of which the median counts: a machine that others share is slower by a fifth
now and then, which what takes half a minute averages out.
The bars: at least 10 times the speed of ydata-profiling on 100 MB, and a table of 1 GB (10 million rows) below
1.5 GB resident. The default of 100 MB takes a few minutes; `python -m bench.ingest 1024` is the large one.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import made_tables, product

YDATA_AT_MOST_MB = 200
AGAIN_AT_MOST_MB = 200
TIMES = 5
LEAST_RATIO = 10
MOST_RESIDENT_MB = 1536

_MEASURED = """
import json, pathlib, resource, sys, time
{imports}
path = pathlib.Path(sys.argv[1])
seconds, started = {{}}, time.perf_counter()
def lap(name):
    global started
    seconds[name], started = time.perf_counter() - started, time.perf_counter()
{work}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"seconds": seconds, "resident_mb": peak}}))
"""
_OURS = _MEASURED.format(
    imports="""
from ml.tables.profiling import profile_table
from ml.tables.reading import Limits, read_table
""",
    work="""
stored = path.with_suffix(".parquet")
table = read_table(path, filename=path.name, destination=stored, limits=Limits(max_bytes=2**40))
lap("read")
profile_table(stored, table.columns, looks=table.looks)
lap("profile")
stored.unlink()
""",
)
_PANDAS = _MEASURED.format(
    imports="import pandas",
    work="""
options = {"sep": ";", "decimal": ",", "encoding": "cp1252"} if "messy" in path.name else {}
is_json = path.suffix == ".jsonl"
frame = pandas.read_json(path, lines=True) if is_json else pandas.read_csv(path, **options)
lap("read")
frame.describe(include="all")
lap("profile")
""",
)
_YDATA = _MEASURED.format(
    imports="import pandas\nfrom ydata_profiling import ProfileReport",
    work="""
frame = pandas.read_csv(path)
lap("read")
ProfileReport(frame, minimal=True, progress_bar=False).get_description()
lap("profile")
""",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one side took; seconds by part."""

    read_s: float
    profile_s: float
    resident_mb: float

    @property
    def total_s(self) -> float:
        return self.read_s + self.profile_s


def main(arguments: Sequence[str] = ()) -> None:
    """Measure tables of about so many MB (100 by default): clean, messy, and as JSON lines."""
    size_mb = int(arguments[0]) if arguments else 100
    print(f"ingest: {size_mb} MB, 13 mixed columns")
    print(f"{'table':<12}{'side':<10}{'read s':>8}{'profile s':>11}{'rows/s read':>13}{'both':>10}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _report(folder / "clean.csv", made_tables.write_csv, size_mb, with_ydata=size_mb <= YDATA_AT_MOST_MB)
        _report(folder / "messy.csv", made_tables.write_messy_csv, size_mb)
        _report(folder / "lines.jsonl", made_tables.write_json_lines, size_mb)


def _report(table: Path, write: Callable[[Path, int], int], size_mb: int, *, with_ydata: bool = False) -> None:
    rows = write(table, size_mb * 1024 * 1024)
    os.sync()  # or whoever writes first waits for the table itself
    times = TIMES if size_mb <= AGAIN_AT_MOST_MB else 1
    ours = _line(table, "ours", rows, _median(sys.executable, _OURS, table, times))
    pandas = _line(table, "pandas", rows, _median(sys.executable, _PANDAS, table, times))
    if ours and pandas:
        verdict = "ok" if ours.resident_mb <= MOST_RESIDENT_MB else "MISSED"
        print(f"  {pandas.total_s / ours.total_s:.1f} times pandas; memory at most {MOST_RESIDENT_MB} MB: {verdict}")
    python = _ydata_python(table.parent) if with_ydata else None
    ydata = _line(table, "ydata", rows, _measure(python, _YDATA, table)) if python else None
    if ours and ydata:
        ratio = ydata.total_s / ours.total_s
        verdict = "ok" if ratio >= LEAST_RATIO else "MISSED"
        print(f"  {ratio:.1f} times ydata-profiling; at least {LEAST_RATIO}: {verdict}")
    table.unlink()


def _line(table: Path, side: str, rows: int, found: Measured | None) -> Measured | None:
    if found is None:
        print(f"{table.stem:<12}{side:<10} did not end well; left out")
        return None
    both = rows / found.total_s
    print(
        f"{table.stem:<12}{side:<10}{found.read_s:>8.1f}{found.profile_s:>11.1f}{rows / found.read_s:>13,.0f}"
        f"{both:>10,.0f}{found.resident_mb:>9,.0f}",
        flush=True,
    )
    return found


def _median(python: str, program: str, table: Path, times: int) -> Measured | None:
    found = [one for _ in range(times) if (one := _measure(python, program, table))]
    return sorted(found, key=lambda one: one.total_s)[len(found) // 2] if len(found) == times else None


def _measure(python: str, program: str, table: Path) -> Measured | None:
    command = [python, "-c", program, str(table)]
    done = subprocess.run(command, cwd=product.ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    found = json.loads(done.stdout.splitlines()[-1])
    return Measured(found["seconds"]["read"], found["seconds"]["profile"], found["resident_mb"])


def _ydata_python(folder: Path) -> str | None:
    """An environment with ydata-profiling; None, and a sentence, where it cannot be installed."""
    environment = folder / "ydata"
    venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")
    # It still imports pkg_resources, which setuptools dropped.
    wanted = ["ydata-profiling", "setuptools<81"]
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *wanted], capture_output=True, text=True, check=False
    )
    if installed.returncode != 0:
        print("  ydata-profiling could not be installed here (no package index?): that side is left out.")
        return None
    return python


if __name__ == "__main__":
    main(sys.argv[1:])
