"""Sets a database up: roles, schema, walls."""

import hashlib
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

LOGIN_ROLES = (
    "entente_owner",
    "entente_staff",
    "entente_public",
    "entente_worker",
    "entente_sequencer",
    "entente_auditor",
)
GUARD = "entente_guard"  # owns the functions that derive who is asking; nobody signs in as it


def password(role: str, admin_url: str) -> str:
    """The demo's and the tests' password of a role, derived from the administrator's."""
    secret = unquote(urlsplit(admin_url).password or "")
    return hashlib.sha256(f"{role}|{secret}".encode()).hexdigest()


def url_for(role: str, admin_url: str, name: str) -> str:
    """Where a process of `role` finds the database `name`."""
    parts = urlsplit(admin_url)
    return f"postgresql://{role}:{quote(password(role, admin_url))}@{parts.hostname}:{parts.port}/{name}"


def make_roles(admin_url: str) -> None:
    """Make the roles that are missing. Idempotent."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role in (*LOGIN_ROLES, GUARD):
            if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                connection.execute(
                    sql.SQL("create role {} nosuperuser nobypassrls").format(sql.Identifier(role))
                )
        for role in LOGIN_ROLES:
            connection.execute(
                sql.SQL("alter role {} login password {}").format(
                    sql.Identifier(role), sql.Literal(password(role, admin_url))
                )
            )
        connection.execute(sql.SQL("grant {} to entente_owner").format(sql.Identifier(GUARD)))


def make_database(admin_url: str, name: str, *, template: str | None = None) -> None:
    """Make the database `name`, empty or as a copy of `template`, owned by the owner role."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return
        made = sql.SQL("create database {} owner entente_owner template {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        connection.execute(made)


def drop_database(admin_url: str, name: str) -> None:
    """Drop the database `name`, whoever is connected."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def prepare_database() -> None:
    """Bring the schema up to date and put the walls up. Django is set up and connected as the owner."""
    from django.core.management import call_command

    from entente.agreements import second_wall

    call_command("migrate", verbosity=0)
    second_wall.apply()
