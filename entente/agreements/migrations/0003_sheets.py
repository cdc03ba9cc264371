from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_mandates")]
    operations = [
        migrations.AddIndex(
            model_name="clause",
            index=models.Index(fields=["agreement", "purpose", "giving"], name="agreements_sheets"),
        ),
    ]
