"""romeo at profanity under tmux, juliet at go-sendxmpp: what a person at a terminal types, and reads on the screen."""

import asyncio
import os
import subprocess
import sys

from profanity import Profanity
from steps import Steps, check

DOMAIN = os.environ["SERVER_DOMAIN"]
PORT = os.environ["SERVER_PORT"]
PORT_TLS = os.environ["SERVER_PORT_TLS"]
WAIT_S = 15
ROMEO, JULIET = f"romeo@{DOMAIN}", f"juliet@{DOMAIN}"


class GoSendxmpp:
    """One process: with -l it listens and prints messages, otherwise it sends its standard input and ends."""

    @classmethod
    async def start(cls, *options, tls=False):
        self = cls()
        server = f"127.0.0.1:{PORT_TLS if tls else PORT}"
        arguments = ["-n", "-u", JULIET, "-p", "balcony", "-j", server, *(["-t"] if tls else []), *options]
        self.process = await asyncio.create_subprocess_exec(
            "go-sendxmpp", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return self

    async def prints(self, text):
        lines = []
        while True:
            line = await asyncio.wait_for(self.process.stdout.readline(), WAIT_S)
            lines.append(line.decode(errors="replace"))
            if text in lines[-1]:
                return lines
            check(line, f"go-sendxmpp ended without {text!r}: {''.join(lines)}")

    async def done(self):
        out, _ = await asyncio.wait_for(self.process.communicate(), WAIT_S)
        check(self.process.returncode == 0, f"go-sendxmpp: status {self.process.returncode}, {out.decode(errors='replace')}")

    def ends(self):
        if self.process.returncode is None:
            self.process.kill()


async def juliet_sends(text, tls=False):
    sender = await GoSendxmpp.start(ROMEO, tls=tls)
    sender.process.stdin.write(text.encode() + b"\n")
    sender.process.stdin.close()
    await sender.done()


async def juliet_sends_raw(stanzas):
    sender = await GoSendxmpp.start("--raw", ROMEO)
    sender.process.stdin.write(stanzas.encode())
    sender.process.stdin.close()
    await sender.done()


async def contacts(romeo):
    """juliet's answers are raw stanzas: go-sendxmpp has no words for them."""
    romeo.types(f"/roster add {JULIET} Julia")
    await romeo.shows(JULIET)
    romeo.types(f"/sub request {JULIET}")
    await romeo.shows("Sent subscription request")
    await juliet_sends_raw(f"<presence to='{ROMEO}' type='subscribed'/><presence to='{ROMEO}' type='subscribe'/>")
    await romeo.shows("Received authorization request from")
    romeo.types(f"/sub allow {JULIET}")
    await romeo.shows("Accepted subscription")
    romeo.types("/clear")
    romeo.types("/roster")
    await romeo.shows(f"{JULIET} (Julia) - both")


async def romeo_says(romeo, listener):
    romeo.types(f"/msg {JULIET} But soft, what light through yonder window breaks?")
    await listener.prints("But soft, what light through yonder window breaks?")


async def juliet_answers(romeo):
    await juliet_sends("O Romeo, wherefore art thou Romeo?")
    await romeo.shows("O Romeo, wherefore art thou Romeo?")
    await juliet_sends("Deny thy father & refuse thy <name> \u2014 \U0001f339", tls=True)
    await romeo.shows("Deny thy father & refuse thy <name>")


async def stays_in_order(romeo, listener):
    for n in range(10):
        romeo.types(f"line {n} of ten")
    lines = []
    for n in range(10):
        lines += await listener.prints(f"line {n} of ten")
    found = [line for line in lines if " of ten" in line]
    check(len(found) == 10, f"ten lines, each once: {found}")


async def reads_history(romeo):
    """A second profanity window shows what was said: nothing got lost or doubled on the screen."""
    screen = romeo.screen()
    check(screen.count("wherefore art thou Romeo?") == 1, f"once on the screen:\n{screen}")


async def blocks(romeo):
    romeo.types(f"/blocked add {JULIET}")
    await romeo.shows(f"{JULIET}")
    romeo.types("/win 1")
    romeo.types("/clear")
    romeo.types("/blocked")
    await romeo.shows(JULIET)
    sender = await GoSendxmpp.start(ROMEO)
    sender.process.stdin.write(b"You cannot hear this\n")
    sender.process.stdin.close()
    await asyncio.wait_for(sender.process.wait(), WAIT_S)
    romeo.types(f"/blocked remove {JULIET}")
    romeo.types("/clear")
    await juliet_sends("But you hear this")
    romeo.types(f"/msg {JULIET}")
    screen = await romeo.shows("But you hear this")
    check("You cannot hear this" not in screen, f"a blocked message is on the screen:\n{screen}")


async def pings(romeo):
    romeo.types("/win 1")
    romeo.types("/clear")
    romeo.types("/ping")
    await romeo.shows("Ping response from")
    romeo.types(f"/disco info {DOMAIN}")
    await romeo.shows("urn:xmpp:carbons:2")


async def main():
    steps = Steps()
    romeo = Profanity()
    programs = []
    try:
        if not await steps.step("romeo logs in with profanity (STARTTLS)", romeo.logs_in(ROMEO, "montague")):
            return steps.finish()
        listener = await GoSendxmpp.start("-l")
        programs.append(listener)
        await steps.step("they become contacts", contacts(romeo))
        await steps.step("romeo speaks, juliet hears", romeo_says(romeo, listener))
        await steps.step("juliet answers, over STARTTLS and direct TLS", juliet_answers(romeo))
        await steps.step("ten lines stay in order", stays_in_order(romeo, listener))
        await steps.step("nothing is doubled on the screen", reads_history(romeo))
        await steps.step("romeo blocks juliet and lets her again", blocks(romeo))
        await steps.step("romeo asks the server", pings(romeo))
    finally:
        romeo.ends()
        for program in programs:
            program.ends()
    return steps.finish()


sys.exit(asyncio.run(main()))
