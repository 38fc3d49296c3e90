"""An interface whose implementations resolve its fields each in their own way."""

import asyncio

import strawberry


@strawberry.interface
class Speaking:
    name: str

    @strawberry.field
    async def speech(self, times: int = 1) -> str:
        return f"{self.name} says nothing {times} times"

    @strawberry.field
    async def peer(self) -> "Speaking | None":
        return None


@strawberry.type
class Cat(Speaking):
    @strawberry.field
    async def speech(self, times: int = 1) -> str:
        return f"{self.name}: {'meow ' * times}"

    @strawberry.field
    async def peer(self) -> Speaking | None:
        await asyncio.sleep(0)
        return Dog(name=f"{self.name}'s dog")


@strawberry.type
class Dog(Speaking):
    @strawberry.field
    def speech(self, times: int = 2) -> str:
        return f"{self.name}: {'woof ' * times}"

    @strawberry.field
    async def peer(self) -> Speaking | None:
        if self.name.endswith("dog"):
            raise ValueError("a dog of a cat has no peer")
        return Cat(name=f"{self.name}'s cat")


@strawberry.type
class Fish(Speaking):
    """Inherits both resolvers."""


def speaking() -> list[Speaking]:
    """One of each, and another of the first."""
    return [Cat(name="Tom"), Dog(name="Rex"), Fish(name="Nemo"), Cat(name="Kit")]
