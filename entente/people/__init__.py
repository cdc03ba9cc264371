"""Organisations, persons, accounts, memberships, and how people sign in."""
