from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_initial")]

    operations = [
        migrations.AddIndex("upload", models.Index(fields=["received_at"], name="ingest_upload_received")),
    ]
