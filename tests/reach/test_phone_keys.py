"""Keys of the user's phone: which go to the company, and which are an order to us."""

import asyncio

import pytest

from custom_components.hold_slayer.reach import phone_keys
from custom_components.hold_slayer.reach.phone_keys import PhoneKeys


class Far:
    """What the company gets, and how often the call was given back."""

    def __init__(self) -> None:
        self.pressed: asyncio.Queue[str] = asyncio.Queue()
        self.given_back = 0
        self.keys = PhoneKeys(self.pressed.put_nowait, self.give_back)

    def give_back(self) -> None:
        """Count."""
        self.given_back += 1

    @property
    def so_far(self) -> str:
        """Return what was pressed and not looked at yet."""
        return "".join(self.pressed.get_nowait() for _ in range(self.pressed.qsize()))


@pytest.mark.parametrize(
    ("typed", "company", "given_back"),
    [
        ("12#", "12#", 0),
        ("*4", "", 1),
        ("5*4", "5", 1),
        ("*5", "*5", 0),
        ("**4", "*", 1),
        ("4*", "4", 0),
        ("*4*4", "", 2),
    ],
)
async def test_codes(typed: str, company: str, given_back: int) -> None:
    """Star and four give the call back; all else reaches the company in order."""
    far = Far()
    for key in typed:
        far.keys.key(key)
    far.keys.stop()
    assert (far.so_far, far.given_back) == (company, given_back)


async def test_a_star_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A star that nothing follows was meant for the company, and is no code any more."""
    monkeypatch.setattr(phone_keys, "CODE_S", 0.01)
    far = Far()
    far.keys.key("*")
    async with asyncio.timeout(10):
        assert await far.pressed.get() == "*"
    far.keys.key("4")
    assert (far.so_far, far.given_back) == ("4", 0)


async def test_keys_the_company_hears_by_itself() -> None:
    """Tones in the speech are not sent again, and are a code all the same."""
    far = Far()
    for key in "1*5*4":
        far.keys.key(key, audible=True)
    assert (far.so_far, far.given_back) == ("", 1)
