import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("datasets", "0004_versions_so_far_have_their_own_files")]

    operations = [
        migrations.AlterField(
            "datasetversion", "content_id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)
        ),
        migrations.AddIndex(
            "datasetversion", models.Index(fields=["sha256"], name="versions_of_the_same_bytes")
        ),
    ]
