import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import Conflict
from core.models import OutboxEvent
from datasets import exports, queries, services, versions
from datasets.exports import Format
from datasets.models import Dataset, DatasetVersion, VersionStatus
from ml.schema import Dtype
from tests import factories

pytestmark = pytest.mark.django_db

HOSTILE = factories.csv(["=name", "amount", "code"], [["=1+1", -5, "007"], ["@x", 2, "012"], ["plain", 3, "100"]])


@pytest.fixture
def version(person):
    return queries.version(factories.a_dataset(person, HOSTILE, "sums.csv"), 1)


def fetched(actor, version, file_format):
    response = exports.download(actor=actor, version=version, file_format=file_format)
    return response, b"".join(response.streaming_content)


def test_the_original_is_what_was_sent(actor, version):
    response, content = fetched(actor, version, Format.ORIGINAL)

    assert (content, response["Content-Disposition"]) == (HOSTILE, 'attachment; filename="sums.csv"')
    assert response["Content-Type"] == "application/octet-stream"


def test_csv_is_safe_in_a_spreadsheet(actor, version):
    response, content = fetched(actor, version, Format.CSV)

    assert content == b"'=name,amount,code\n'=1+1,-5,007\n'@x,2,012\nplain,3,100\n"
    assert response["Content-Disposition"] == 'attachment; filename="sums-v1.csv"'


def test_parquet_has_everything_as_it_is(actor, version):
    _, content = fetched(actor, version, Format.PARQUET)

    table = pq.read_table(pa.BufferReader(content))
    assert table.to_pydict() == {"=name": ["=1+1", "@x", "plain"], "amount": [-5, 2, 3], "code": ["007", "012", "100"]}


def test_corrected_types_are_those_of_the_file(actor, version):
    versions.correct_types(actor=actor, version=version, changes={"code": Dtype.INTEGER, "amount": Dtype.TEXT})

    _, content = fetched(actor, DatasetVersion.objects.get(), Format.PARQUET)

    table = pq.read_table(pa.BufferReader(content))
    assert (table["amount"].to_pylist(), table["code"].to_pylist()) == (["-5", "2", "3"], [7, 12, 100])


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Möwen", "attachment; filename*=utf-8''M%C3%B6wen-v1.csv"),
        ('a"b/../c\\d', 'attachment; filename="a-b-..-c-d-v1.csv"'),
        ("x\r\nSet-Cookie: a=b", 'attachment; filename="x-Set-Cookie- a=b-v1.csv"'),
        ("..", 'attachment; filename="table-v1.csv"'),
    ],
)
def test_no_name_breaks_the_header(actor, version, name, header):
    Dataset.objects.update(name=name)

    response, _ = fetched(actor, DatasetVersion.objects.get(), Format.CSV)

    assert response["Content-Disposition"] == header


def test_a_download_is_told_to_the_audit_trail(actor, person, version):
    fetched(actor, version, Format.PARQUET)

    event = OutboxEvent.objects.get(kind="dataset.downloaded")
    assert (event.actor, event.payload) == (person, {"version": "1", "format": "parquet"})


@pytest.mark.parametrize("status", [VersionStatus.PROCESSING, VersionStatus.FAILED, VersionStatus.PURGED])
def test_what_is_not_ready_is_not_sent(actor, version, status):
    version.status = status

    with pytest.raises(Conflict) as refusal:
        exports.download(actor=actor, version=version, file_format=Format.CSV)
    with pytest.raises(Conflict):
        exports.bad_rows(version)

    assert refusal.value.code == f"dataset_{status}"
    assert not OutboxEvent.objects.filter(kind="dataset.downloaded").exists()


def test_files_that_vanished_are_told_as_gone(actor, version):
    versions.purge_dataset(actor=actor, dataset=version.dataset)

    for file_format in Format:  # the version at hand still says ready
        with pytest.raises(Conflict, match="The files of this version are gone"):
            exports.download(actor=actor, version=version, file_format=file_format)


def test_rows_that_could_not_be_read_are_safe_too(actor, project):
    table = b"a,b\n1,2\n=1,3,4\n5,6\n"
    dataset = services.add_dataset(actor=actor, project=project, chunks=[table], filename="t.csv")

    response = exports.bad_rows(queries.version(dataset, 1))

    header, row = csv.reader(io.StringIO(b"".join(response.streaming_content).decode()))
    assert (header, row[0], row[2]) == (["line", "reason", "text"], "3", "'=1,3,4")
    assert response["Content-Disposition"] == 'attachment; filename="t-v1-bad-rows.csv"'


def test_no_bad_rows_is_a_header_only(version):
    assert b"".join(exports.bad_rows(version).streaming_content) == b"line,reason\n"
