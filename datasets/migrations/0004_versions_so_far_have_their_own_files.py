from django.db import migrations
from django.db.models import F


def name_own_files(apps, schema_editor):
    """Files stood at the version's own id."""
    apps.get_model("datasets", "DatasetVersion").objects.filter(content_id=None).update(content_id=F("id"))


class Migration(migrations.Migration):

    dependencies = [("datasets", "0003_versions_share_files")]

    operations = [migrations.RunPython(name_own_files, migrations.RunPython.noop)]
