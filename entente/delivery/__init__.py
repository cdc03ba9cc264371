"""Messages out: an outbox, retries, and the proof of what was sent."""
