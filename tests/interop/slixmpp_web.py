"""tom, who signed up in a browser, logs in with slixmpp 1.17.0, finds mira in his list, and a message passes."""

import asyncio
import logging
import sys

from slixmpp_talk import DOMAIN, Person, body_is
from steps import Steps, check


async def main():
    steps = Steps()
    mira = Person("mira", "four everyday words more", "desk")
    tom = Person("tom", "five grey geese fly", "phone")

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

    await steps.step("the password chosen in the browser logs the app in", come_in())
    await steps.step("XEP-0401 §5.5: the inviter is in the list", are_contacts())
    await steps.step("a message passes", talk())
    for person in (mira, tom):
        await person.goes()
    return steps.finish()


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main()))
