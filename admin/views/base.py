"""The base of all lists on the staff pages: permissions, and writes only through operations."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, NoReturn

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection
from starlette_admin.contrib.tortoise import ModelView
from starlette_admin.exceptions import FormValidationError
from starlette_admin.fields import BaseField, PasswordField, RelationField
from starlette_admin.filters import FilterGroup, FilterRegistry
from starlette_admin.types import RequestAction, RowActionsDisplayType
from tortoise.exceptions import OperationalError
from tortoise.expressions import Q
from tortoise.models import Model

import database
from admin import identity_confirmation
from admin.actions import get_rules, redirect_to_confirmation
from admin.authorization import get_staff_session, has_permission, record_refusal
from admin.error_messages import as_form_error
from admin.text_filters import TextFilterRegistry
from database.text_search import LOOKUP
from domain import ids, text_cleaning
from domain.permissions import Permission
from domain.staff_problems import FreshCodeRequired
from resolvers.app_context import AppContext
from resolvers.sessions import Session

_LIBRARY_ACTIONS = frozenset({"view", "edit", "delete", "export"})


class StaffView(ModelView):
    """A list of one model, `of`, that reads directly and writes by operations.

    `read_permission` is needed to see it, `write_permission` to add and change records if `can_add` and
    `changes` are set. `field_of` maps the fields and codes of problems to the form's; `main_field` takes all
    others. The search box searches `searched_columns`; every column of the list has a filter.
    """

    of: ClassVar[type[Model]]
    read_permission: ClassVar[Permission]
    write_permission: ClassVar[Permission | None] = None
    can_add: ClassVar[bool] = False
    changes: ClassVar[bool] = False
    field_of: ClassVar[Mapping[str, str]] = {}
    main_field: ClassVar[str] = "name"
    searched_columns: ClassVar[Sequence[str]] = ()

    # Files are exported by `main.py export`, which protects against spreadsheet formulas.
    exporters = ()
    importers = ()
    page_size = 25
    page_size_options = (25, 50, 100)
    fields_default_sort = (("id", True),)
    column_visibility = False
    row_actions_display_type = RowActionsDisplayType.KEBAB

    def __init__(self, app: AppContext) -> None:
        self.app = app
        self.fields = self.columns()
        self.searchable_fields = [
            field.name
            for field in self.fields
            if field.name in self.of._meta.db_fields and not isinstance(field, PasswordField)
        ]
        super().__init__(self.of)

    def columns(self) -> Sequence[BaseField]:
        """The fields, created anew each time: they belong to one installation's pages."""
        raise NotImplementedError

    async def handle_action(self, request: Request, selection: ActionSelection, name: str) -> Response | None:
        """Run the list's action `name`, or redirect to the page for a fresh code.

        Raises:
            ActionFailed: the operation refused.
        """
        try:
            return await super().handle_action(request, selection, name)
        except FreshCodeRequired:
            return redirect_to_confirmation(request)

    async def handle_row_action(self, request: Request, pk: Any, name: str) -> Response | None:
        """Run the record's action `name`, or redirect to the page for a fresh code.

        Raises:
            ActionFailed: the operation refused.
        """
        try:
            return await super().handle_row_action(request, pk, name)
        except FreshCodeRequired:
            return redirect_to_confirmation(request)

    def describe(self, record: Any) -> str:
        """The name of a record where others refer to it."""
        # Isolated as left to right, also inside Persian text.
        return f"\u2066#{record.id}\u2069"

    async def add(self, staff: Session, data: Mapping[str, Any]) -> Model:
        """Create a record from the input by its operation."""
        raise NotImplementedError

    async def change(self, staff: Session, pk: int, data: Mapping[str, Any]) -> Model:
        """Change a record by its operation."""
        raise NotImplementedError

    def is_accessible(self, request: Request) -> bool:
        return has_permission(request, self.read_permission)

    def can_create(self, request: Request) -> bool:
        return self.can_add and self._can_write(request)

    def can_edit(self, request: Request) -> bool:
        return self.changes and self._can_write(request)

    def can_delete(self, request: Request) -> bool:
        return False

    def can_export(self, request: Request) -> bool:
        return False

    def can_import(self, request: Request) -> bool:
        return False

    def can_access_field(
        self, request: Request, field: BaseField, action: RequestAction | None = None
    ) -> bool:
        if isinstance(field, RelationField) and not self._find_foreign_view(str(field.key)).is_accessible(
            request
        ):
            return False
        return bool(super().can_access_field(request, field, action))

    async def is_row_action_allowed(self, request: Request, name: str) -> bool:
        if name in _LIBRARY_ACTIONS:
            return bool(await super().is_row_action_allowed(request, name))
        return _is_allowed(request, get_rules(self._row_actions_handlers[name]).permission)

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        if not await self.is_row_action_allowed(request, name):
            return False
        if name in _LIBRARY_ACTIONS:
            return True
        when = get_rules(self._row_actions_handlers[name]).is_available
        return when is None or when(obj)

    async def is_action_allowed(self, request: Request, name: str) -> bool:
        if name in _LIBRARY_ACTIONS:
            return bool(await super().is_action_allowed(request, name))
        return _is_allowed(request, get_rules(self._actions_handlers[name]).permission)

    async def repr(self, obj: Any, request: Request) -> str:
        return self.describe(obj)

    async def select2_result(self, obj: Any, request: Request) -> str:
        return str(Markup("<span>{}</span>").format(self.describe(obj)))

    def get_search_query(self, request: Request, term: str) -> Q:
        """The records whose texts contain the term, and the one with that number."""
        number = text_cleaning.parse_integer(term.strip().lstrip("#"))
        found = Q(id=number if number is not None and ids.is_possible(number) else 0)
        # No database stores such text, and PostgreSQL raises an error on it.
        for name in self.searched_columns if text_cleaning.is_storable(term) else ():
            found |= Q(**{f"{name}__{LOOKUP}": term})
        return found

    def get_filter_registry(self) -> FilterRegistry:
        return TextFilterRegistry()

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        try:
            rows: Sequence[Any] = await super().find_all(request, skip, limit, q, sorts, filters)
        except (OperationalError, OverflowError, ValueError) as error:
            _reject_filter(error)
        return rows

    async def count(self, request: Request, q: str | None = None, filters: FilterGroup | None = None) -> int:
        try:
            return int(await super().count(request, q, filters))
        except (OperationalError, OverflowError, ValueError) as error:
            _reject_filter(error)

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        async with self._confirming(request, data):
            return await self.add(get_staff_session(request), data)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        async with self._confirming(request, data):
            return await self.change(get_staff_session(request), self._coerce_pk(pk) or 0, data)

    @asynccontextmanager
    async def _confirming(self, request: Request, data: dict[str, Any]) -> AsyncIterator[None]:
        """Confirm the session by the form's code, and request one at its field if the operation requires it.

        Raises:
            FormValidationError: the code or the operation was refused.
        """
        proof = str(data.pop("proof", None) or "")
        try:
            with as_form_error({"code": "proof"}, otherwise="proof"):
                await identity_confirmation.confirm_with_code(self.app, request, proof)
            with as_form_error(self.field_of, otherwise=self.main_field):
                yield
        except FreshCodeRequired as problem:
            message = await identity_confirmation.send_code(self.app, request)
            raise FormValidationError({"proof": message}) from problem

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        raise HTTPException(403)

    def _coerce_pk(self, pk: Any) -> int | None:
        number = text_cleaning.parse_integer(str(pk))
        return number if number is not None and ids.is_possible(number) else None

    def _can_write(self, request: Request) -> bool:
        return self.write_permission is not None and has_permission(request, self.write_permission)


def _is_allowed(request: Request, permission: Permission) -> bool:
    """Whether an action's button is shown; using one that is not shown is logged."""
    is_allowed = has_permission(request, permission)
    if not is_allowed and request.method == "POST":
        record_refusal(request, permission=permission.value)
    return is_allowed


def _reject_filter(error: Exception) -> NoReturn:
    """Respond with 400 to numbers beyond the column's range, which the drivers reject.

    Raises:
        HTTPException: always, except for an outage of the database, which is raised unchanged.
    """
    if database.is_unavailable(error):
        raise error
    raise HTTPException(400) from error
