"""Makes people contacts of one another by slixmpp: some suites ask each other's devices, which RFC 6121 §8.5.3.1
wants shared presence for."""

import asyncio

from slixmpp import ClientXMPP, JID

WAIT_S = 15


def are_contacts(one, two):
    return one.client_roster[two.boundjid.bare]["subscription"] == "both"


async def become_contacts(accounts):
    """`accounts`: (address, password) of each. Returns when all rosters say "both" of all others."""
    people = [ClientXMPP(JID(address), password) for address, password in accounts]
    for person in people:
        person.roster.auto_authorize, person.roster.auto_subscribe = True, True
        started = asyncio.ensure_future(person.wait_until("session_start", WAIT_S))
        person.connect()
        await started
        await person.get_roster(timeout=WAIT_S)
        person.send_presence()
    pairs = [(one, two) for one in people for two in people if one is not two]
    for _ in range(WAIT_S * 10):
        if all(are_contacts(one, two) for one, two in pairs):
            break
        for one, two in pairs:
            if one.boundjid.bare < two.boundjid.bare and not one.client_roster[two.boundjid.bare]["pending_out"]:
                one.send_presence_subscription(pto=two.boundjid.bare)
        await asyncio.sleep(0.1)
    else:
        raise TimeoutError("the accounts did not become contacts")
    for person in people:
        await person.disconnect()
