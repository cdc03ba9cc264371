"""What every staff page of the demo is told: as whom one looks at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from entente.demo.content_words import cast, content, spoken


def looking_as(request: HttpRequest) -> dict[str, Any]:
    """Return `city_name` and, on staff pages, `above` (a template for their top), `looking_as` and `cast`."""
    city_name = spoken(content("city")["name"])
    member = getattr(request, "member", None)
    if member is None:
        return {"city_name": city_name}
    everybody = cast()
    me = next((person for person in everybody if person["email"] == member.person.email), None)
    above = "demo/parts/looking_as.html"
    return {"city_name": city_name, "above": above, "looking_as": me, "cast": everybody}
