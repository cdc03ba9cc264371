"""What the partnership does by itself: reminders, escalations, imports."""

from importlib import import_module
from pkgutil import iter_modules

# The queue looks at this package only: every file in it is one of its tasks.
for _part in iter_modules(__path__):
    import_module(f"{__name__}.{_part.name}")
