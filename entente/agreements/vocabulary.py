"""The purposes and categories an agreement is made of: picked from a list, never typed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What something is shared for."""

    ASSESS_CONCERN = "assess_concern", _("assess a concern")
    PROTECT_PERSON = "protect_person", _("protect a person from harm")
    PLAN_SUPPORT = "plan_support", _("plan and coordinate support")
    PREPARE_RETURN = "prepare_return", _("prepare a release or a return")
    AVERT_DANGER = "avert_danger", _("protect others from a concrete danger")
    SUPPORT_AFFECTED = "support_affected", _("support people affected by an incident")
    RUN_PARTNERSHIP = "run_partnership", _("run the partnership")
    SUPERVISE = "supervise", _("supervise the quality of the work")
    STATISTICS = "statistics", _("make statistics")
    RESEARCH = "research", _("research under a separate agreement")


class ExcludedPurpose(models.TextChoices):
    """What nothing is ever shared for, whatever an agreement says: told on each of them."""

    IMMIGRATION = "immigration", _("immigration enforcement")
    BENEFITS = "benefits", _("checking who receives benefits")
    TAX = "tax", _("tax")
    INTELLIGENCE = "intelligence", _("gathering intelligence in general")
    VETTING = "vetting", _("vetting people for a job")
    WATCHING = "watching", _("watching communities")
    PUBLICITY = "publicity", _("publicity")
    TRAINING_MODELS = "training_models", _("training of software that judges people")


class Category(models.TextChoices):
    """What a record or a part of it is about."""

    ENGAGEMENT = "engagement", _("public participation")
    COORDINATION = "coordination", _("contact persons and meeting dates")
    CONSULTATION = "consultation", _("a consultation without identity")
    IDENTITY = "identity", _("identity and contact details")
    AGE = "age", _("age and date of birth")
    LANGUAGE = "language", _("language and interpreting")
    GUARDIANS = "guardians", _("guardians")
    HOUSING = "housing", _("housing")
    SCHOOL = "school", _("school and training")
    WORK = "work", _("work and income")
    ENTITLEMENTS = "entitlements", _("debts and entitlements")
    FAMILY = "family", _("family and support persons")
    CONTACTS = "contacts", _("contacts that matter for support")
    HEALTH = "health", _("health")
    MENTAL_HEALTH = "mental_health", _("mental health")
    SUBSTANCES = "substances", _("substance use")
    WORLD_VIEW = "world_view", _("religion and world view, as the person's own need")
    OFFENCES = "offences", _("convictions and offences")
    POLICE = "police", _("information from the police")
    PRISON = "prison", _("information from prison and probation")
    COURT = "court", _("court conditions")
    ONLINE = "online", _("behaviour online, by decision only")
    CONCERN = "concern", _("facts of a concern")
    ASSESSMENTS = "assessments", _("professional assessments")
    PLAN = "plan", _("plan and goals")
    SESSIONS = "sessions", _("records of sessions")
    DECISIONS = "decisions", _("decisions of meetings")
    AFFECTED = "affected", _("victims and witnesses")


# Article 9 of the GDPR: a condition of its own is needed.
SPECIAL = frozenset({Category.HEALTH, Category.MENTAL_HEALTH, Category.SUBSTANCES, Category.WORLD_VIEW})
# Article 10 of the GDPR and the directive on law enforcement: official authority or a law is needed.
OFFENCE = frozenset({Category.OFFENCES, Category.POLICE, Category.PRISON, Category.COURT})
# Articles 9 and 10 of the GDPR and the police's own regime: marked wherever the category is shown.
SENSITIVE = frozenset(
    {
        Category.HEALTH,
        Category.MENTAL_HEALTH,
        Category.SUBSTANCES,
        Category.WORLD_VIEW,
        Category.OFFENCES,
        Category.POLICE,
    }
)
# What may be exchanged while signatures are missing; nothing of it is about an identified person.
INTERIM = frozenset({Category.COORDINATION, Category.CONSULTATION})
# Broken glass always states this purpose.
EMERGENCY = Purpose.AVERT_DANGER
