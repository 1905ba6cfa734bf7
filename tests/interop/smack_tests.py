"""Runs Smack's integration tests, and holds what came of each against a list: new failures and new tests fail.

The suite is run twice. First as it comes, its accounts made by add-user (XEP-0133): strangers to one another. Then the
tests that ask another person's device, with three accounts that are contacts (RFC 6121 §8.5.3.1).
"""

import asyncio
import os
import re
import subprocess
import sys

from contacts import become_contacts

MARKS = ("run", "contacts", "later", "never")
FRAMEWORK = "org.igniterealtime.smack.inttest.SmackIntegrationTestFramework"
# One run takes 40 s; a test that never comes to its end has 6 minutes.
RUN_MAX_S = 170
LOGGING = f"""handlers=java.util.logging.ConsoleHandler
java.util.logging.ConsoleHandler.level=ALL
java.util.logging.SimpleFormatter.format=%4$s %5$s%n
.level=OFF
org.igniterealtime.smack.inttest.level=ALL
"""


def read_list(path):
    """Test or class -> (mark, the reason)."""
    lines = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8") if line.strip() and not line.startswith("#")]
    for name, mark, _ in lines:
        assert mark in MARKS, f"{name}: «{mark}» is none of {MARKS}"
    return {name: (mark, reason) for name, mark, reason in lines}


class Suite:
    def __init__(self, jars, scratch, domain):
        self.scratch = scratch
        logging = os.path.join(scratch, "logging.properties")
        with open(logging, "w", encoding="utf-8") as file:
            file.write(LOGGING)
        options = {
            "java.util.logging.config.file": logging,
            "javax.net.ssl.trustStore": os.path.join(scratch, "trust.p12"),
            "javax.net.ssl.trustStorePassword": "changeit",
            "sinttest.service": domain,
            "sinttest.host": "127.0.0.1",
            "sinttest.dnsResolver": "javax",
            "sinttest.enabledConnections": "tcp",
            "sinttest.replyTimeout": "5000",
        }
        self.command = ["java", "-Xmx256m", *(f"-D{name}={value}" for name, value in options.items())]
        self.jars = jars

    def run(self, **options):
        """What passed, what failed with its reason, which classes could not run with theirs."""
        given = [f"-Dsinttest.{name}={value}" for name, value in options.items()]
        command = [*self.command, *given, "-cp", f"{self.jars}/*", FRAMEWORK]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_MAX_S, check=False)
        log = done.stdout.decode(errors="replace")
        if not re.search(r"^INFO SmackIntegrationTestFramework\[\w+\] finished: ", log, re.M):
            print(log[-8_000:])
            raise SystemExit("FAILED the suite broke off")
        passed = set(re.findall(r"^INFO (\w+\.\w+) \([^)]*\) ✔$", log, re.M))
        failed = dict(re.findall(r"^SEVERE (\w+\.\w+) \([^)]*\) failed: (.*)$", log, re.M))
        impossible = dict(re.findall(r"^INFO Could not run [\w.]+\.(\w+) because: (.*)$", log, re.M))
        return passed, failed, impossible


class Judge:
    def __init__(self, listed):
        self.listed = listed
        self.passed = 0
        self.failed = []

    def marked(self, mark):
        return sorted(name for name, (other, _) in self.listed.items() if other == mark)

    def mark(self, test):
        """A test's own, or its class's."""
        for name in (test, test.partition(".")[0]):
            if name in self.listed:
                return self.listed[name][0]
        return None

    def fails(self, name, why):
        self.failed.append(name)
        print(f"FAILED {name}: {why}")

    def hear(self, mark, passed, failed, impossible):
        """One run, in which the tests of this mark must pass."""
        for test in sorted(passed | failed.keys()):
            if self.mark(test) is None:
                self.fails(test, "is not in the list")
            elif self.mark(test) != mark:
                print(f"       {test}: {'passed' if test in passed else failed[test][:200]}")
            elif test in failed:
                self.fails(test, failed[test])
            else:
                self.passed += 1
                print(f"ok     {test}")
        for test in self.marked(mark):
            ran = any(test in (other, other.partition(".")[0]) for other in passed | failed.keys())
            if not ran:
                self.fails(test, impossible.get(test.partition(".")[0], "did not run"))
        for name, reason in sorted(impossible.items()):
            if self.mark(name) is None:
                self.fails(name, f"could not run and is not in the list: {reason}")


def tried_twice(suite, judge, mark, **options):
    """One run, and another one of the tests of this mark that failed in it: their order is random, they share their
    accounts, and one or two that move from run to run are the suite's own."""
    passed, failed, impossible = suite.run(**options)
    again = sorted(test for test in failed if judge.mark(test) == mark)
    if again:
        print(f"again: {', '.join(f'{test} ({failed[test][:200]})' for test in again)}")
        only = {name: value for name, value in options.items() if name != "disabledTests"}
        passed_then, failed_then, _ = suite.run(**only, enabledTests=",".join(again))
        for test in again:
            if test in passed_then and test not in failed_then:
                passed.add(test)
                del failed[test]
    return passed, failed, impossible


def main():
    listed = read_list(sys.argv[1])
    domain = os.environ["SERVER_DOMAIN"]
    judge, suite = Judge(listed), Suite(os.environ["SMACK_JARS"], os.environ["SCRATCH"], domain)
    not_now = ",".join(judge.marked("never") + judge.marked("contacts"))
    admin = {"adminAccountUsername": "admin", "adminAccountPassword": "admin"}
    strangers = tried_twice(suite, judge, "run", **admin, disabledTests=not_now)
    judge.hear("run", *strangers)

    names, password = ("one", "two", "three"), "a-password-of-contacts"
    asyncio.run(become_contacts([(f"{name}@{domain}", password) for name in names]))
    accounts = {}
    for name in names:
        accounts[f"account{name.capitalize()}Username"] = name
        accounts[f"account{name.capitalize()}Password"] = password
    judge.hear("contacts", *suite.run(enabledTests=",".join(judge.marked("contacts")), **accounts)[:2], {})
    later = sum(mark in ("later", "never") for mark, _ in listed.values())
    print(f"{later} tests and classes are impossible yet: see the list")
    print(f"{judge.passed} passed, {len(judge.failed)} failed")
    return 1 if judge.failed else 0


sys.exit(main())
