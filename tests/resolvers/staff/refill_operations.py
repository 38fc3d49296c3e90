"""Operations of staff's on refills that are held."""

from domain.enums import RefillStatus
from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.staff_problems import RefillNotFound, RefillNotHeld
from models import Refill
from resolvers.sessions import Session
from resolvers.staff import refills
from tests.fakes import TIMESTAMP
from tests.resolvers.staff.scenario import Scenario
from tests.resolvers.staff.staff_operations import NOWHERE, StaffOperationCase


async def settle(scenario: Scenario, staff: Session, status: RefillStatus = RefillStatus.COMPLETED) -> Refill:
    return await refills.settle_refill(
        staff, refill_id=scenario.refill.id, status=status, note="done by hand"
    )


async def settle_when_resumed(scenario: Scenario, staff: Session) -> Refill:
    await Refill.filter(id=scenario.refill.id).update(status=RefillStatus.INPROGRESS)
    return await settle(scenario, staff)


async def resume_beside_an_open_one(scenario: Scenario, staff: Session) -> Refill:
    await Refill.create(order_id=scenario.order.id, created_at=TIMESTAMP, updated_at=TIMESTAMP)
    return await refills.resume_refill(staff, refill_id=scenario.refill.id)


REFILL_OPERATIONS = [
    StaffOperationCase(
        refills.list_held_refills,
        Permission.READ_ORDERS,
        lambda _, s: refills.list_held_refills(s),
        is_read=True,
    ),
    StaffOperationCase(
        refills.settle_refill,
        Permission.CHANGE_ORDERS,
        settle,
        {
            InvalidInput: lambda w, s: settle(w, s, RefillStatus.PENDING),
            RefillNotFound: lambda _, s: refills.settle_refill(
                s, refill_id=NOWHERE, status=RefillStatus.REJECTED
            ),
            RefillNotHeld: settle_when_resumed,
        },
    ),
    StaffOperationCase(
        refills.resume_refill,
        Permission.RESEND_ORDERS,
        lambda w, s: refills.resume_refill(s, refill_id=w.refill.id),
        {
            RefillNotFound: lambda _, s: refills.resume_refill(s, refill_id=NOWHERE),
            RefillNotHeld: resume_beside_an_open_one,
        },
    ),
]
