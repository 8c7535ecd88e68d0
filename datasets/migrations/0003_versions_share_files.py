from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("datasets", "0002_reading_is_followed")]

    operations = [
        migrations.AddField("datasetversion", "content_id", models.UUIDField(null=True, editable=False)),
    ]
