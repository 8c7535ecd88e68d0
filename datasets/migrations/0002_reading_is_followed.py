import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("datasets", "0001_initial"),
    ]

    operations = [
        migrations.RenameField("datasetversion", "claimed_at", "heartbeat_at"),
        migrations.AddField("datasetversion", "lease_owner", models.CharField(blank=True, max_length=200, default="")),
        migrations.AlterField("datasetversion", "lease_owner", models.CharField(blank=True, max_length=200)),
        migrations.AddField("datasetversion", "stage", models.CharField(blank=True, max_length=60, default="")),
        migrations.AlterField("datasetversion", "stage", models.CharField(blank=True, max_length=60)),
        migrations.AddField("datasetversion", "progress", models.FloatField(default=0)),
        migrations.AddField("datasetversion", "progress_detail", models.JSONField(default=dict)),
        migrations.AddField("datasetversion", "exploration", models.JSONField(default=dict)),
        migrations.AddField("datasetversion", "table_bytes", models.BigIntegerField(default=0)),
        migrations.AddField(
            "datasetversion",
            "created_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "datasetversion",
            "status",
            models.CharField(
                choices=[
                    ("processing", "Reading"),
                    ("ready", "Ready"),
                    ("failed", "Failed"),
                    ("purged", "Purged"),
                ],
                default="processing",
                max_length=12,
            ),
        ),
    ]
