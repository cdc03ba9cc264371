from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0001_groups")]
    operations: list[migrations.operations.base.Operation] = []
