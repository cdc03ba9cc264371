"""Reads the directory from tables and address books and writes it to them. Free of Django."""
