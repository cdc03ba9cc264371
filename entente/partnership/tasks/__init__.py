"""What the partnership does by itself: reminders, escalations, imports."""
