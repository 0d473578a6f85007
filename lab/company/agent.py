"""The living person who takes a call at the company."""

from itertools import cycle

from ..parties.leg import Leg
from ..parties.manners import Manners
from ..parties.person import Person
from ..parties.speaker import Exchange
from ..voices import Voice
from .steps import Agent


async def talk(leg: Leg, exchange: Exchange, agent: Agent, voice: Voice, manners: Manners) -> bool:
    """Take the call; True when the conversation came to its end, False when the agent lost patience."""
    question = manners.ask if agent.ask is None else agent.ask
    leg.stage = "agent"
    person = Person(
        leg=leg, exchange=exchange, role="agent", voice=voice, room=agent.room, think=agent.think
    )
    replies = cycle(agent.replies or manners.replies)
    asked, turns = not question, 0
    try:
        await person.arrive(agent.breath)
        await person.say(agent.greeting, first=True)
        while not agent.turns or turns < agent.turns:
            if await person.wait_for_turn(
                agent.patience if asked and not question else agent.patience / 2
            ):
                await person.say(next(replies))
                turns += 1
                asked = not question
            elif asked:
                leg.report("lost_patience", call=leg.number, speaker="agent")
                return False
            else:
                asked = True
                await person.say(question)
        if agent.goodbye:
            await person.say(agent.goodbye)
        return True
    finally:
        person.leave()
