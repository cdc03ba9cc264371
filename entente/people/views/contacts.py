"""Whom to ring in an organisation, who stands in, and what the organisation has to do with others."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.people.forms.directory import ContactForm, TieForm
from entente.people.listing import ON_CONTACT
from entente.people.models import Contact, Entry, Tie
from entente.people.queries import directory as queries
from entente.people.rules import directory as may
from entente.people.sentences.directory import tie_in_words
from entente.people.services import contacts, ties
from entente.people.sign_in import MemberRequest
from entente.people.views.directory import REFUSED_HERE, found


def _contact(request: MemberRequest, entry: Entry, contact: uuid.UUID) -> Contact:
    """One post of the organisation, or 404 for whoever may not ring there."""
    rows = Contact.objects.visible_to(request.member).select_related("organisation")
    row = rows.filter(organisation_id=entry.organisation_id, pk=contact).first()
    if row is None:
        raise Http404
    return row


def add_contact(request: MemberRequest, slug: str) -> HttpResponse:
    """Name a post and who holds it."""
    entry = found(request, slug)
    may.may_write_contacts(request.member, entry.organisation, entry, clock.now()).require()
    form = ContactForm(request.POST or None)
    if form.is_valid():
        contacts.add_contact(entry.organisation, form.new_contact, by=request.member)
        messages.success(request, _("The post is named."))
        return redirect("people:organisation", slug)
    context = {"entry": entry, "form": form}
    return render(request, "people/add_contact.html", context, status=400 if form.is_bound else 200)


def edit_contact(request: MemberRequest, slug: str, contact: uuid.UUID) -> HttpResponse:
    """Correct a post, or say that somebody is on leave."""
    entry = found(request, slug)
    post = _contact(request, entry, contact)
    may.may_edit_contact(request.member, post, entry, clock.now()).require()
    shown = {name: getattr(post, name) for name in (*ON_CONTACT, "state", "back_on")}
    form = ContactForm(request.POST or None, initial=shown)
    if form.is_valid():
        contacts.edit_contact(post, by=request.member, **form.cleaned_data)
        messages.success(request, _("The post is corrected."))
        return redirect("people:organisation", slug)
    context = {"entry": entry, "contact": post, "form": form}
    return render(request, "people/edit_contact.html", context, status=400 if form.is_bound else 200)


@require_POST
def order_contacts(request: MemberRequest, slug: str) -> HttpResponse:
    """Let one post be rung one place earlier."""
    entry = found(request, slug)
    order = [row.pk for row in queries.contacts_of(entry.organisation, request.member)]
    wanted = request.POST.get("up", "")
    place = next((place for place, pk in enumerate(order) if str(pk) == wanted), 0)
    if place:
        order[place - 1], order[place] = order[place], order[place - 1]
    contacts.order_contacts(entry.organisation, order, by=request.member)
    return redirect(f"{request.path.removesuffix('contacts/order/')}#contacts")


def end_contact(request: MemberRequest, slug: str, contact: uuid.UUID) -> HttpResponse:
    """Somebody left the post."""
    entry = found(request, slug)
    post = _contact(request, entry, contact)
    decision = may.may_edit_contact(request.member, post, entry, clock.now()).require()
    if request.method == "POST":
        contacts.end_contact(post, by=request.member)
        messages.success(request, _("Nobody is sent there any more. Whoever stood in moves up."))
        return redirect("people:organisation", slug)
    context = {"entry": entry, "contact": post, "decision": decision}
    return render(request, "people/end_contact.html", context)


def tie_organisations(request: MemberRequest, slug: str) -> HttpResponse:
    """Note what the organisation has to do with another one."""
    entry = found(request, slug)
    form, refusal = TieForm(request.POST or None), ""
    if form.is_valid():
        other = form.found(queries.named(form.cleaned_data["other"], request.member))
        if other is not None:
            told = {name: form.cleaned_data[name] for name in ("kind", "since")}
            try:
                ties.tie_organisations(entry.organisation, other, by=request.member, **told)
            except Refused as refused:
                refusal = str(refused.decision)
            else:
                messages.success(request, _("The tie is noted."))
                return redirect("people:organisation", slug)
    status = REFUSED_HERE if refusal else 400 if form.is_bound else 200
    context = {"entry": entry, "form": form, "refusal": refusal}
    return render(request, "people/tie_organisations.html", context, status=status)


def untie(request: MemberRequest, slug: str, tie: uuid.UUID) -> HttpResponse:
    """It is no longer so."""
    entry = found(request, slug)
    rows = Tie.objects.visible_to(request.member).select_related("one", "other")
    noted = rows.filter(pk=tie).first()
    if noted is None or entry.organisation_id not in {noted.one_id, noted.other_id}:
        raise Http404
    may.may_untie(request.member, noted, clock.now()).require()
    if request.method == "POST":
        ties.untie(noted, by=request.member)
        messages.success(request, _("The tie has ended."))
        return redirect("people:organisation", slug)
    context = {"entry": entry, "sentence": tie_in_words(noted)}
    return render(request, "people/untie.html", context)
