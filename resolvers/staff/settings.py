"""Settings that staff change at run time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import database
from domain import runtime_settings as rules
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.runtime_settings import RunningSetting, Value
from domain.staff_problems import FreshCodeRequired
from models import SettingOverride
from resolvers.app_context import AppContext
from resolvers.runtime_settings import get_values, load_overrides
from resolvers.sessions import Session
from resolvers.staff.staff_action import StaffAction, require_permission, staff_transaction


@dataclass(frozen=True, kw_only=True)
class CurrentSetting:
    """The current value of a setting, and the environment's; amounts are Toman."""

    name: RunningSetting
    value: Value
    default: Value
    is_overridden: bool


@declares_problems(Forbidden)
async def list_settings(app: AppContext, staff: Session) -> list[CurrentSetting]:
    """Every setting that can be changed at run time.

    Raises:
        Forbidden: the role lacks the permission.
    """
    await require_permission(staff, Permission.READ_SETTINGS)
    return await _load_current(app)


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput)
async def update_settings(
    app: AppContext, staff: Session, *, values: Mapping[RunningSetting, Value]
) -> list[CurrentSetting]:
    """Change settings, all or none; effective in this process immediately, in others within two seconds.

    Raises:
        Forbidden: the role lacks the permission.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: nothing is given, a number is out of bounds, or a range would be empty.
    """
    if not values:
        raise InvalidInput(field="input")
    # Serialized: two concurrent changes of a range's bounds must not make it empty.
    async with (
        database.exclusive_transaction("settings"),
        staff_transaction(staff, Permission.CHANGE_SETTINGS) as duty,
    ):
        before = {**get_values(app.settings), **await load_overrides()}
        after = {**before, **values}
        rules.check(after)
        for name in rules.expand_ranges(frozenset(values)):
            await _store(duty, name, after[name])
        await _record(duty, StaffAct.UPDATE_SETTINGS, before, after)
    app.runtime_settings.invalidate()
    return await _load_current(app)


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput)
async def reset_settings(
    app: AppContext, staff: Session, *, names: Collection[RunningSetting]
) -> list[CurrentSetting]:
    """Restore the environment's values of these settings; the two bounds of a range are reset together.

    Raises:
        Forbidden: the role lacks the permission.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: no name is given.
    """
    if not names:
        raise InvalidInput(field="names")
    async with (
        database.exclusive_transaction("settings"),
        staff_transaction(staff, Permission.CHANGE_SETTINGS) as duty,
    ):
        defaults = get_values(app.settings)
        before = {**defaults, **await load_overrides()}
        going = rules.expand_ranges(frozenset(names))
        await SettingOverride.filter(name__in=list(going)).delete()
        after = {name: defaults[name] if name in going else value for name, value in before.items()}
        await _record(duty, StaffAct.RESET_SETTINGS, before, after)
    app.runtime_settings.invalidate()
    return await _load_current(app)


async def _load_current(app: AppContext) -> list[CurrentSetting]:
    overrides = await load_overrides()
    return [
        CurrentSetting(
            name=name, value=overrides.get(name, default), default=default, is_overridden=name in overrides
        )
        for name, default in get_values(app.settings).items()
    ]


async def _store(duty: StaffAction, name: RunningSetting, value: Value) -> None:
    await SettingOverride.update_or_create(name=name, defaults={"value": int(value), "updated_at": duty.now})


async def _record(
    duty: StaffAction,
    action: StaffAct,
    before: Mapping[RunningSetting, Value],
    after: Mapping[RunningSetting, Value],
) -> None:
    await duty.record(
        action,
        StaffSubject.SETTINGS,
        None,
        before={name.value: value for name, value in before.items()},
        after={name.value: value for name, value in after.items()},
    )
