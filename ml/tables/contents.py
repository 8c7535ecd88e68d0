"""From the bytes of a file to plain text: inflate, tell binary from text, find the encoding."""

import codecs
import gzip
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ml.errors import UnreadableTable
from ml.tables.alphabets import WESTERN
from ml.tables.bad_rows import BadRows
from ml.tables.encodings import OddWords, encoding_shown, guess_encoding, name_of
from ml.tables.summary import MEGABYTE, Limits, Progress, silent
from ml.wording import counted

HEAD_BYTES = 64 * 1024
# Progress is told once for so many bytes.
_A_REPORT = 16 * MEGABYTE

GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"

_SAVE_AS_CSV = "save the table as CSV, JSON or Parquet and upload that."
_BINARY = (
    (b"\x89PNG", f"This is a picture (PNG); {_SAVE_AS_CSV}"),
    (b"\xff\xd8\xff", f"This is a picture (JPEG); {_SAVE_AS_CSV}"),
    (b"GIF8", f"This is a picture (GIF); {_SAVE_AS_CSV}"),
    (b"%PDF", f"This is a PDF document; {_SAVE_AS_CSV}"),
    (b"PK\x03\x04", "This is a ZIP archive or an Excel workbook; unpack it, or save the sheet as CSV, first."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel or Word file; save the sheet as CSV first."),
    (b"SQLite format 3", f"This is an SQLite database; {_SAVE_AS_CSV}"),
    (GZIP_MAGIC, "This file is compressed more than once; unpack it first."),
    (b"BZh", "This file is compressed with bzip2; unpack it, or use gzip."),
    (b"\xfd7zXZ", "This file is compressed with xz; unpack it, or use gzip."),
    (b"\x28\xb5\x2f\xfd", "This file is compressed with zstd; unpack it, or use gzip."),
    (b"7z\xbc\xaf", "This is a 7z archive; unpack it first."),
    (b"Rar!", "This is a RAR archive; unpack it first."),
)
# The first of the others parts the columns of Hive.
_CONTROL = bytes(code for code in range(32) if code not in b"\x01\t\n\v\f\r\x1b")
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A file of UTF-8 text with `\\n` as its only line end, without NUL and byte-order mark.

    `encoding` is that of the file as it came; `lines` counts its line ends.
    """

    path: Path
    encoding: str
    lines: int
    has_quotes: bool
    notes: list[str] = field(default_factory=list)


def inflated(source: Path, work: Path, limits: Limits, report: Progress = silent) -> tuple[Path, str | None]:
    """The file without its gzip wrapping, and the name of that wrapping.

    Raises UnreadableTable `empty`, `too_large` (as it came, or while inflating) and `unreadable` (damaged).
    """
    size = source.stat().st_size
    if size == 0:
        raise empty_file()
    if size > limits.max_bytes:
        raise too_large(limits)
    with source.open("rb") as file:
        if file.read(2) != GZIP_MAGIC:
            return source, None
    plain = work / "inflated"
    try:
        _inflate(source, plain, limits, report)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged_gzip() from error
    if plain.stat().st_size == 0:
        raise UnreadableTable("empty", "The gzip file holds nothing; upload one with at least one row.")
    return plain, "gzip"


def _inflate(source: Path, plain: Path, limits: Limits, report: Progress) -> None:
    written, size = 0, source.stat().st_size
    with source.open("rb") as raw, gzip.open(raw) as file, plain.open("wb") as out:
        while chunk := file.read(MEGABYTE):
            written += len(chunk)
            if written > limits.max_bytes:
                raise too_large(limits)
            out.write(chunk)
            if written % _A_REPORT < MEGABYTE:
                report("unpacking", raw.tell(), size, "bytes")


def empty_file() -> UnreadableTable:
    return UnreadableTable("empty", "The file is empty; upload one with a header and at least one row.")


def damaged_gzip() -> UnreadableTable:
    return UnreadableTable("unreadable", "The gzip file is damaged or cut off; compress it again.")


def too_large(limits: Limits) -> UnreadableTable:
    size = f"{limits.max_bytes / MEGABYTE:,.0f} MB" if limits.max_bytes >= MEGABYTE else f"{limits.max_bytes} bytes"
    return UnreadableTable("too_large", f"The file holds more than {size}; upload fewer rows or columns.")


def head_of(path: Path, size: int = HEAD_BYTES) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def refuse_binary(head: bytes) -> None:
    """Raises UnreadableTable `binary` when these first bytes are no text in any encoding we read."""
    for magic, detail in _BINARY:
        if head.startswith(magic):
            raise UnreadableTable("binary", detail)
    if encoding_shown(head):
        return
    if len(head) - len(head.translate(None, delete=_CONTROL)) > len(head) * 0.05:
        raise UnreadableTable("binary", f"The file is not text; {_SAVE_AS_CSV}")


def plain_text(path: Path, work: Path, bad: BadRows, report: Progress = silent) -> PlainText:
    """The file as UTF-8 text: itself when it is that already, else a copy in `work`.

    An encoding other than UTF-8 is told in the notes, and whether it is a guess. Bytes that are wrong in an otherwise
    sound file become U+FFFD, NUL characters are dropped, and `\\r\\n` or `\\r` become `\\n`; the first two are told in
    the notes, and lines with wrong bytes in `bad`.
    """
    scan = _scan(path, report)
    if scan.encoding == "utf-8" and not scan.bad_bytes and not scan.nuls and not scan.returns:
        return PlainText(path=path, encoding="utf-8", lines=scan.lines, has_quotes=scan.has_quotes)
    return _transcoded(path, work / "text", scan, bad, report)


@dataclass(slots=True)
class _Scan:
    encoding: str
    is_guess: bool = False
    bad_bytes: int = 0
    nuls: bool = False
    returns: bool = False
    lines: int = 0
    has_quotes: bool = False


def _scan(path: Path, report: Progress) -> _Scan:
    marked = encoding_shown(head_of(path))
    scan = _Scan(encoding=marked or "utf-8")
    if marked:
        return scan
    rest = b""
    try:
        for chunk in _chunks(path, report):
            rest = _checked(rest + chunk, final=not chunk)
            scan.nuls = scan.nuls or b"\0" in chunk
            scan.returns = scan.returns or b"\r" in chunk
            scan.lines += chunk.count(b"\n")
            scan.has_quotes = scan.has_quotes or b'"' in chunk
    except pa.ArrowInvalid:
        scan.encoding, scan.bad_bytes = _encoding_of_odd_bytes(path)
        scan.is_guess = scan.encoding != "utf-8"
    return scan


def _checked(text: bytes, *, final: bool) -> bytes:
    """Raise ArrowInvalid if this is no UTF-8; return the part of a character at its end, which the next bytes finish.

    Arrow checks a hundred times faster than Python decodes.
    """
    cut = len(text) if final else len(text) - _begun(text[-3:])
    ends = struct.pack("ii", 0, cut)
    pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(text)).validate(full=True)
    return text[cut:]


def _begun(end: bytes) -> int:
    """How many bytes at the end belong to a character that is not whole.

    >>> _begun("ab€".encode()[:-1]), _begun("ab€".encode()[-3:])
    (2, 0)
    """
    for length, byte in enumerate(reversed(end), start=1):
        if byte >= 0xC0:
            return length if length < 2 + (byte >= 0xE0) + (byte >= 0xF0) else 0
        if byte < 0x80:
            return 0
    return 0


def _chunks(path: Path, report: Progress = silent) -> Iterator[bytes]:
    """The file piece by piece, and an empty piece at its end."""
    done, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            yield chunk
            done += len(chunk)
            if done % _A_REPORT == 0:
                report("checking", done, size, "bytes")
    yield b""


def _encoding_of_odd_bytes(path: Path) -> tuple[str, int]:
    """UTF-8 with a few wrong bytes, or the encoding that its words are likeliest in; and how many bytes are wrong."""
    wrong, foreign = _wrong_characters(path, "utf-8")
    # A Western file has next to no valid UTF-8 sequence by chance; a broken UTF-8 file has mostly valid ones.
    if wrong * 10 <= foreign:
        return "utf-8", wrong
    words = OddWords()
    undefined = False
    for chunk in _chunks(path):
        words.add(chunk, is_cut=len(chunk) == MEGABYTE)
        undefined = undefined or len(chunk.translate(None, delete=_NOT_IN_CP1252)) != len(chunk)
    guess = guess_encoding(words)
    if guess != WESTERN:
        wrong, foreign = _wrong_characters(path, guess)
        if wrong * 100 <= foreign:
            return guess, wrong
    return ("latin-1" if undefined else WESTERN), 0


def _wrong_characters(path: Path, encoding: str) -> tuple[int, int]:
    """How many characters of the whole file are none in the encoding, and how many are beyond ASCII."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    wrong = foreign = 0
    for chunk in _chunks(path):
        text = decoder.decode(chunk, final=not chunk)
        wrong += text.count("\ufffd")
        foreign += _foreign_in(text)
    return wrong, foreign


def _foreign_in(text: str) -> int:
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))


