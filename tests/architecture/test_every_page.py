"""Who gets which page. A new address fails here until the table says so."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from entente.people.models import Member
from tests.conftest import City

# What a GET answers. In staff addresses the record is the city's draft, in public ones a public dialogue.
#   302 on a staff page: sign in first; 404: for this reader the record does not exist; 405: only posted to.
#   403: not this role; 409: not in this state; 410: the link is spent.
# fmt: off
WHO_GETS: dict[str, tuple[int, int, int, int, int]] = {
    # page                                visitor owner colleague partner outsider
    "portal_root:root":                    (302, 302, 302, 302, 302),
    "health":                  (200, 200, 200, 200, 200),
    "portal_root:robots":                  (200, 200, 200, 200, 200),
    "portal:home":                         (200, 200, 200, 200, 200),
    "portal:partnership":                  (200, 200, 200, 200, 200),
    "portal:refusals":                     (200, 200, 200, 200, 200),
    "log:checkpoint":                      (404, 404, 404, 404, 404),  # nothing is sequenced in this city
    "log:key":                             (404, 404, 404, 404, 404),
    "log:tile":                            (404, 404, 404, 404, 404),
    "log:entries":                         (404, 404, 404, 404, 404),
    "log:add_cosignatures":                (405, 405, 405, 405, 405),
    "rights:log":                          (302, 403, 403, 403, 403),  # the overseer alone
    "rights:log_list":                     (302, 403, 403, 403, 403),
    "rights:witnesses":                    (302, 403, 403, 403, 403),
    "rights:withdraw_witness":             (302, 403, 403, 403, 403),
    "rights_public:complain":             (200, 200, 200, 200, 200),
    "rights_public:find_complaint":       (200, 200, 200, 200, 200),
    "rights_public:read_complaint":       (404, 404, 404, 404, 404),
    "rights:complaints":                  (302, 200, 200, 200, 200),
    "rights:complaint":                   (302, 404, 404, 404, 404),
    "rights:assign_complaint":            (302, 404, 404, 404, 404),
    "rights:acknowledge_complaint":       (302, 404, 404, 404, 404),
    "rights:investigate_complaint":       (302, 404, 404, 404, 404),
    "rights:ask_question":                (302, 404, 404, 404, 404),
    "rights:write_to_person":             (302, 404, 404, 404, 404),
    "rights:extend_complaint":            (302, 404, 404, 404, 404),
    "rights:answer_complaint":            (302, 404, 404, 404, 404),
    "rights:add_remedy":                  (302, 404, 404, 404, 404),
    "rights:close_complaint":             (302, 404, 404, 404, 404),
    "rights:answer_question":             (302, 404, 404, 404, 404),
    "rights:complete_remedy":             (302, 404, 404, 404, 404),
    "demo:sign_in_as":                     (405, 405, 405, 405, 405),
    "demo:mailbox":                        (200, 200, 200, 200, 200),
    "dialogue:dialogues":                  (200, 200, 200, 200, 200),
    "dialogue:dialogue":                   (200, 200, 200, 200, 200),
    "dialogue:vote":                       (200, 200, 200, 200, 200),
    "dialogue:add_statement":              (200, 200, 200, 200, 200),
    "dialogue:enter_code":                 (200, 200, 200, 200, 200),
    "dialogue:join_session":               (200, 200, 200, 200, 200),
    "dialogue:tablet":                     (200, 200, 200, 200, 200),
    "dialogue:where_i_stand":              (200, 200, 200, 200, 200),
    "dialogue:moderation_log":             (200, 200, 200, 200, 200),
    "dialogue:moderation_table":           (200, 200, 200, 200, 200),
    "dialogue:report":                     (200, 200, 200, 200, 200),
    "dialogue:map_picture":                (200, 200, 200, 200, 200),
    "dialogue:printed_report":             (200, 200, 200, 200, 200),
    "dialogue:open_data":                  (200, 200, 200, 200, 200),
    "records:my_work":                     (302, 200, 200, 200, 200),
    "records:search":                      (302, 200, 200, 200, 200),
    "records:complete_action":             (302, 405, 405, 405, 405),
    "records:record_list":                 (302, 200, 200, 200, 200),
    "records:open_matter":                 (302, 200, 200, 200, 200),
    "records:export_records":              (302, 200, 200, 200, 200),
    "records:changes":                     (302, 200, 200, 200, 200),
    "records:changes_feed":                (302, 200, 200, 200, 200),
    "records:api_records":                 (302, 200, 200, 200, 200),
    "records:api_record":                  (302, 200, 200, 404, 404),
    "records:record":                      (302, 302, 302, 404, 404),
    "records:keep_file":                   (302, 200, 200, 404, 404),
    "records:download_file":               (302, 404, 404, 404, 404),
    "records:write_note":                  (302, 200, 200, 404, 404),
    "records:add_action":                  (302, 200, 200, 404, 404),
    "records:share_record":                (302, 200, 200, 404, 404),
    "records:end_participation":           (302, 404, 404, 404, 404),
    "records:state_purpose":               (302, 302, 302, 404, 404),
    "records:who_can_see":                 (302, 200, 200, 404, 404),
    "records:why_do_i_see_this":           (302, 200, 200, 404, 404),
    "records:who_has_seen":                (302, 200, 200, 404, 404),
    "records:still_open":                  (302, 200, 200, 404, 404),
    "records:issue_receipt":               (302, 200, 403, 404, 404),
    "records:break_glass":                 (302, 200, 200, 200, 200),
    "records:glass_list":                  (302, 200, 200, 200, 200),
    "records:review_glass":                (302, 404, 404, 404, 404),
    "records_public:who_looked":           (200, 200, 200, 200, 200),
    "records_public:download_proofs":      (405, 405, 405, 405, 405),
    "dialogue_staff:dialogue_list":        (302, 200, 200, 200, 200),
    "dialogue_staff:draft_dialogue":       (302, 200, 403, 403, 403),
    "dialogue_staff:manage_dialogue":      (302, 200, 200, 404, 404),
    "dialogue_staff:edit_dialogue":        (302, 200, 403, 404, 404),
    "dialogue_staff:translate_dialogue":   (302, 200, 403, 404, 404),
    "dialogue_staff:add_statement":        (302, 200, 403, 404, 404),
    "dialogue_staff:moderate_statements":  (302, 200, 403, 404, 404),
    "dialogue_staff:open_dialogue":        (302, 200, 403, 404, 404),
    "dialogue_staff:freeze_dialogue":      (302, 409, 403, 404, 404),
    "dialogue_staff:unfreeze_dialogue":    (302, 409, 403, 404, 404),
    "dialogue_staff:close_dialogue":       (302, 409, 403, 404, 404),
    "dialogue_staff:edit_report":          (302, 200, 403, 404, 404),
    "dialogue_staff:publish_outcome":      (302, 409, 403, 404, 404),
    "dialogue_staff:make_codes":           (302, 200, 403, 404, 404),
    "dialogue_staff:forget_codes":         (302, 405, 405, 405, 405),
    "dialogue_staff:session_list":         (302, 200, 403, 404, 404),
    "dialogue_staff:plan_session":         (302, 200, 403, 404, 404),
    "dialogue_staff:session":              (302, 404, 403, 404, 404),
    "dialogue_staff:end_session":          (302, 404, 403, 404, 404),
    "dialogue_staff:session_wall":         (302, 404, 403, 404, 404),
    "dialogue_staff:paper_sheet":          (302, 404, 403, 404, 404),
    "dialogue_staff:type_sheet":           (302, 404, 403, 404, 404),
    "dialogue_staff:batch_list":           (302, 200, 403, 404, 404),
    "dialogue_staff:exclusion":            (302, 404, 403, 404, 404),
    "dialogue_staff:polis_exports":        (302, 200, 403, 404, 404),
    "dialogue_staff:compare_polis":        (302, 405, 405, 405, 405),
    "dialogue_staff:take_polis_export":    (302, 405, 405, 405, 405),
    "dialogue_staff:import_list":          (302, 200, 200, 200, 200),
    "dialogue_staff:import_polis":         (302, 200, 403, 403, 403),
    "dialogue_staff:import_run":           (302, 404, 404, 404, 404),
    "dialogue_staff:import_findings":      (302, 404, 404, 404, 404),
    "dialogue_staff:resume_import":        (302, 405, 405, 405, 405),
    "partnership_staff:partnership":       (302, 200, 200, 200, 200),
    "partnership_staff:directory_files":   (302, 200, 200, 200, 200),
    "partnership_staff:upload_directory":  (302, 200, 403, 403, 403),
    "partnership_staff:directory_template": (302, 404, 404, 404, 404),  # there is no table of that form
    "partnership_staff:export_directory":  (302, 404, 404, 404, 404),
    "partnership_staff:directory_import":  (302, 404, 404, 404, 404),
    "partnership_staff:choose_columns":    (302, 405, 405, 405, 405),
    "partnership_staff:bring_in_directory": (302, 405, 405, 405, 405),
    "partnership_staff:resume_directory_import": (302, 405, 405, 405, 405),
    "partnership_staff:directory_report":  (302, 404, 404, 404, 404),
    "partnership_staff:commitments":      (302, 200, 200, 200, 200),
    "partnership_staff:export_commitments":(302, 200, 200, 200, 200),
    "partnership_staff:group_decisions":  (302, 200, 200, 200, 200),
    "partnership_staff:calendar":         (302, 200, 200, 200, 200),
    "partnership_staff:make_calendar_key":(302, 405, 405, 405, 405),
    "partnership_staff:revoke_calendar_key":(302, 405, 405, 405, 405),
    "partnership_staff:move_point":       (302, 405, 405, 405, 405),
    "partnership_staff:remove_point":     (302, 405, 405, 405, 405),
    "partnership_staff:meetings":         (302, 404, 404, 404, 404),
    "partnership_staff:plan_meeting":     (302, 404, 404, 404, 404),
    "partnership_staff:meeting":          (302, 404, 404, 404, 404),
    "partnership_staff:change_meeting":   (302, 404, 404, 404, 404),
    "partnership_staff:invite_to_meeting":(302, 404, 404, 404, 404),
    "partnership_staff:cancel_meeting":   (302, 404, 404, 404, 404),
    "partnership_staff:add_point":        (302, 404, 404, 404, 404),
    "partnership_staff:hold_meeting":     (302, 404, 404, 404, 404),
    "partnership_staff:approve_minutes":  (302, 404, 404, 404, 404),
    "partnership_staff:printed_agenda":   (302, 404, 404, 404, 404),
    "partnership_staff:meeting_file":     (302, 404, 404, 404, 404),
    "partnership_staff:write_minutes":    (302, 404, 404, 404, 404),
    "partnership_staff:propose_decision": (302, 404, 404, 404, 404),
    "partnership_staff:group_decision":   (302, 404, 404, 404, 404),
    "partnership_staff:take_decision":    (302, 404, 404, 404, 404),
    "partnership_staff:refuse_decision":  (302, 404, 404, 404, 404),
    "partnership_staff:note_dissent":     (302, 404, 404, 404, 404),
    "partnership_staff:reverse_decision": (302, 404, 404, 404, 404),
    "partnership_staff:publish_decision": (302, 404, 404, 404, 404),
    "partnership_staff:offer_commitment": (302, 404, 404, 404, 404),
    "partnership_staff:commitment":       (302, 404, 404, 404, 404),
    "partnership_staff:accept_commitment":(302, 404, 404, 404, 404),
    "partnership_staff:change_commitment":(302, 404, 404, 404, 404),
    "partnership_staff:keep_commitment":  (302, 404, 404, 404, 404),
    "partnership_staff:withdraw_commitment":(302, 404, 404, 404, 404),
    "partnership:decisions":              (200, 200, 200, 200, 200),
    "partnership:decisions_feed":         (200, 200, 200, 200, 200),
    "partnership_calendar:calendar_feed": (404, 404, 404, 404, 404),
    "partnership_staff:groups":            (302, 200, 200, 200, 200),
    "partnership_staff:found_group":       (302, 200, 403, 403, 403),
    "partnership_staff:group":           (302, 404, 404, 404, 404),
    "partnership_staff:edit_group":      (302, 404, 404, 404, 404),
    "partnership_staff:activate_group":  (302, 404, 404, 404, 404),
    "partnership_staff:suspend_group":   (302, 404, 404, 404, 404),
    "partnership_staff:resume_group":    (302, 404, 404, 404, 404),
    "partnership_staff:close_group":     (302, 404, 404, 404, 404),
    "partnership_staff:review_group":    (302, 404, 404, 404, 404),
    "partnership_staff:invite_organisation":(302, 404, 404, 404, 404),
    "partnership_staff:give_pledge":     (302, 404, 404, 404, 404),
    "partnership_staff:place":           (302, 404, 404, 404, 404),
    "partnership_staff:accept_place":    (302, 404, 404, 404, 404),
    "partnership_staff:decline_place":   (302, 404, 404, 404, 404),
    "partnership_staff:withdraw_invitation":(302, 404, 404, 404, 404),
    "partnership_staff:edit_place":      (302, 404, 404, 404, 404),
    "partnership_staff:name_representative":(302, 404, 404, 404, 404),
    "partnership_staff:end_seat":        (302, 404, 404, 404, 404),
    "partnership_staff:leave_group":     (302, 404, 404, 404, 404),
    "partnership_staff:charter":         (302, 404, 404, 404, 404),
    "partnership_staff:draft_charter":   (302, 404, 404, 404, 404),
    "partnership_staff:edit_charter":    (302, 404, 404, 404, 404),
    "partnership_staff:consult_charter": (302, 404, 404, 404, 404),
    "partnership_staff:open_charter":    (302, 404, 404, 404, 404),
    "partnership_staff:sign_charter":    (302, 404, 404, 404, 404),
    "partnership_staff:withdraw_charter":(302, 404, 404, 404, 404),
    "partnership_staff:compare_charters":(302, 404, 404, 404, 404),
    "partnership_staff:printed_charter": (302, 404, 404, 404, 404),
    "partnership_staff:draft_from_template": (302, 200, 403, 403, 403),
    "partnership_staff:mandates":          (302, 200, 200, 200, 200),
    "partnership_staff:record_mandate":    (302, 200, 403, 403, 403),
    "partnership_staff:end_mandate":       (302, 404, 404, 404, 404),
    "partnership_staff:dossier":         (302, 404, 404, 404, 404),
    "partnership_staff:open_dossier":    (302, 404, 404, 404, 404),
    "partnership_staff:write_dossier":   (302, 404, 404, 404, 404),
    "partnership_staff:add_party":       (302, 404, 404, 404, 404),
    "partnership_staff:set_matrix":      (302, 404, 404, 404, 404),
    "partnership_staff:state_basis":     (302, 404, 404, 404, 404),
    "partnership_staff:withdraw_basis":  (302, 404, 404, 404, 404),
    "partnership_staff:ask_opinions":    (302, 404, 404, 404, 404),
    "partnership_staff:give_opinion":    (302, 404, 404, 404, 404),
    "partnership_staff:open_signature":  (302, 404, 404, 404, 404),
    "partnership_staff:reopen_draft":    (302, 404, 404, 404, 404),
    "partnership_staff:review_agreement":(302, 404, 404, 404, 404),
    "partnership_staff:amend_agreement": (302, 404, 404, 404, 404),
    "partnership_staff:printed_agreement":(302, 404, 404, 404, 404),
    "partnership_staff:may_i_share":       (302, 200, 200, 200, 200),
    "partnership_staff:sharing_card":      (302, 200, 200, 200, 200),
    "partnership_staff:describe_agreements": (302, 200, 200, 200, 200),
    "partnership_staff:publish_essence":   (302, 404, 404, 404, 404),
    "partnership_staff:assessment":        (302, 404, 404, 404, 404),
    "partnership_staff:write_assessment":  (302, 404, 404, 404, 404),
    "partnership_staff:advise_on_assessment": (302, 404, 404, 404, 404),
    "partnership_staff:decide_assessment": (302, 404, 404, 404, 404),
    "partnership_staff:retention":         (302, 200, 200, 200, 200),
    "partnership_staff:confirm_retention": (302, 405, 405, 405, 405),
    "partnership:register":                (200, 200, 200, 200, 200),
    "partnership:register_page":           (404, 404, 404, 404, 404),
    "partnership:register_paper":          (404, 404, 404, 404, 404),
    "partnership:retention":               (200, 200, 200, 200, 200),
    "agreements:agreements":               (302, 200, 200, 200, 200),
    "agreements:agreement":                (302, 404, 404, 404, 404),
    "agreements:sign_agreement":           (302, 404, 404, 404, 404),
    "agreements:begin_interim":            (302, 404, 404, 404, 404),
    "agreements:bring_into_force":         (302, 404, 404, 404, 404),
    "agreements:suspend_agreement":        (302, 404, 404, 404, 404),
    "agreements:resume_agreement":         (302, 404, 404, 404, 404),
    "agreements:end_agreement":            (302, 404, 404, 404, 404),
    "agreements:leave_agreement":          (302, 404, 404, 404, 404),
    "people:directory":                    (302, 200, 200, 200, 200),
    "people:add_entry":                    (302, 200, 403, 403, 403),
    "people:call_list":                    (302, 200, 200, 200, 200),
    "people:whom_to_call":                 (302, 404, 404, 404, 404),
    "people:printed_call_sheet":           (302, 404, 404, 404, 404),
    "people:stale_entries":                (302, 200, 200, 200, 200),
    "people:coverage":                     (302, 200, 200, 200, 200),
    "people:network":                      (302, 200, 200, 200, 200),
    "people:network_picture":              (302, 404, 404, 404, 404),
    "people:organisation":                 (302, 404, 404, 404, 404),
    "people:edit_entry":                   (302, 404, 404, 404, 404),
    "people:verify_entry":                 (302, 404, 404, 404, 404),
    "people:archive_entry":                (302, 404, 404, 404, 404),
    "people:ask_for_confirmation":         (302, 404, 404, 404, 404),
    "people:confirm_entry":                (302, 404, 404, 404, 404),
    "people:add_contact":                  (302, 404, 404, 404, 404),
    "people:order_contacts":               (302, 405, 405, 405, 405),
    "people:edit_contact":                 (302, 404, 404, 404, 404),
    "people:end_contact":                  (302, 404, 404, 404, 404),
    "people:tie_organisations":            (302, 404, 404, 404, 404),
    "people:untie":                        (302, 404, 404, 404, 404),
    "people_public:confirm_entry":         (410, 410, 410, 410, 410),
    "people:sessions":                     (302, 200, 200, 200, 200),
    "people:end_other_sessions":           (302, 405, 405, 405, 405),
    "people:end_session":                  (302, 405, 405, 405, 405),
    "people:choose_language":              (405, 405, 405, 405, 405),
    "people:ask_for_link":                 (302, 405, 405, 405, 405),
    "people:accept_invitation":            (410, 410, 410, 410, 410),
    "account_login":                       (200, 302, 302, 302, 302),
    "account_logout":                      (302, 200, 200, 200, 200),
    "account_inactive":                    (200, 200, 200, 200, 200),
    "account_reauthenticate":              (302, 403, 403, 403, 403),
    "account_change_password":             (302, 302, 302, 302, 302),
    "account_set_password":                (302, 200, 200, 200, 200),
    "mfa_index":                           (302, 200, 200, 200, 200),
    "mfa_authenticate":                    (302, 302, 302, 302, 302),
    "mfa_reauthenticate":                  (302, 403, 403, 403, 403),
    "mfa_activate_totp":                   (302, 302, 302, 302, 302),
    "mfa_deactivate_totp":                 (302, 404, 404, 404, 404),
    "mfa_view_recovery_codes":             (302, 404, 404, 404, 404),
    "mfa_generate_recovery_codes":         (302, 200, 200, 200, 200),
    "mfa_list_webauthn":                   (302, 200, 200, 200, 200),
    "mfa_add_webauthn":                    (302, 200, 200, 200, 200),
    "mfa_reauthenticate_webauthn":         (302, 403, 403, 403, 403),
    "mfa_login_webauthn":                  (302, 302, 302, 302, 302),
    "mfa_edit_webauthn":                   (302, 404, 404, 404, 404),
    "mfa_remove_webauthn":                 (302, 404, 404, 404, 404),
}
# fmt: on


def every_url(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every named address, with the names of what stands in it."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", list(entry.pattern.regex.groupindex)
        else:
            yield from every_url(entry, f"{entry.namespace}:" if entry.namespace else namespace)


URLS = dict(every_url(get_resolver()))


def test_no_address_is_missing_and_none_is_gone() -> None:
    assert set(URLS) == set(WHO_GETS)


def address(name: str, city: City) -> str:
    """One address of this name, about the record its table row speaks of."""
    shown = city.library if name.startswith(("dialogue_staff:", "records:")) else city.dialogue
    if name in {"dialogue:report", "dialogue:map_picture", "dialogue:open_data", "dialogue:printed_report"}:
        shown = city.evenings
    known = {"reference": shown.reference, "language": "fr", "token": "x", "pk": 1, "level": 0, "tile": "000"}
    known |= {"number": 1, "before": 1}
    return reverse(name, kwargs={part: known.get(part, uuid.UUID(int=7)) for part in URLS[name]})


@pytest.mark.parametrize("name", sorted(WHO_GETS))
def test_each_gets_what_the_table_says(name: str, city: City, client_of: Callable[[Member], Client]) -> None:
    page = address(name, city)
    readers = [city.amina, city.claire, city.lena, city.peter]
    answers = [Client().get(page), *(client_of(reader).get(page) for reader in readers)]
    assert tuple(answer.status_code for answer in answers) == WHO_GETS[name]
    if name == "portal:home":
        return  # the demo's panel shows there, on purpose, what Amina sees and Peter does not
    for answer in (answers[0], answers[3], answers[4]):
        body = answer.getvalue()
        assert city.library.title.encode() not in body
        assert city.library.reference.encode() not in body.replace(page.encode(), b"")


@pytest.mark.parametrize("name", sorted(name for name in URLS if "reference" in URLS[name]))
@pytest.mark.parametrize("reference", ["DLG-2222222", "x", "dlg-7k3mpq4", "' or 1=1"])
def test_a_reference_that_does_not_exist_is_not_found(name: str, reference: str, city: City) -> None:
    page = address(name, city).replace(city.library.reference, "R").replace(city.dialogue.reference, "R")
    page = page.replace(city.evenings.reference, "R").replace("/R/", f"/{reference}/")
    assert Client().get(page).status_code in {302 if page.startswith("/staff/") else 404, 404}
