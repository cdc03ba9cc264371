from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0004_drafting")]
    operations: list[migrations.operations.base.Operation] = []
