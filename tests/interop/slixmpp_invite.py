"""tom comes in by the owner's invitation with slixmpp 1.17.0; the owner gets a new password by a link."""

import asyncio
import logging
import os
import sys

from slixmpp_talk import DOMAIN, WAIT_S, Person, body_is
from steps import Steps, check, equal

PASSWORD = "pencil-and-paper"


class Invited(Person):
    """Shows its token before it registers (XEP-0445 §4)."""

    def __init__(self, name, password, resource, token):
        super().__init__(name, password, resource, register=True)
        self.token = token
        self.refusal = None
        self.answered = asyncio.Event()

    async def _register(self, form):
        # Raw: slixmpp keeps back what it does not know until there is a session.
        preauth = f"<preauth xmlns='urn:xmpp:pars:0' token='{self.token}'/>"
        self.send_raw(f"<iq type='set' id='show' to='{DOMAIN}'>{preauth}</iq>")
        answer = await self.see("an answer to its token", lambda xml: xml.get("id") == "show")
        if answer.get("type") == "result":
            await super()._register(form)
        else:
            self.refusal = answer.find("{jabber:client}error")[0].tag.rpartition("}")[2]
        self.answered.set()


def item_of(name, subscription):
    def fits(xml):
        item = xml.find("{jabber:iq:roster}query/{jabber:iq:roster}item")
        return item is not None and item.get("jid") == f"{name}@{DOMAIN}" and item.get("subscription") == subscription

    return fits


async def main():
    steps = Steps()
    owner = Person("admin", "admin", "desk")
    tom = Invited("tom", PASSWORD, "phone", os.environ["TOKEN"])
    late = Invited("tina", PASSWORD, "phone", os.environ["TOKEN"])
    again = Invited("admin", "four grey geese", "desk", os.environ["RESET"])

    async def comes_in():
        await owner.log_in()
        await owner.get_roster()
        owner.send_presence()
        await tom.log_in()
        equal(tom.refusal, None, "the registration")

    async def are_contacts():
        await owner.see("a roster push", item_of("tom", "both"))
        await tom.get_roster()
        tom.send_presence()
        check("both" == tom.client_roster[f"admin@{DOMAIN}"]["subscription"], "the inviter is in tom's roster")
        await owner.see("tom's presence", lambda xml: xml.get("from", "").startswith(f"tom@{DOMAIN}/"))
        await tom.see("the owner's presence", lambda xml: xml.get("from", "").startswith(f"admin@{DOMAIN}/"))

    async def talk():
        tom.says(f"admin@{DOMAIN}", "here I am")
        await owner.see("a message", body_is("here I am"))

    async def used_up():
        late.connect("127.0.0.1", int(os.environ["SERVER_PORT"]))
        await asyncio.wait_for(late.answered.wait(), WAIT_S)
        equal(late.refusal, "item-not-found", "the second use")
        await late.disconnect()

    async def new_password():
        over = asyncio.ensure_future(owner.wait_until("disconnected", WAIT_S))
        await again.log_in()
        equal(again.refusal, None, "the reset")
        await over

    await steps.step("XEP-0445 §4: an account by invitation", comes_in())
    await steps.step("XEP-0401 §5.5: inviter and invited are contacts at once", are_contacts())
    await steps.step("a message passes", talk())
    await steps.step("XEP-0445 §4: an invitation for one is used up", used_up())
    await steps.step("a link gives a new password and signs the old one out", new_password())
    for person in (owner, tom, again):
        await person.goes()
    return steps.finish()


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main()))
