from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0006_library")]
    operations: list[migrations.operations.base.Operation] = []
