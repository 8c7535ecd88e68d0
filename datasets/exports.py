"""A version's table, and the rows of its file that could not be read, for people to take away.

What a spreadsheet would take for a formula is made harmless in every CSV (`ml.tables.exporting.safe_text`); the
original file and Parquet have everything as it is.
"""

import csv
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from core import events, storage
from core.actor import Actor
from core.errors import Conflict
from datasets.models import DatasetVersion
from datasets.queries import require_ready

ORIGINAL = "application/octet-stream"
CSV = "text/csv; charset=utf-8"
PARQUET = "application/vnd.apache.parquet"
LINES_AT_ONCE = 1_000


class Format(StrEnum):
    ORIGINAL = "original"
    CSV = "csv"
    PARQUET = "parquet"


def download(*, actor: Actor, version: DatasetVersion, file_format: Format) -> HttpResponseBase:
    """The version as an attachment, sent while it is read; emits `dataset.downloaded`.

    `csv` and `parquet` have the types as corrected. The caller may see the version. Raises Conflict if it is not ready.
    """
    require_ready(version)
    response = _response(version, file_format)
    events.emit(
        "dataset.downloaded",
        subject=version.dataset,
        by=actor,
        version=str(version.number),
        format=str(file_format),
    )
    return response


def bad_rows(version: DatasetVersion) -> StreamingHttpResponse:
    """The rows that could not be read, as CSV: line, reason, and the text as far as it was kept.

    Raises Conflict if the version is not ready.
    """
    require_ready(version)
    return _stream(_bad_rows(version), _name(version, "-bad-rows.csv"), CSV)


def _response(version: DatasetVersion, file_format: Format) -> HttpResponseBase:
    try:
        if file_format is Format.ORIGINAL:
            file = storage.local_path(version.original_key).open("rb")
            return FileResponse(file, as_attachment=True, filename=_plain(version.filename), content_type=ORIGINAL)
        table = storage.local_path(version.table_key)
    except FileNotFoundError:  # purged or deleted in this moment
        raise Conflict("The files of this version are gone.", code="dataset_purged") from None
    from ml.tables import exporting  # noqa: PLC0415 -- slow import: DuckDB

    if file_format is Format.CSV:
        return _stream(exporting.csv_chunks(table, version.schema), _name(version, ".csv"), CSV)
    chunks = exporting.parquet_chunks(table, version.schema)
    return _stream(chunks, _name(version, ".parquet"), PARQUET)


def _stream(chunks: Iterator[bytes], filename: str, content_type: str) -> StreamingHttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return StreamingHttpResponse(chunks, content_type=content_type, headers={"Content-Disposition": disposition})


def _bad_rows(version: DatasetVersion) -> Iterator[bytes]:
    from ml.tables.exporting import csv_line  # noqa: PLC0415 -- slow import: DuckDB

    try:
        path = storage.local_path(version.bad_rows_key)
    except FileNotFoundError:  # there are none, or they were counted before they were kept
        lines = [["line", "reason"], *([str(row["line"]), row["reason"]] for row in version.bad_rows)]
        yield "".join(map(csv_line, lines)).encode()
        return
    yield from _in_pieces(csv_line(row) for row in _read(path))


def _read(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def _in_pieces(lines: Iterator[str]) -> Iterator[bytes]:
    piece: list[str] = []
    for line in lines:
        piece.append(line)
        if len(piece) == LINES_AT_ONCE:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


def _name(version: DatasetVersion, ending: str) -> str:
    return f"{_plain(version.dataset.name)}-v{version.number}{ending}"


def _plain(name: str) -> str:
    """A name without what a header or a folder could take for something else; a browser is told it in UTF-8."""
    return re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', "-", name).strip(" .-") or "table"
