"""What comes back by a backup, with slixmpp 1.17.0: "before FILE" has mira and tom talk and keeps what their archives and
lists hold; "after FILE", at another server, finds all of it there, row by row, and has them talk on."""

import asyncio
import json
import logging
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from slixmpp_talk import DOMAIN, WAIT_S, Person, body_is
from steps import Steps, check, equal

RESULT = "{urn:xmpp:mam:2}result"
PASSWORDS = {"mira": "four everyday words more", "tom": "five grey geese fly"}


async def people():
    both = [Person(name, password, "old") for name, password in PASSWORDS.items()]
    for person in both:
        await person.log_in()
        person.send_presence()
    return both


async def archive(person):
    """All of it, in its order: id, and what stands in it to the letter."""
    rows, at = [], {}
    while True:
        query = person.make_iq_set()
        query["mam"]["queryid"] = query["id"]
        query["mam"]["rsm"]["max"] = "25"
        for key, value in at.items():
            query["mam"]["rsm"][key] = value
        since = person.mark()
        answer = await query.send(timeout=WAIT_S)
        results = [xml.find(RESULT) for xml in person.seen[since:] if xml.find(RESULT) is not None]
        rows += [[result.get("id"), ET.canonicalize(ET.tostring(result[0], encoding="unicode"))] for result in results]
        if answer.xml.find("{urn:xmpp:mam:2}fin").get("complete") == "true":
            return rows
        check(results, "an empty page that is not the last one")
        at = {"after": results[-1].get("id")}


async def contacts(person):
    # Without the version that slixmpp's own asks with: all of it.
    query = person.make_iq_get()
    query.enable("roster")
    answer = await query.send(timeout=WAIT_S)
    items = answer["roster"]["items"].items()
    return sorted([str(jid), item["name"], item["subscription"], sorted(item["groups"])] for jid, item in items)


async def holds(person):
    return {"archive": await archive(person), "contacts": await contacts(person)}


async def before(file):
    mira, tom = await people()
    since = (mira.mark(), tom.mark())
    to_mira, to_tom = [f"to mira {n} <&é\U0001f339>" for n in range(30)], [f"to tom {n}" for n in range(30)]
    for there, back in zip(to_mira, to_tom):
        tom.says(f"mira@{DOMAIN}", there)
        mira.says(f"tom@{DOMAIN}", back)
    await mira.bodies(f"tom@{DOMAIN}", to_mira, since[0], "to mira")
    await tom.bodies(f"mira@{DOMAIN}", to_tom, since[1], "to tom")
    mira.update_roster(f"tom@{DOMAIN}", name="Tom from the choir", groups=["Choir"])
    await mira["xep_0199"].ping(jid=DOMAIN)
    kept = {"mira": await holds(mira), "tom": await holds(tom)}
    check(all(len(each["archive"]) >= 60 for each in kept.values()), "both archives hold the talk")
    check(["Choir"] in (item[3] for item in kept["mira"]["contacts"]), "the list holds the group")
    Path(file).write_text(json.dumps(kept))
    for person in (mira, tom):
        await person.goes()


async def after(file, steps):
    kept = json.loads(Path(file).read_text())
    both = []

    async def come_in():
        both.extend(await people())

    async def is_there(what):
        for person in both:
            found = (await holds(person))[what]
            expected = kept[person.boundjid.user][what]
            equal(len(found), len(expected), f"rows of {person.boundjid.user}'s {what}")
            for at, (row, wanted) in enumerate(zip(found, expected)):
                equal(row, wanted, f"row {at} of {person.boundjid.user}'s {what}")

    async def talk_on():
        mira, tom = both
        tom.says(f"mira@{DOMAIN}", "still there?")
        await mira.see("a message", body_is("still there?"))
        mira.says(f"tom@{DOMAIN}", "all of it")
        await tom.see("the answer", body_is("all of it"))

    if await steps.step("old passwords log old apps in, under the old certificate", come_in()):
        await steps.step("both archives are as before: ids, words and order", is_there("archive"))
        await steps.step("both lists are as before", is_there("contacts"))
        await steps.step("a message passes, and its answer", talk_on())
    for person in both:
        await person.goes()


async def main():
    how, file = sys.argv[1:]
    steps = Steps()
    if how == "before":
        await steps.step("mira and tom talk, and what they hold is kept", before(file))
    else:
        await after(file, steps)
    return steps.finish()


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main()))
