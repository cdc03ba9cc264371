from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0005_register")]
    operations: list[migrations.operations.base.Operation] = []
