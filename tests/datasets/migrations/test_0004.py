import uuid

import pytest

from tests.migrating import migrated

BEFORE = ("datasets", "0003_versions_share_files")
AFTER = ("datasets", "0004_versions_so_far_have_their_own_files")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("back_to_now")
def test_versions_so_far_name_their_own_files_and_others_stay():
    old = migrated(BEFORE)
    workspace = old.get_model("workspaces", "Workspace").objects.create(name="Lab", slug="lab")
    project = old.get_model("workspaces", "Project").objects.create(workspace=workspace, name="One")
    dataset = old.get_model("datasets", "Dataset").objects.create(project=project, name="Flowers")
    kept = uuid.uuid4()
    about = {"dataset": dataset, "filename": "t.csv", "size_bytes": 1, "sha256": "0" * 64}
    versions = old.get_model("datasets", "DatasetVersion").objects
    first, second = (versions.create(number=place, content_id=given, **about) for place, given in ((1, None), (2, kept)))

    new = migrated(AFTER)

    found = dict(new.get_model("datasets", "DatasetVersion").objects.values_list("pk", "content_id"))
    assert found == {first.pk: first.pk, second.pk: kept}
