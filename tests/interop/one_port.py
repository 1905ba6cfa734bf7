"""slixmpp on the port of https, where it names no protocol: mercutio is there all the time, and comes once more again and
again, until the input ends. Says "here" first, and how often he came last."""

import asyncio
import logging
import sys

from slixmpp_talk import DOMAIN, Person

PASSWORD = "secret words"


async def main():
    stays = Person("mercutio", PASSWORD, "stays")
    await stays.log_in(direct_tls=True)
    stays.send_presence()
    print("here", flush=True)
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    rounds = 0
    while not ended.done():
        comes = Person("mercutio", PASSWORD, f"comes{rounds}")
        await comes.log_in(direct_tls=True)
        await stays["xep_0199"].ping(jid=DOMAIN)
        await comes["xep_0199"].ping(jid=DOMAIN)
        await comes.goes()
        rounds += 1
    await stays["xep_0199"].ping(jid=DOMAIN)
    await stays.goes()
    print(rounds, flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(main())
