"""What every staff page of the demo is told: as whom one looks at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from entente.demo.content_words import cast


def looking_as(request: HttpRequest) -> dict[str, Any]:
    """Return `above`, the template shown above a staff page, with `looking_as` and the `cast` to change to."""
    member = getattr(request, "member", None)
    if member is None:
        return {}
    everybody = cast()
    me = next((person for person in everybody if person["email"] == member.person.email), None)
    others = [person for person in everybody if person is not me]
    return {"above": "demo/parts/looking_as.html", "looking_as": me, "cast": others}
