from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0003_meetings")]
    operations: list[migrations.operations.base.Operation] = []
