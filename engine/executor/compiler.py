"""Compiled completion: graphql-core's execution, with generated functions for common cases.

A function that meets an unusual value gives up, and graphql-core completes the same resolved value from the
start, so errors, their paths and nulls are always graphql-core's own. No resolver is called twice; only
attributes and what `FieldHints` declares, which have no side effects, are read again.
"""

from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

from graphql import (
    DocumentNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path, UndefinedType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import get_strawberry_type_cast

from engine.executor.completion_codegen import CompletionCodegen
from engine.executor.plan_cache import (
    NOT_COMPLETED,
    CompletionPlan,
    OperationVariant,
    PlanCache,
    is_static,
)
from engine.executor.prepared_resolvers import PreparedResolver
from engine.executor.root_fields import CachedRootExecutor

T = TypeVar("T", bound=GraphQLOutputType)
C = TypeVar("C", bound=FieldDetailsList | GroupedFieldSet)


class CompiledExecutor(CachedRootExecutor):
    """One execution of an operation, with the plans of one of its variants.

    Strawberry's own class additionally delivers @defer and @stream, which this schema does not have.
    """

    build_resolve_info: Callable[..., GraphQLResolveInfo[Any]] = (
        StrawberryGraphQLCoreExecutionContext.build_resolve_info
    )

    def __init__(
        self,
        *arguments: Any,
        operation_extensions: Any,
        variant: OperationVariant | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.operation_extensions = operation_extensions
        self.variant = variant if self.middleware_manager is None else None
        # Keyed by the identity of what graphql-core collected, which is kept alive here.
        self._plans_by_id: dict[tuple[int, int], tuple[CompletionPlan, object]] = {}

    @classmethod
    def prepare(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode | None,
        *,
        plans: PlanCache,
        raw_variable_values: dict[str, Any] | None,
        **options: Any,
    ) -> "list[GraphQLError] | CompiledExecutor":
        """Like `build`, reusing a prepared operation; returns the same errors as `build`."""
        known, values = plans.prepare(document, operation, raw_variable_values or {})
        if known is None or values is None:
            built = cls.build(
                schema,
                document,
                raw_variable_values=raw_variable_values,
                operation_extensions=None,
                **options,
            )
            if known is not None and isinstance(built, CompiledExecutor):
                built.variant = known.get_variant(built.variable_values.coerced)
            return cast("list[GraphQLError] | CompiledExecutor", built)
        return cls(
            schema,
            known.fragments,
            known.fragment_details,
            None,
            options["context_value"],
            known.node,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=options["is_awaitable"],
            hide_suggestions=options["hide_suggestions"],
            operation_extensions=None,
            variant=known.get_variant(values.coerced),
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: AsyncIterable[Any] | Iterable[Any],
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        completed = self._try_complete(return_type, field_details_list, result, position_context)
        if completed is not NOT_COMPLETED:
            return cast(list[Any], completed)
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        completed = self._try_complete(return_type, field_details_list, result, position_context)
        if completed is not NOT_COMPLETED:
            return cast(dict[str, Any], completed)
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_abstract_value(
        self,
        return_type: GraphQLAbstractType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        members = {} if self.variant is None else self.variant.members
        member = members.get((id(return_type), type(result)))
        if member is None or get_strawberry_type_cast(result) is not None:
            return super().complete_abstract_value(
                return_type, field_details_list, info, path, result, position_context
            )
        return self.complete_object_value(member, field_details_list, info, path, result, position_context)

    def ensure_valid_runtime_type(
        self,
        runtime_type_name: Any,
        return_type: GraphQLAbstractType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        result: Any,
    ) -> GraphQLObjectType:
        type_ = super().ensure_valid_runtime_type(
            runtime_type_name, return_type, field_details_list, info, result
        )
        if self.variant is not None and _is_determined_by_class(return_type, type_, result):
            self.variant.members[id(return_type), type(result)] = type_
        return type_

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        plan = (
            self._get_plan(parent_type, grouped_field_set, position_context, _compile_fields)
            if path
            else None
        )
        results: Any = plan(source_value) if plan is not None else NOT_COMPLETED
        if plan is None or results is NOT_COMPLETED:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        rest = {name: grouped_field_set[name] for name in plan.omitted}
        return _merge(
            results, super().execute_fields(parent_type, source_value, path, rest, position_context)
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> AwaitableOrValue[Any] | UndefinedType:
        call = self._get_resolver(parent_type, field_details_list)
        if call is None or position_context is not None:
            return super().execute_field(parent_type, source, field_details_list, path, position_context)
        try:
            arguments = call.build_arguments(self.variable_values.coerced)
        except Exception:
            # The resolver was not called yet: graphql-core handles the field again and reports the error.
            return super().execute_field(parent_type, source, field_details_list, path, position_context)
        info = self.build_resolve_info(
            call.field, [details.node for details in field_details_list], parent_type, path
        )
        return self.complete_awaitable_value(
            call.field.type,
            field_details_list,
            info,
            path,
            call.resolve(source, info, arguments),
            position_context,
        )

    def _get_resolver(
        self, parent_type: GraphQLObjectType, details: FieldDetailsList
    ) -> PreparedResolver | None:
        if self.variant is None:
            return None
        calls, node = self.variant.calls, details[0].node
        # The schema keeps the type alive, the plans' operation and fragments the node.
        key = (id(parent_type), id(node))
        if key not in calls:
            field = self.schema.get_field(parent_type, node.name.value)
            try:
                prepared = (
                    PreparedResolver(self.schema, field, node) if field and is_static(details[0]) else None
                )
            except Exception:
                # For example an argument that Strawberry rejects: it reports the error at the field.
                prepared = None
            calls[key] = prepared
        return calls[key]

    def _try_complete(
        self, type_: GraphQLOutputType, details: FieldDetailsList, result: object, position_context: object
    ) -> object:
        plan = self._get_plan(type_, details, position_context, _compile_value)
        return NOT_COMPLETED if plan is None else plan(result)

    def _get_plan(
        self,
        type_: T,
        collected: C,
        position_context: object,
        generate: Callable[[CompletionCodegen, T, C], CompletionPlan],
    ) -> CompletionPlan | None:
        if self.variant is None or position_context is not None:
            return None
        found = self._plans_by_id.get((id(type_), id(collected)))
        if found is not None:
            return found[0]
        # Types and nodes outlive the plans: the schema and the plans' operation keep them alive.
        key = (id(type_), isinstance(collected, dict), *_get_node_ids(collected))
        plan = self.variant.get(key)
        if plan is None:
            plan = self.variant[key] = self._generate(type_, collected, generate)
        self._plans_by_id[id(type_), id(collected)] = (plan, collected)
        return plan

    def _generate(
        self, type_: T, collected: C, generate: Callable[[CompletionCodegen, T, C], CompletionPlan]
    ) -> CompletionPlan:
        generator = CompletionCodegen(self.schema, self.collect_subfields)
        try:
            return generate(generator, type_, collected)
        except Exception:
            # The value exists already, and a mutation has been executed: graphql-core completes it.
            return CompletionPlan(None)
        finally:
            generator.release_execution()


def _is_determined_by_class(abstract: GraphQLAbstractType, member: GraphQLObjectType, value: object) -> bool:
    """Whether Strawberry resolves the union by the value's class alone: not if that is generic."""
    definition = getattr(type(value), "__strawberry_definition__", None)
    return (
        isinstance(abstract, GraphQLUnionType)
        and isinstance(definition, StrawberryObjectDefinition)
        and not definition.is_graphql_generic
        # Otherwise it was resolved by looking at the value.
        and member.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) is definition
        and get_strawberry_type_cast(value) is None
    )


def _compile_value(
    generator: CompletionCodegen, type_: GraphQLOutputType, details: FieldDetailsList
) -> CompletionPlan:
    return CompletionPlan(generator.compile_value(type_, details))


def _compile_fields(
    generator: CompletionCodegen, type_: GraphQLObjectType, fields: GroupedFieldSet
) -> CompletionPlan:
    complete, omitted = generator.compile_fields(type_, fields)
    # A plan that omits nothing was already tried on the value.
    return CompletionPlan(complete if 0 < len(omitted) < len(fields) else None, omitted=omitted)


def _get_node_ids(collected: FieldDetailsList | GroupedFieldSet) -> Iterator[int]:
    if isinstance(collected, dict):
        return (id(field.node) for details in collected.values() for field in details)
    return (id(field.node) for field in collected)


def _merge(
    results: dict[str, Any], rest: AwaitableOrValue[dict[str, Any]]
) -> AwaitableOrValue[dict[str, Any]]:
    """`results` with `rest` in the places reserved for it."""
    if isinstance(rest, dict):
        results.update(rest)
        return results

    async def merge() -> dict[str, Any]:
        results.update(await rest)
        return results

    return merge()
