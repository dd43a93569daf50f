"""Days in the words of a letter's language: `Tuesday 1 December`, `mardi 1er décembre`.

The names of days and months are those of Unicode's CLDR, by way of Babel. How they stand together
is set here, in the shape that suits a running sentence in each language.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date
from jinja2 import pass_context
from jinja2.exceptions import TemplateRuntimeError

if TYPE_CHECKING:
    from jinja2.runtime import Context

_SHAPES = {
    "en": ("EEEE d MMMM", "EEEE d MMMM y"),
    "de": ("EEEE, d. MMMM", "EEEE, d. MMMM y"),
    "fr": ("EEEE d MMMM", "EEEE d MMMM y"),
    "es": ("EEEE d 'de' MMMM", "EEEE d 'de' MMMM 'de' y"),
}
"""In CLDR's letters: within the year, and in another one."""


def day_in_words(day: date, language: str, this_year: int | None) -> str:
    """The day as it is written in a letter.

    Args:
        day: the day.
        language: ISO 639-1; where its shape is not known, the ISO 8601 date is given, which
            nobody misreads.
        this_year: the year of writing, in which a day needs none; None where that is not known.
    """
    shapes = _SHAPES.get(language)
    if shapes is None:
        return day.isoformat()
    shape = shapes[day.year != this_year]
    if language == "fr" and day.day == 1:
        shape = shape.replace("d MMMM", "d'er' MMMM")
    return format_date(day, shape, locale=language)


@pass_context
def day_filter(context: Context, value: object) -> str:
    """The filter `day`, in the language of the template that it stands in.

    Raises:
        TemplateRuntimeError: there is no day.
    """
    if not isinstance(value, date):
        raise TemplateRuntimeError("the filter day was given no day; ask with {% if %} first")
    language = (context.name or "").partition("/")[0]
    today = context.get("today")
    return day_in_words(value, language, today.year if isinstance(today, date) else None)
