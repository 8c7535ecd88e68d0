import errno
import html
import os
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from datasets.models import Dataset, DatasetVersion, VersionStatus
from tests import factories

HTMX = {"HX-Request": "true"}


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def upload(client, project, content=None, filename="flowers.csv", name=""):
    content = factories.flowers() if content is None else content
    file = SimpleUploadedFile(filename, content)
    return client.post(f"/projects/{project.pk}/data/upload", {"file": file, "name": name})


def shown(answer):
    """The page's text, as a browser would read it."""
    return html.unescape(answer.content.decode())


def test_upload_leads_to_the_table(web, project):
    assert web.get(f"/projects/{project.pk}/data/upload").status_code == 200

    answer = upload(web, project, name="Garden")

    dataset = Dataset.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/data/{dataset.pk}")
    assert (dataset.name, dataset.project, dataset.versions.get().rows) == ("Garden", project, 60)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "The file is empty."), (b"a\n1\n2\n", "Only one column"), (b"a,b\n", "no rows")]
)
def test_upload_of_what_is_no_table_says_why_beside_the_field(web, project, content, words):
    answer = upload(web, project, content)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["file"])
    assert words in shown(answer)
    assert not Dataset.objects.exists()


def test_upload_without_a_file_says_so(web, project):
    answer = web.post(f"/projects/{project.pk}/data/upload", {"name": "Garden"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["file"])
    assert not Dataset.objects.exists()


def test_upload_announced_too_large_is_refused_as_a_page(web, project):
    answer = web.post(f"/projects/{project.pk}/data/upload", CONTENT_LENGTH=str(101 * 1024**2))

    assert answer.status_code == 413
    assert "larger than the limit of 100 MB" in shown(answer)


def test_upload_beyond_the_limit_is_refused_beside_the_form(web, project, settings):
    settings.UPLOAD_MAX_BYTES = 1024

    answer = upload(web, project, factories.flowers(200))

    assert answer.status_code == 413
    assert "larger than the limit" in shown(answer)


def test_upload_needs_the_token_of_its_form(person, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    assert upload(client, project).status_code == 403
    assert not Dataset.objects.exists()


def test_sample_is_one_click_away(web, project):
    answer = web.post(f"/projects/{project.pk}/data/sample", {"key": "iris"})

    dataset = Dataset.objects.get()
    assert (answer["Location"], dataset.name) == (f"/data/{dataset.pk}", "Iris flowers")
    assert web.get(f"/projects/{project.pk}/data/sample").status_code == 405
    assert web.post(f"/projects/{project.pk}/data/sample", {"key": "titanic"}).status_code == 400


def test_upload_page_names_the_formats_and_the_limits(web, project):
    answer = web.get(f"/projects/{project.pk}/data/upload")

    assert all(words in shown(answer) for words in ("Parquet", "gzipped", "100 MB", "2,000 columns"))


def test_upload_onto_a_full_disk_is_refused_as_a_page(web, project, settings):
    settings.DISK_RESERVE_BYTES = 2**62

    answer = web.post(f"/projects/{project.pk}/data/upload", CONTENT_LENGTH=str(1024**2))

    assert answer.status_code == 507
    assert "The disk of this server is full" in shown(answer)


class DiskThatFills(TemporaryFileUploadHandler):
    """Takes the files of a form until the disk is full."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_fills_while_the_form_comes_in_is_told_as_a_page(person, project, settings):
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}.DiskThatFills"]
    web = Client(enforce_csrf_checks=True, raise_request_exception=False)  # the check of the token reads the form
    web.force_login(person)

    answer = web.post(f"/projects/{project.pk}/data/upload", {"file": SimpleUploadedFile("table.csv", b"a,b\n1,2\n")})

    assert answer.status_code == 507
    assert "The disk of this server is full" in shown(answer)
    assert list(settings.FILE_UPLOAD_TEMP_DIR.glob("*.upload*")) == []


def test_reading_tells_the_stage_with_its_counts(web, dataset):
    DatasetVersion.objects.update(
        status=VersionStatus.PROCESSING,
        stage="reading",
        progress_detail={"done": 412_000_000, "total": 1_000_000_000, "unit": "bytes"},
    )

    part, page = web.get(f"/data/{dataset.pk}/reading", headers=HTMX), web.get(f"/data/{dataset.pk}")

    for answer in (part, page):
        assert "Reading: 412 MB of 1 GB" in shown(answer)
        assert f'hx-get="/data/{dataset.pk}/reading?version=1"' in shown(answer)
    assert "<html" not in shown(part)


def test_reading_that_has_ended_makes_the_page_anew(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/reading?version=1", headers=HTMX)

    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (200, "true", b"")


def test_reading_of_what_was_deleted_makes_the_page_anew(web):
    answer = web.get(f"/data/{uuid4()}/reading", headers=HTMX)

    assert (answer.status_code, answer["HX-Refresh"]) == (404, "true")


def test_reading_without_scripts_leads_to_the_page(web, dataset):
    assert web.get(f"/data/{dataset.pk}/reading")["Location"] == f"/data/{dataset.pk}"
