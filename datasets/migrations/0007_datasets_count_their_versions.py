from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("datasets", "0006_schemas_and_recipes")]

    operations = [
        migrations.AddField(
            model_name="dataset",
            name="versions_made",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
