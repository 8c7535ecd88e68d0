"""What the ends of a file already tell: whether it is worth reading at all, and how long that will take."""

import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from ml.tables.contents import (
    GZIP_MAGIC,
    HEAD_BYTES,
    PARQUET_MAGIC,
    damaged_gzip,
    empty_file,
    head_of,
    refuse_binary,
    too_large,
)
from ml.tables.delimited import DELIMITERS, layout_of, refuse_endless_first_row, sample_of, too_many_columns
from ml.tables.encodings import encoding_shown
from ml.tables.parquet_text import check_foot
from ml.tables.sniffing import START_CHARACTERS, says_json
from ml.tables.summary import MEGABYTE, Limits
from ml.tables.text_sink import cell_too_long

_HEAD = MEGABYTE
# Of a gzip file; each takes a copy of what follows it.
_MOST_PARTS = 50
# Of deflate: so many bytes come out of one at most.
_BEST_COMPRESSION = 1032
_GZIP = 16 + zlib.MAX_WBITS
# A text that does not end takes the rest, so that it is looked through once.
_JSON_MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}:]', re.DOTALL)
# Whatever the layout of a text, no cell that it does not quote goes beyond one of these.
_CELL_ENDS = re.compile(r"[,;\t|^~\x01\n\"' ]+")
# Measured on tables of 8 MB: reading and profiling 800 columns of few rows takes as long as 20 of many.
_BYTES_A_COLUMN = 10 * 1024
_BYTES_A_PARQUET_CELL = 4


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file is about to hold: so many columns, and so many bytes once it is written out as text."""

    columns: int
    text_bytes: int

    @property
    def work_bytes(self) -> int:
        """How long it takes to read and profile, as the size of a narrow text that takes as long."""
        return self.text_bytes + self.columns * _BYTES_A_COLUMN


def check_head(source: Path, *, filename: str, limits: Limits) -> Outline:
    """Refuse what `read_table` would refuse, as far as the ends of the file show it, in well under a second.

    Returns what they tell of the rest. Raises UnreadableTable: over a limit (its `is_too_large`) or no table at all.
    Silence promises nothing: limits are checked again while reading. What `read_table` would accept is never refused.
    """
    size = source.stat().st_size
    if size == 0:
        raise empty_file()
    if size > limits.max_bytes:
        raise too_large(limits)
    head = head_of(source, _HEAD)
    if head.startswith(PARQUET_MAGIC):
        names = check_foot(source, limits)
        return Outline(len(names), pq.read_metadata(source).num_rows * len(names) * _BYTES_A_PARQUET_CELL)
    whole, text_bytes = len(head) == size, size
    if head.startswith(GZIP_MAGIC):
        if (declared := _declared_size(source)) > limits.max_bytes:
            raise too_large(limits)
        packed = head
        head, left = _inflated(packed)
        # The declared size is that of the last part only.
        text_bytes = max(declared, size * len(head) // max(len(packed) - left, 1))
        whole = False
    if head.startswith(PARQUET_MAGIC):  # gzipped, as nobody does: its foot is out of sight
        return Outline(0, text_bytes)
    refuse_binary(head[:HEAD_BYTES])
    return Outline(_columns_of(_text(head), filename, limits, whole=whole), text_bytes)


def _declared_size(source: Path) -> int:
    """What the last part of a gzip file says it holds, modulo 2^32: the whole holds at least that.

    0 when it says more than can be: it was cut off, so these four bytes are no size.
    """
    with source.open("rb") as file:
        size = file.seek(-4, io.SEEK_END) + 4
        declared = int.from_bytes(file.read(4), "little")
    return declared if declared <= size * _BEST_COMPRESSION else 0


def _inflated(packed: bytes) -> tuple[bytes, int]:
    """The first megabyte of what the first megabyte of a gzip file holds, over all its parts.

    The second answer is how many of the packed bytes were not needed for it.
    """
    head = b""
    for _ in range(_MOST_PARTS):
        if not packed or len(head) == _HEAD:
            break
        part = zlib.decompressobj(_GZIP)
        try:
            head += part.decompress(packed, _HEAD - len(head))
        except zlib.error as error:
            if head:  # behind the last part; the reader of the whole file judges
                break
            raise damaged_gzip() from error
        packed = part.unconsumed_tail or part.unused_data
    return head, len(packed)


def _text(head: bytes) -> str:
    encoding = encoding_shown(head[:HEAD_BYTES]) or "utf-8"
    text = head.decode(encoding, "replace").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _columns_of(text: str, filename: str, limits: Limits, *, whole: bool) -> int:
    """Refuse the first megabyte of a text, or tell how many columns it shows."""
    if any(len(cell) > limits.max_cell_bytes for cell in _CELL_ENDS.split(text)):
        raise cell_too_long(limits, "near the start")
    if says_json(text[:START_CHARACTERS], filename):
        _check_first_object(text, limits)
        return len(_keys(text))
    sample, is_all = sample_of(io.StringIO(text))
    if is_all and not whole:  # the reader of the whole file will look further before it judges
        refuse_endless_first_row(sample, limits)
        return 1 + max(sample.lstrip().partition("\n")[0].count(delimiter) for delimiter in DELIMITERS)
    return layout_of(sample, is_all, limits).width


def _keys(text: str) -> set[str]:
    """The keys of all objects in some JSON, nested ones too."""
    keys, last = set(), ""
    for mark in _JSON_MARKS.finditer(text):
        if mark[0] == ":":
            keys.add(last)
        last = mark[0]
    return keys


def _check_first_object(text: str, limits: Limits) -> None:
    """Count the keys of the first object of an array, whole or not."""
    opening = re.match(r"\s*\[\s*\{", text)
    if not opening:
        return
    keys, depth, last = set(), 0, ""
    for mark in _JSON_MARKS.finditer(text, opening.end()):
        found = mark[0]
        if found == ":" and depth == 0:
            keys.add(last)
        depth += (found in "[{") - (found in "]}")
        if depth < 0:
            break
        last = found
    if len(keys) > limits.max_columns:
        raise too_many_columns(len(keys) if depth < 0 else len(keys) - 1, limits, counted_all=depth < 0)
