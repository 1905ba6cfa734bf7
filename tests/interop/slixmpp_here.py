"""Somebody's app: slixmpp_here.py NAME PASSWORD RESOURCE says "here" once it is signed in, and goes when its input ends."""

import asyncio
import logging
import sys

from slixmpp_talk import Person


async def main():
    person = Person(*sys.argv[1:4])
    await person.log_in()
    # Below zero: what waits for somebody who is away goes on waiting (RFC 6121 §8.5.2).
    person.send_presence(ppriority=-1)
    await person["xep_0199"].ping(jid=person.boundjid.domain)
    print("here", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    # One that was driven out has gone already.
    if person.is_connected():
        await person.goes()


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(main())