def _transcoded(path: Path, copy: Path, scan: _Scan, bad: BadRows, report: Progress) -> PlainText:
    nuls = wrong = lines = 0
    has_quotes = False
    size = path.stat().st_size
    with (
        path.open("rb") as raw,
        io.TextIOWrapper(raw, encoding=scan.encoding, errors="replace") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        while text := source.read(MEGABYTE):
            nuls += text.count("\0")
            if scan.bad_bytes and "\ufffd" in text:
                _tell_wrong_lines(text, lines + 1, scan.encoding, bad)
            wrong += text.count("\ufffd")
            lines += text.count("\n")
            has_quotes = has_quotes or '"' in text
            out.write(text.replace("\0", "") if nuls else text)
            if raw.tell() % _A_REPORT < MEGABYTE:
                report("decoding", raw.tell(), size, "bytes")
    encoding = "utf-8" if scan.encoding == "utf-8-sig" else scan.encoding.removesuffix("-le").removesuffix("-be")
    notes = [_words_on(encoding, is_guess=scan.is_guess)] if encoding != "utf-8" else []
    if nuls:
        notes.append(f"{counted(nuls, 'NUL character was', 'NUL characters were')} removed.")
    if wrong and encoding != "latin-1":
        which = counted(wrong, "character is no", "characters are no")
        notes.append(f"{which} valid {scan.encoding.upper()} and reads as \ufffd.")
    return PlainText(path=copy, encoding=encoding, lines=lines, has_quotes=has_quotes, notes=notes)


def _words_on(encoding: str, *, is_guess: bool) -> str:
    if not is_guess:
        return f"The file is in {name_of(encoding)}."
    remedy = "where letters look wrong, save the file as UTF-8 and upload it again."
    return f"The file is no UTF-8; it was read as {name_of(encoding)}, which is a guess: {remedy}"


def _tell_wrong_lines(text: str, first: int, encoding: str, bad: BadRows) -> None:
    for line, words in enumerate(text.split("\n"), start=first):
        if "\ufffd" in words:
            bad.add(line, f"bytes that are no valid {encoding.upper()}; kept, and read as \ufffd", words)
