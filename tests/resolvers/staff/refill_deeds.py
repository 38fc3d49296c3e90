"""Operations of staff's on refills that are held."""

from domain.permissions import Permission
from domain.problems import InvalidInput
from domain.staff_problems import RefillNotFound, RefillNotHeld
from domain.states import RefillStatus
from models import Refill
from resolvers.sessions import SignedIn
from resolvers.staff import refills
from tests.fakes import MOMENT
from tests.resolvers.staff.deeds import NOWHERE, Deed
from tests.resolvers.staff.world import World


async def settle(world: World, staff: SignedIn, status: RefillStatus = RefillStatus.COMPLETED) -> Refill:
    return await refills.settle_refill(staff, refill_id=world.refill.id, status=status, note="done by hand")


async def settle_when_resumed(world: World, staff: SignedIn) -> Refill:
    await Refill.filter(id=world.refill.id).update(status=RefillStatus.INPROGRESS)
    return await settle(world, staff)


async def resume_beside_an_open_one(world: World, staff: SignedIn) -> Refill:
    await Refill.create(order_id=world.order.id, created_at=MOMENT, updated_at=MOMENT)
    return await refills.resume_refill(staff, refill_id=world.refill.id)


REFILL_DEEDS = [
    Deed(
        refills.held_refills,
        Permission.READ_ORDERS,
        lambda _, s: refills.held_refills(s),
        is_read=True,
    ),
    Deed(
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
    Deed(
        refills.resume_refill,
        Permission.RESEND_ORDERS,
        lambda w, s: refills.resume_refill(s, refill_id=w.refill.id),
        {
            RefillNotFound: lambda _, s: refills.resume_refill(s, refill_id=NOWHERE),
            RefillNotHeld: resume_beside_an_open_one,
        },
    ),
]
