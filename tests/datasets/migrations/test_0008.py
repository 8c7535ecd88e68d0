import pytest

from tests.migrating import migrated

BEFORE = ("datasets", "0007_datasets_count_their_versions")
AFTER = ("datasets", "0008_versions_so_far_are_counted")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("back_to_now")
def test_datasets_so_far_count_up_to_their_newest_version():
    old = migrated(BEFORE)
    workspace = old.get_model("workspaces", "Workspace").objects.create(name="Lab", slug="lab")
    project = old.get_model("workspaces", "Project").objects.create(workspace=workspace, name="One")
    datasets = old.get_model("datasets", "Dataset").objects
    gaps, counted, empty = (datasets.create(project=project, name=name) for name in ("gaps", "counted", "empty"))
    datasets.filter(pk=counted.pk).update(versions_made=9)
    for dataset, number in ((gaps, 1), (gaps, 4), (counted, 2)):
        about = {"filename": "t.csv", "size_bytes": 1, "sha256": "0" * 64}
        old.get_model("datasets", "DatasetVersion").objects.create(dataset=dataset, number=number, **about)

    new = migrated(AFTER)

    found = dict(new.get_model("datasets", "Dataset").objects.values_list("pk", "versions_made"))
    assert found == {gaps.pk: 4, counted.pk: 9, empty.pk: 0}
