"""The simulated phone of the user, and the user who holds it."""

import asyncio
from itertools import cycle

from ..sounds import tone
from ..voices import Voice
from .leg import Leg
from .person import Person
from .plan import PhonePlan, Reaction
from .speaker import Exchange, say

_REFUSALS = {Reaction.BUSY: 486, Reaction.DECLINE: 603}
#: The machine that answers for the user.
_MACHINE = Voice(name="en-us+f2", speed=165)


async def pick_up(leg: Leg, exchange: Exchange, plan: PhonePlan) -> None:
    """React to an incoming call as planned, until it is over."""
    leg.stage = "ringing"
    leg.report("ringing", call=leg.number, caller=leg.remote, dialled=leg.dialled)
    leg.respond(180)
    if plan.reaction is Reaction.IGNORE:
        return
    await asyncio.sleep(plan.after)
    if status := _REFUSALS.get(plan.reaction):
        leg.report("refuses", call=leg.number, status=status)
        leg.respond(status)
        return
    leg.respond(200)
    await leg.answered.wait()
    if plan.reaction is Reaction.VOICEMAIL:
        await _voicemail(leg, exchange, plan)
        return
    if plan.reaction is Reaction.SCREEN:
        await _screen(leg, exchange, plan)
    await _talk(leg, exchange, plan)


async def _voicemail(leg: Leg, exchange: Exchange, plan: PhonePlan) -> None:
    leg.stage = "voicemail"
    await say(leg, exchange, plan.greeting, _MACHINE, "voicemail")
    await leg.player.play(tone("beep", 0.6))
    leg.report("recording_message", call=leg.number)


async def _screen(leg: Leg, exchange: Exchange, plan: PhonePlan) -> None:
    """As smartphones do: a machine asks, and the person comes when somebody has answered it."""
    leg.stage = "screening"
    text = "Hi, the person you are calling is using a screening service. Please say your name and why you are calling."
    await say(leg, exchange, text, _MACHINE, "screening")
    leg.turn_ended.clear()
    await leg.turn_ended.wait()
    await say(
        leg, exchange, "Thank you. Please hold while I try to connect you.", _MACHINE, "screening"
    )
    await asyncio.sleep(plan.after)


async def _talk(leg: Leg, exchange: Exchange, plan: PhonePlan) -> None:
    leg.stage = "person"
    user = Person(leg=leg, exchange=exchange, role="user", voice=plan.voice, room=plan.room)
    await user.arrive(0.3)
    if plan.hello:
        await user.say(plan.hello, first=True)
    if plan.press:
        # the prompt explains what to press; who hears nothing presses in the end all the same
        await user.wait_for_turn(6.0)
        await asyncio.sleep(plan.press_after)
        leg.report("presses", call=leg.number, keys=plan.press)
        await leg.press(plan.press, plan.method)
    for spoken, sentence in enumerate(cycle(plan.says or ("Hello?",)), start=1):
        await user.wait_for_turn(3.0)
        await user.say(sentence)
        if plan.turns and spoken >= plan.turns:
            leg.report("hangs_up", call=leg.number)
            leg.hang_up()
            return
