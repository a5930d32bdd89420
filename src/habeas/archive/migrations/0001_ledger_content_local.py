"""The permanent tables. Never changed by a later migration: see ``habeas.archive.store.schema``."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.CharField(max_length=32, unique=True)),
                ("time", models.BigIntegerField()),
                ("leaf_hash", models.BinaryField()),
                ("note", models.BinaryField()),
            ],
            options={"db_table": "ledger_entry"},
        ),
        migrations.CreateModel(
            name="LedgerCheckpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.BinaryField()),
            ],
            options={"db_table": "ledger_checkpoint"},
        ),
        migrations.CreateModel(
            name="ContentDisclosures",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("disclosures", models.BinaryField()),
            ],
            options={"db_table": "content_disclosures"},
        ),
        migrations.CreateModel(
            name="ContentObjectKey",
            fields=[
                ("address", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("epoch", models.IntegerField()),
                ("wrapped_identity", models.BinaryField()),
            ],
            options={"db_table": "content_object_key"},
        ),
        migrations.CreateModel(
            name="LocalState",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=200)),
            ],
            options={"db_table": "local_state"},
        ),
    )
