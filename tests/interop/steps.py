"""Named steps of one script: each passes or fails plainly, the rest goes on. Ends with `N passed, N failed`."""

import asyncio
import sys
import traceback

STEP_TIMEOUT_S = 30


class Steps:
    def __init__(self):
        self.passed = 0
        self.failed = []

    async def step(self, name, awaitable, timeout=STEP_TIMEOUT_S):
        """True if it passed. What fails is told with its reason and the line it happened in."""
        try:
            await asyncio.wait_for(awaitable, timeout)
        except Exception as error:
            here = [frame for frame in traceback.extract_tb(error.__traceback__) if "/interop/" in frame.filename]
            where = f" (line {here[-1].lineno}: {here[-1].line})" if here else ""
            reason = "no answer in time" if isinstance(error, asyncio.TimeoutError) else f"{type(error).__name__}: {error}"
            self.failed.append(name)
            print(f"FAILED {name}: {reason}{where}", flush=True)
            return False
        self.passed += 1
        print(f"ok     {name}", flush=True)
        return True

    def finish(self):
        print(f"{self.passed} passed, {len(self.failed)} failed")
        sys.stdout.flush()
        return 1 if self.failed else 0


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)
