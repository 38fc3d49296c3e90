"""Executes a repeated operation without collecting its fields again."""

from collections.abc import Awaitable, Sequence
from typing import Any, cast

from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    Undefined,
)
from graphql.execution.collect_fields import DeferUsage, FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path

from engine.executor.plan_cache import OperationVariant, RootFields, is_static


class CachedRootExecutor(Executor[Any]):
    """One execution of an operation, with the cached state of its variant.

    There is no incremental delivery and no abort signal.
    """

    variant: OperationVariant | None = None

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        roots = self.variant.roots if self.variant is not None and serially is None else None
        return super().execute_operation(serially) if roots is None else self._execute_cached(roots)

    async def _execute_cached(self, roots: RootFields) -> ExecutionResult:
        try:
            data = self._execute_root_fields(roots)
            if self.is_awaitable(data):
                data = await data
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            data = None
        return cast(ExecutionResult, self.build_response(cast("dict[str, Any] | None", data)))

    def _execute_root_fields(self, roots: RootFields) -> AwaitableOrValue[dict[str, Any]]:
        if len(roots.fields) != 1:
            return self.execute_root_grouped_field_set(
                roots.type, self.root_value, roots.fields, roots.are_serial, None
            )
        ((name, details),) = roots.fields.items()
        value = self.execute_field(
            roots.type, self.root_value, details, Path(None, name, roots.type.name), None
        )
        if self.is_awaitable(value):
            return _await_field(name, value)
        return {} if value is Undefined else {name: value}

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Sequence[DeferUsage],
    ) -> AwaitableOrValue[dict[str, Any]]:
        collected = (details for field in grouped_field_set.values() for details in field)
        if self.variant is not None and not new_defer_usages and all(map(is_static, collected)):
            self.variant.roots = RootFields(root_type, grouped_field_set, serially)
        return super().execute_collected_root_fields(
            root_type, root_value, grouped_field_set, serially, new_defer_usages
        )

    async def complete_awaitable_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The library's own, without its coroutine around `result` that watches an abort signal."""
        try:
            completed = self.complete_value(
                return_type, field_details_list, info, path, await result, position_context
            )
            return await completed if self.is_awaitable(completed) else completed
        except Exception as error:
            self.handle_field_error(error, return_type, field_details_list, path)
            return None


async def _await_field(name: str, value: Awaitable[Any]) -> dict[str, Any]:
    return {name: await value}
