"""What the ends of a file already tell: whether it is worth reading at all."""

import io
import re
import zlib
from pathlib import Path

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
from ml.tables.delimited import layout_of, refuse_endless_first_row, sample_of, too_many_columns
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
_CELL_ENDS = re.compile(r"[,;\t|\n\"' ]+")


def check_head(source: Path, *, filename: str, limits: Limits) -> None:
    """Refuse what `read_table` would refuse, as far as the ends of the file show it, in well under a second.

    Raises UnreadableTable: over a limit (its `is_too_large`) or no table at all. Silence promises nothing: limits are
    checked again while reading. What `read_table` would accept is never refused.
    """
    size = source.stat().st_size
    if size == 0:
        raise empty_file()
    if size > limits.max_bytes:
        raise too_large(limits)
    head = head_of(source, _HEAD)
    whole = len(head) == size
    if head.startswith(GZIP_MAGIC):
        if _declared_size(source) > limits.max_bytes:
            raise too_large(limits)
        head = _inflated(head)
        whole = False
    elif head.startswith(PARQUET_MAGIC):
        check_foot(source, limits)
    if not head.startswith(PARQUET_MAGIC):
        refuse_binary(head[:HEAD_BYTES])
        _check_text(_text(head), filename, limits, whole=whole)


def _declared_size(source: Path) -> int:
    """What the last part of a gzip file says it holds, modulo 2^32: the whole holds at least that.

    0 when it says more than can be: it was cut off, so these four bytes are no size.
    """
    with source.open("rb") as file:
        size = file.seek(-4, io.SEEK_END) + 4
        declared = int.from_bytes(file.read(4), "little")
    return declared if declared <= size * _BEST_COMPRESSION else 0


def _inflated(packed: bytes) -> bytes:
    """The first megabyte of what the first megabyte of a gzip file holds, over all its parts."""
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
        packed = part.unused_data
    return head


def _text(head: bytes) -> str:
    encoding = encoding_shown(head[:HEAD_BYTES]) or "utf-8"
    text = head.decode(encoding, "replace").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_text(text: str, filename: str, limits: Limits, *, whole: bool) -> None:
    if any(len(cell) > limits.max_cell_bytes for cell in _CELL_ENDS.split(text)):
        raise cell_too_long(limits, "near the start")
    if says_json(text[:START_CHARACTERS], filename):
        _check_first_object(text, limits)
        return
    sample, is_all = sample_of(io.StringIO(text))
    if is_all and not whole:  # the reader of the whole file will look further before it judges
        refuse_endless_first_row(sample, limits)
    else:
        layout_of(sample, is_all, limits)


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
