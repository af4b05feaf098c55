"""Where a page stands among others."""

from django import template

register = template.Library()


@register.filter
def is_below(path: str, section: str) -> bool:
    """Whether `/calls/views` is below `/calls`; `/teams/calls` is not."""
    return path.startswith(f"{section}/")
