"""Addresses of drafting agreements."""

from django.urls import URLPattern, path

from entente.partnership.views import dossier, drafting, mandates, matrix, printed_agreement

AT = "agreements/<uuid:agreement_id>/dossier/"
public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [
    path("agreements/new/", drafting.draft_from_template, name="draft_from_template"),
    path("agreements/mandates/", mandates.mandates, name="mandates"),
    path("agreements/mandates/new/", mandates.record_mandate, name="record_mandate"),
    path("agreements/mandates/<uuid:mandate_id>/end/", mandates.end_mandate, name="end_mandate"),
    path(AT, dossier.dossier, name="dossier"),
    path(f"{AT}open/", drafting.open_dossier, name="open_dossier"),
    path(f"{AT}texts/", drafting.write_dossier, name="write_dossier"),
    path(f"{AT}parties/", drafting.add_party, name="add_party"),
    path(f"{AT}matrix/", matrix.set_matrix, name="set_matrix"),
    path(f"{AT}bases/", drafting.state_basis, name="state_basis"),
    path(f"{AT}bases/<uuid:basis_id>/withdraw/", drafting.withdraw_basis, name="withdraw_basis"),
    path(f"{AT}opinions/", drafting.ask_opinions, name="ask_opinions"),
    path(f"{AT}opinions/<uuid:opinion_id>/", drafting.give_opinion, name="give_opinion"),
    path(f"{AT}signature/", drafting.open_signature, name="open_signature"),
    path(f"{AT}draft/", drafting.reopen_draft, name="reopen_draft"),
    path(f"{AT}review/", drafting.review_agreement, name="review_agreement"),
    path(f"{AT}amend/", drafting.amend_agreement, name="amend_agreement"),
    path(f"{AT}paper/", printed_agreement.printed_agreement, name="printed_agreement"),
]
