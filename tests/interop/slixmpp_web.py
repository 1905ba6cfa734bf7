"""After the walk in a browser, with slixmpp 1.17.0: who signed up or was let in logs in, who was refused does not, and the
inviter's app has what strangers asked by links that were over."""

import asyncio
import logging
import sys

from slixmpp_talk import DOMAIN, Person, body, body_is
from steps import Steps, check

PASSWORD = "five grey geese fly"
# Each asked by a link that was over in another way: all places taken, used, run out, taken back.
STRANGERS = ["Felix", "Lena", "Olga", "Rosa"]
WAITED = ["lena", "otto", "zora"]


async def main():
    steps = Steps()
    mira = Person("mira", "four everyday words more", "desk")
    tom = Person("tom", PASSWORD, "phone")
    lena = Person("lena", PASSWORD, "phone")

    async def come_in():
        await mira.log_in()
        mira.send_presence()
        await tom.log_in()

    async def are_contacts():
        await tom.get_roster()
        tom.send_presence()
        check("both" == tom.client_roster[f"mira@{DOMAIN}"]["subscription"], "the inviter is in tom's roster")
        await mira.see("tom's presence", lambda xml: xml.get("from", "").startswith(f"tom@{DOMAIN}/"))

    async def talk():
        tom.says(f"mira@{DOMAIN}", "here I am")
        await mira.see("a message", body_is("here I am"))

    async def was_asked(names):
        for name in names:
            await mira.see(f"a message about {name}", lambda xml: name in (body(xml) or "") and xml.get("from") == DOMAIN)

    async def let_in():
        await lena.log_in()
        lena.says(f"mira@{DOMAIN}", "thanks for the yes")
        await mira.see("a message", body_is("thanks for the yes"))

    await steps.step("the password chosen in the browser logs the app in", come_in())
    await steps.step("XEP-0401 §5.5: the inviter is in the list", are_contacts())
    await steps.step("a message passes", talk())
    await steps.step("the inviter's app is told who asks for a new link", was_asked(STRANGERS))
    await steps.step("the owner's app is told who waits for a yes", was_asked(WAITED))
    await steps.step("who was let in on the page logs in", let_in())
    await steps.step("who was refused does not", Person("otto", PASSWORD, "phone").refused())
    for person in (mira, tom, lena):
        await person.goes()
    return steps.finish()


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main()))
