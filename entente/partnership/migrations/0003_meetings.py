from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0002_charters")]
    operations: list[migrations.operations.base.Operation] = []
