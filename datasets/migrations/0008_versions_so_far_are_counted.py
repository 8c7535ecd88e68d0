from django.db import migrations
from django.db.models import OuterRef, Subquery


def count_versions(apps, schema_editor):
    """The greatest number that is there; one that was deleted after it is not known any more."""
    versions = apps.get_model("datasets", "DatasetVersion").objects.filter(dataset=OuterRef("pk"))
    newest = Subquery(versions.order_by("-number").values("number")[:1])
    uncounted = apps.get_model("datasets", "Dataset").objects.filter(versions_made=0)
    uncounted.exclude(versions=None).update(versions_made=newest)


class Migration(migrations.Migration):

    dependencies = [("datasets", "0007_datasets_count_their_versions")]

    operations = [migrations.RunPython(count_versions, migrations.RunPython.noop)]
