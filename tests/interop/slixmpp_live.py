"""Runs the live tests that the list marks `run`, and holds the list complete: every test of the package has its line."""

import asyncio
import logging
import os
import pathlib
import sys
import unittest

from contacts import become_contacts

sys.path.insert(0, ".")


def flatten(suite):
    for test in suite:
        yield from flatten(test) if isinstance(test, unittest.TestSuite) else [test]


def live_tests():
    """Name without «itests.» -> test case."""
    tests = {}
    for file in sorted(pathlib.Path("itests").glob("test_*.py")):
        module = __import__(f"itests.{file.stem}", fromlist=["suite"])
        for test in flatten(module.suite):
            tests[test.id().removeprefix("itests.")] = test
    return tests


def read_list(path):
    """Name -> (run | later, the reason)."""
    lines = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8") if line.strip() and not line.startswith("#")]
    return {name: (mark, reason) for name, mark, reason in lines}


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed = 0

    def addSuccess(self, test):
        self.passed += 1
        print(f"ok     {test.id()}", flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._tell(test)

    def addError(self, test, error):
        super().addError(test, error)
        self._tell(test)

    def _tell(self, test):
        text = (self.failures + self.errors)[-1][1] if not self.errors else self.errors[-1][1]
        print(f"FAILED {test.id()}\n" + "".join(f"       {line}\n" for line in text.splitlines()[-6:]), flush=True)


def main():
    names = ("CI_ACCOUNT1", "CI_ACCOUNT2")
    asyncio.run(become_contacts([(os.environ[name], os.environ[f"{name}_PASSWORD"]) for name in names]))
    logging.disable(logging.CRITICAL)
    tests, listed = live_tests(), read_list(sys.argv[1])
    wrong = [f"{name} is not in the list" for name in tests if name not in listed]
    wrong += [f"{name} is in the list, but not in the package" for name in listed if name not in tests]
    for line in wrong:
        print(f"FAILED {line}")
    result = Result()
    unittest.TestSuite(test for name, test in tests.items() if listed.get(name, ("later",))[0] == "run").run(result)
    later = sum(mark == "later" for mark, _ in listed.values())
    print(f"{later} live tests later: see the list")
    failed = len(result.failures) + len(result.errors) + len(wrong)
    print(f"{result.passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
