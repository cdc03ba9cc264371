"""The demo's story: what the public reads about agreements, and what was weighed."""

from datetime import timedelta

from django.db import transaction

from entente.agreements import register as agreements
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import Actor
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import days_ago
from entente.partnership.models.register import TEXTS
from entente.partnership.sentences.retention import table_hash
from entente.partnership.services import assessments
from entente.partnership.services import register as services
from entente.people.models import Member

FIRST = "en"


def build(members: dict[str, Member], set_up: Actor) -> None:
    """The three agreements described in four languages; one assessment with conditions, one due."""
    words = content("register")
    for row in words["agreements"]:
        agreement = _titled(row["slug"], members["amina"])
        with days_ago(row["described_days_ago"]):
            others = {code: text for code, text in row["essence"].items() if code != FIRST}
            services.publish_essence(
                agreement,
                by=members["amina"],
                essence=row["essence"][FIRST],
                language=FIRST,
                essences=others,
                contacts=row["contacts"],
            )
        if "assessment" in row:
            _weigh(agreement, row["assessment"], members)
    with days_ago(words["retention_confirmed_days_ago"]):
        services.confirm_retention(by=members["helene"], table_hash=table_hash())


def _titled(slug: str, by: Member) -> Agreement:
    titles = {row["slug"]: row["title"][FIRST] for row in content("agreements")["agreements"]}
    with transaction.atomic():
        return agreements.agreements(by).get(title=titles[slug])


def _weigh(agreement: Agreement, words: Words, members: dict[str, Member]) -> None:
    helene, amina = members["helene"], members["amina"]
    with days_ago(words["written_days_ago"]):
        texts = {name: words[name] for name in TEXTS}
        assessments.write_assessment(agreement, by=helene, language=words["language"], **texts)
    with days_ago(words["advised_days_ago"]):
        assessments.advise_on_assessment(
            agreement, by=helene, opinion=words["opinion"], is_favourable=words["is_favourable"]
        )
    with days_ago(words["decided_days_ago"]):
        others = {code: text for code, text in words["summary"].items() if code != words["language"]}
        assessments.decide_assessment(
            agreement,
            by=amina,
            state=words["state"],
            reasons=words["reasons"],
            conditions=words.get("conditions", ""),
            review_on=clock.today() + timedelta(days=words["reviewed_after_days"]),
            summary=words["summary"][words["language"]],
            summaries=others,
        )
