"""Addresses of protocols and the strategy."""

from django.urls import URLPattern, path

from entente.partnership.views import protocol_steps, protocols, public_strategy, strategy, strategy_parts
from entente.partnership.views import strategy_steps as steps

public_urls: list[URLPattern] = [
    path("strategy/", public_strategy.strategy, name="strategy"),
    path("strategy.pdf", public_strategy.printed_strategy, name="printed_strategy"),
    path("strategy/<slug:reference>/", public_strategy.strategy_version, name="strategy_version"),
]
_of = "protocols/<slug:reference>/"
_protocols: list[URLPattern] = [
    path("protocols/", protocols.protocols, name="protocols"),
    path("protocols/new/", protocols.draft_protocol, name="draft_protocol"),
    path(_of, protocols.protocol, name="protocol"),
    path(f"{_of}compare/", protocols.compare_protocols, name="compare_protocols"),
    path("protocols/<slug:reference>.pdf", protocols.printed_protocol, name="printed_protocol"),
    path(f"{_of}write/<slug:language>/", protocols.edit_protocol, name="edit_protocol"),
    path(f"{_of}adopt/", protocol_steps.adopt_protocol, name="adopt_protocol"),
    path(f"{_of}stay/", protocol_steps.stay_with_version, name="stay_with_version"),
    path(f"{_of}leave/", protocol_steps.leave_protocol, name="leave_protocol"),
    path(f"{_of}exercise/", protocol_steps.note_rehearsal, name="note_rehearsal"),
    path(f"{_of}use/", protocol_steps.bring_protocol_into_use, name="bring_protocol_into_use"),
    path(f"{_of}withdraw/", protocol_steps.withdraw_protocol, name="withdraw_protocol"),
    path(f"{_of}version/", protocol_steps.draft_protocol_version, name="draft_protocol_version"),
    path(f"{_of}review/", protocol_steps.review_protocol, name="review_protocol"),
]
_of = "strategy/<slug:reference>/"
_strategy: list[URLPattern] = [
    path("strategy/", strategy.strategies, name="strategies"),
    path("strategy/new/", strategy.draft_strategy, name="draft_strategy"),
    path(_of, strategy.strategy, name="strategy"),
    path("strategy/<slug:reference>.pdf", strategy.printed_strategy, name="printed_strategy"),
    path(f"{_of}write/<slug:language>/", strategy.edit_strategy, name="edit_strategy"),
    path(f"{_of}passages/<slug:part>/<slug:language>/", strategy_parts.edit_passage, name="edit_passage"),
    path(f"{_of}add/<slug:sort>/", strategy_parts.add_strategy_part, name="add_strategy_part"),
    path(
        f"{_of}parts/<uuid:part_id>/remove/",
        strategy_parts.remove_strategy_part,
        name="remove_strategy_part",
    ),
    path(
        f"{_of}parts/<uuid:part_id>/<slug:language>/",
        strategy_parts.edit_strategy_part,
        name="edit_strategy_part",
    ),
    path(f"{_of}sources/<uuid:citation_id>/remove/", strategy_parts.remove_citation, name="remove_citation"),
    path(f"{_of}sources/<slug:part>/", strategy_parts.cite, name="cite"),
    path(f"{_of}progress/<uuid:action_id>/", strategy_parts.note_progress, name="note_progress"),
    path(f"{_of}consult/", steps.consult_on_strategy, name="consult_on_strategy"),
    path(f"{_of}adopt/", steps.adopt_strategy, name="adopt_strategy"),
    path(f"{_of}force/", steps.bring_strategy_into_force, name="bring_strategy_into_force"),
    path(f"{_of}version/", steps.draft_strategy_version, name="draft_strategy_version"),
    path(f"{_of}review/", steps.review_strategy, name="review_strategy"),
    path(f"{_of}supersede/", steps.supersede_strategy, name="supersede_strategy"),
]
staff_urls: list[URLPattern] = [*_protocols, *_strategy]
