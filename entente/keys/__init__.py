"""Sealed columns, the keystore outside the database, and rate limits that keep no address."""
