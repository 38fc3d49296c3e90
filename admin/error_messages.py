"""Messages on the pages for refused operations."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette_admin.exceptions import ActionFailed, FormValidationError

from admin.language import language
from domain import problem_messages
from domain.problems import InvalidInput, Problem
from domain.staff_problems import FreshCodeRequired


def format_problem(problem: Problem) -> str:
    """The problem in the page's language."""
    return problem_messages.format_message(problem, language())


@contextmanager
def as_action_error() -> Iterator[None]:
    """Convert refusals of an action to the library's own exception, which a dialog shows.

    Raises:
        ActionFailed: the operation refused.
        FreshCodeRequired: it requires a fresh code.
    """
    try:
        yield
    except FreshCodeRequired:
        # Not shown in the dialog: a page asks for the code.
        raise
    except Problem as problem:
        raise ActionFailed(format_problem(problem)) from problem


@contextmanager
def as_form_error(field_of: Mapping[str, str], *, otherwise: str) -> Iterator[None]:
    """Convert refusals of a form to the library's own exception, which is shown at a field.

    `field_of` maps a problem's field, or its code, to the form's; others are shown at the field `otherwise`.

    Raises:
        FormValidationError: the operation refused.
    """
    try:
        yield
    except FreshCodeRequired:
        # The form has a field of its own for it.
        raise
    except Problem as problem:
        field = problem.field if isinstance(problem, InvalidInput) else problem.code
        raise FormValidationError({field_of.get(field, otherwise): format_problem(problem)}) from problem
