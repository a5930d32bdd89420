"""The reading queue, a local table: see ``habeas.archive.pipeline``."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("archive", "0001_ledger_content_local"),)
    operations = (
        migrations.CreateModel(
            name="ReadingJob",
            fields=[
                ("exhibit", models.BigIntegerField(primary_key=True, serialize=False)),
                ("worker", models.CharField(max_length=120, default="")),
                ("leased_until", models.BigIntegerField(default=0)),
                ("attempts", models.SmallIntegerField(default=0)),
            ],
            options={
                "db_table": "local_reading_job",
                "indexes": [models.Index(fields=["worker"], name="reading_job_by_worker")],
            },
        ),
    )
