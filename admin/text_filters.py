"""Filters of text columns, which search for a part by the shop's own lookup if there is one."""

from starlette_admin.contrib.tortoise import ModelView
from starlette_admin.contrib.tortoise.filters import (
    ContainsFilter,
    NotContainsFilter,
    TortoiseFilterRegistry,
)
from starlette_admin.fields import BaseField
from starlette_admin.filters.base import BaseFilter, FilterApplyContext
from tortoise.expressions import Q

from database.text_search import LOOKUP


class _Contains(ContainsFilter):
    """A part of a text in any spelling (`database.text_search`)."""

    def apply(self, ctx: FilterApplyContext) -> Q:
        lookup = f"{ctx.field_name}__{LOOKUP}"
        is_known = isinstance(ctx.view, ModelView) and lookup in ctx.view.model._meta.filters
        return Q(**{lookup: ctx.value}) if is_known else super().apply(ctx)


class _NotContains(NotContainsFilter):
    def apply(self, ctx: FilterApplyContext) -> Q:
        return ~_Contains().apply(ctx)


_REPLACEMENTS: dict[type[BaseFilter], type[BaseFilter]] = {
    ContainsFilter: _Contains,
    NotContainsFilter: _NotContains,
}


class TextFilterRegistry(TortoiseFilterRegistry):
    """The library's filters, with the two for parts of texts replaced."""

    def filters_for(self, field: BaseField) -> list[type[BaseFilter]]:
        return [_REPLACEMENTS.get(each, each) for each in super().filters_for(field)]
