"""Whoever left their post is forgotten after a year, and not before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from entente.audit import clock
from entente.audit.actors import Credential, acting, job
from entente.people.models import Contact, Member
from entente.people.queries.directory import contacts_of
from entente.people.services import contacts
from entente.people.tasks import forget_contacts

OWNER = job("test", None)


def test_a_post_that_somebody_left_is_forgotten_after_a_year(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")
    with acting(OWNER):
        amina = Member.objects.select_related("person", "organisation").get(person__name="Amina Haddad")
    amina.credential = Credential("member", str(amina.pk))
    with acting(amina):
        post = contacts_of(amina.organisation, amina)[0]
    contacts.end_contact(post, by=amina)
    for days, is_kept in ((364, True), (366, False)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            forget_contacts(by=OWNER)
        with acting(OWNER):
            assert Contact.objects.visible_to(OWNER).filter(pk=post.pk).exists() is is_kept
