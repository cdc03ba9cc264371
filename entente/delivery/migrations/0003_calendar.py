"""A message may bring a calendar file."""

from django.db import migrations

import entente.keys.fields


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_withdrawn")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="calendar",
            field=entente.keys.fields.Sealed(blank=True),
        ),
    ]
