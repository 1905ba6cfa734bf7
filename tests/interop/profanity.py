"""profanity under tmux: what a person types, and reads on the screen. By itself it obeys its input, a line at a time:
"types TEXT", "shows TEXT"; each is answered by "ok", or by the screen."""

import asyncio
import os
import pathlib
import subprocess
import sys

WAIT_S = 15
LOOK_S = 0.1


class Profanity:
    """A tmux of its own (no one else's), 140 columns wide."""

    def __init__(self):
        scratch = pathlib.Path(os.environ["SCRATCH"])
        home = scratch / "profanity"
        for folder in ("config/profanity", "data/profanity"):
            (home / folder).mkdir(parents=True)
        (home / "config/profanity/profrc").write_text("[ui]\nsplash=false\nroster=false\n[notifications]\ninvite=false\nsub=false\n")
        self.tmux = ["tmux", "-S", str(scratch / "tmux.sock"), "-f", "/dev/null"]
        env = {**os.environ, "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data"), "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "screen"}
        subprocess.run([*self.tmux, "new-session", "-d", "-x", "140", "-y", "50", "profanity", "-l", "DEBUG"], env=env, check=True)

    def types(self, line):
        subprocess.run([*self.tmux, "send-keys", "-l", line], check=True)
        subprocess.run([*self.tmux, "send-keys", "Enter"], check=True)

    def screen(self):
        return subprocess.run([*self.tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    async def shows(self, text, times=1):
        """Waits until the screen holds the text."""
        for _ in range(int(WAIT_S / LOOK_S)):
            screen = self.screen()
            if screen.count(text) >= times:
                return screen
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"profanity does not show {text!r}; its screen:\n{screen}")

    async def logs_in(self, address, password):
        await self.shows("Profanity")
        self.types(f"/connect {address} server 127.0.0.1 port {os.environ['SERVER_PORT']} tls trust")
        await self.shows("Enter password")
        self.types(password)
        await self.shows("logged in successfully")

    def ends(self):
        subprocess.run([*self.tmux, "kill-server"], check=False, capture_output=True)


async def obeys(address, password):
    person = Profanity()
    try:
        await person.logs_in(address, password)
        print("ok", flush=True)
        for line in sys.stdin:
            verb, _, text = line.rstrip("\n").partition(" ")
            try:
                if verb == "types":
                    person.types(text)
                else:
                    await person.shows(text)
                print("ok", flush=True)
            except AssertionError as error:
                print(" / ".join(str(error).split("\n")), flush=True)
    finally:
        person.ends()


if __name__ == "__main__":
    asyncio.run(obeys(*sys.argv[1:3]))
