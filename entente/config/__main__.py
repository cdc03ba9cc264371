"""The command line: `entente demo`, `entente web`, `entente worker` and the rest."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from entente.config import supervise


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entente.config.settings")
    django.setup()


def _prepare(arguments: argparse.Namespace) -> int:
    """Bring the schema up to date and put the walls up; DATABASE_URL is the owner's."""
    from entente.config.database import prepare_database

    _django()
    prepare_database()
    return 0


def _make_roles(arguments: argparse.Namespace) -> int:
    from entente.config import database

    database.make_roles(arguments.admin_url)
    database.make_database(arguments.admin_url, arguments.name)
    for role in database.LOGIN_ROLES:
        print(f"{role}: {database.url_for(role, arguments.admin_url, arguments.name)}")
    return 0


def _demo_city(arguments: argparse.Namespace) -> int:
    _django()
    from entente.demo.city import build_city

    build_city(say=print)
    return 0


def _import_polis(arguments: argparse.Namespace) -> int:
    _django()
    from entente.config.import_polis import import_folder

    return import_folder(
        arguments.folder, acting=arguments.acting, language=arguments.language, yes=arguments.yes
    )


def _invite(arguments: argparse.Namespace) -> int:
    _django()
    from entente.config.invite import invite

    return invite(arguments.address, shows_link=arguments.show_link)


def _add_member(arguments: argparse.Namespace) -> int:
    _django()
    from entente.config.add_member import add_member

    return add_member(
        arguments.organisation,
        person=arguments.person,
        email=arguments.email,
        role=arguments.role,
        language=arguments.language,
        shows_link=arguments.show_link,
    )


def _start_town(arguments: argparse.Namespace) -> int:
    _django()
    from entente.config.start_town import Wanted, start_town

    wanted = Wanted(arguments.organisation, arguments.person, arguments.email, arguments.language)
    return start_town(wanted, shows_link=arguments.show_link)


def _sequencer(arguments: argparse.Namespace) -> int:
    from entente.config.sequencer import sequencer

    return sequencer(is_key_new=arguments.new_key)


def _witness(arguments: argparse.Namespace) -> int:
    from entente.config import witness

    return witness.main(arguments.rest)


def _runs(command: Callable[[], int | None]) -> Callable[[argparse.Namespace], int]:
    return lambda arguments: command() or 0


def _add_people(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands that let somebody in."""
    start = add(
        "start-town", "Make the first organisation and let its coordinator in, as the owner.", _start_town
    )
    start.add_argument(
        "--organisation", default="", help="its name, usually the city’s; asked for if not given"
    )
    start.add_argument("--person", default="", help="the coordinator’s name; asked for if not given")
    start.add_argument("--email", default="", help="the coordinator’s e-mail address; asked for if not given")
    start.add_argument(
        "--language", default="en", choices=["en", "fr", "ar", "ro"], help="the coordinator’s language"
    )
    start.add_argument("--show-link", action="store_true", help="show the link here instead of mailing it")
    member = add("add-member", "Add somebody to an organisation and let them in, as the owner.", _add_member)
    member.add_argument("organisation", help="the organisation’s short name, as in its page’s address")
    member.add_argument("--person", required=True, help="their name")
    member.add_argument("--email", required=True, help="their e-mail address")
    roles_of_members = ["member", "coordinator", "officer", "overseer"]
    member.add_argument(
        "--role", default="member", choices=roles_of_members, help="what they may do (member)"
    )
    member.add_argument(
        "--language", default="en", choices=["en", "fr", "ar", "ro"], help="the person’s language"
    )
    member.add_argument("--show-link", action="store_true", help="show the link here instead of mailing it")


def parser() -> argparse.ArgumentParser:
    """Every command and its options; docs/run/commands.md lists the same."""
    root = argparse.ArgumentParser(
        prog="entente", description="The workspace of a city's prevention partnership."
    )
    commands = root.add_subparsers(dest="command", required=True)

    def add(name: str, sentence: str, action: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=sentence, description=sentence)
        command.set_defaults(action=action)
        return command

    add("demo", "Run everything with the imagined city of Marenne.", _runs(supervise.demo))
    add("run", "Run web, worker and sequencer together on your database.", _runs(supervise.run))
    add("web", "Run the web server.", _runs(supervise.web))
    add("worker", "Run the worker.", _runs(supervise.worker))
    sequencer = add("sequencer", "Give the log's events their places in its tree, and sign.", _sequencer)
    sequencer.add_argument("--new-key", action="store_true", help="go on although the log's key is another")
    witness = add("witness", "Watch over a log from outside; see `entente witness --help`.", _witness)
    witness.add_argument("rest", nargs=argparse.REMAINDER, help="init, run or check, with their options")
    add("prepare-database", "Bring the schema up to date and put the walls up, as the owner.", _prepare)
    roles = add("make-database", "Make the roles and an empty database, as an administrator.", _make_roles)
    roles.add_argument("admin_url", help="postgresql://administrator:password@host:port/postgres")
    roles.add_argument("--name", default="entente", help="the database (entente)")
    add("demo-city", "Fill an empty database with the imagined city, as the owner.", _demo_city)
    invite = add("invite", "Mail a member a link to sign in, as the owner.", _invite)
    invite.add_argument("address", help="the member's e-mail address")
    invite.add_argument("--show-link", action="store_true", help="show the link here instead of mailing it")
    _add_people(add)
    polis = add("import-polis", "Bring in a conversation exported from Polis, as the owner.", _import_polis)
    polis.add_argument("folder", help="the folder or zip with comments.csv and votes.csv")
    polis.add_argument(
        "--as", dest="acting", required=True, metavar="ADDRESS", help="a coordinator's e-mail address"
    )
    polis.add_argument(
        "--language", default="en", choices=["en", "fr", "ar", "ro"], help="what it is written in"
    )
    polis.add_argument("--yes", action="store_true", help="do not ask after the preview")
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the result is the process's exit code."""
    chosen = parser().parse_args(arguments)
    result: int = chosen.action(chosen)
    return result


if __name__ == "__main__":
    sys.exit(main())
