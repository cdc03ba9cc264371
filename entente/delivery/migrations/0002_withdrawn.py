"""A message names the member it is for, and can be taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.AddField(model_name="message", name="member_id", field=models.UUIDField(null=True)),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("sent", "sent"),
                    ("failed", "could not be delivered"),
                    ("withdrawn", "taken back before it was sent"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
    ]
