"""Who is who in the partnership, what they promised each other, and with what means."""
