"""Tags that put the shared pieces of a page together: icons, wrapping components, form widgets."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()

_CLASS_OF_WIDGET: dict[type[forms.Widget], str] = {
    forms.RadioSelect: "choices__list",  # its class lands on the list and on each circle
    forms.CheckboxInput: "check",
    forms.NumberInput: "input input--number",
}


@register.inclusion_tag("components/icon.html")
def icon(name: str, size: int = 16, label: str = "") -> dict[str, Any]:
    """One icon of `static/icons.svg`; it is hidden from screen readers unless it carries a `label`."""
    return {"name": name, "size": size, "label": label}


@register.simple_block_tag
def component(content: str, name: str, **arguments: Any) -> SafeString:
    """Wrap the block's content in `components/<name>.html`, which sees `content` and the arguments only."""
    return render_to_string(f"components/{name}.html", {"content": content, **arguments})


@register.simple_tag
def widget(field: BoundField, **attributes: Any) -> SafeString:
    """The control of a form field with the class of its kind; underscores in attribute names become dashes."""
    attrs = {name.replace("_", "-"): value for name, value in attributes.items() if value not in ("", None)}
    own_class = next((css for kind, css in _CLASS_OF_WIDGET.items() if isinstance(field.field.widget, kind)), "input")
    extra = field.field.widget.attrs.get("class", "")
    attrs["class"] = f"{own_class} {extra}".strip()
    return field.as_widget(attrs=attrs)


@register.simple_tag
def page_link(query: QueryDict | None, page: int, name: str = "") -> str:
    """The present address's query with another page in it."""
    return _with(query, name or "page", str(page))


@register.simple_tag
def sort_link(query: QueryDict | None, key: str, sort: str = "") -> str:
    """The query that sorts by `key`, the other way round if it does so already; back to the first page."""
    kept = query.copy() if query is not None else QueryDict(mutable=True)
    kept.pop("page", None)
    return _with(kept, "sort", f"-{key}" if sort == key else key)


def _with(query: QueryDict | None, name: str, value: str) -> str:
    changed = query.copy() if query is not None else QueryDict(mutable=True)
    changed[name] = value
    return f"?{changed.urlencode()}"


@register.filter
def beside(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each of `left` with its neighbour of `right`, as a row's values with their columns."""
    return list(zip(left, right, strict=False))


@register.filter
def quantile(profile: Mapping[str, Any], share: str) -> Any:
    """One quantile of a column's profile by its name, `"0.5"` for the median."""
    return (profile.get("quantiles") or {}).get(share)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is one tick box, whose label stands beside it instead of above."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several boxes or circles, which need a fieldset and a legend."""
    return bool(field.use_fieldset)
