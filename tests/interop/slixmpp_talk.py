"""romeo and juliet with slixmpp 1.17.0: register, contacts, chat, archive, block list, carbons, resumption, goodbye."""

import asyncio
import logging
import os
import sys
import warnings

# slixmpp 1.17 still says iscoroutinefunction of asyncio
warnings.filterwarnings("ignore", category=DeprecationWarning)

from slixmpp import ClientXMPP, JID
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from steps import Steps, check, equal

DOMAIN = os.environ["SERVER_DOMAIN"]
HOST = "127.0.0.1"
PORT = int(os.environ["SERVER_PORT"])
PORT_TLS = int(os.environ["SERVER_PORT_TLS"])
CERTIFICATE = os.environ["SERVER_CERT"]
CLIENT = "{jabber:client}"
ROSTER = "{jabber:iq:roster}"
WAIT_S = 10
PLUGINS = ["xep_0012", "xep_0030", "xep_0077", "xep_0092", "xep_0191", "xep_0199", "xep_0202", "xep_0203", "xep_0280", "xep_0313", "xep_0359"]


class Person(ClientXMPP):
    """Keeps every stanza it was sent, in order; `see` waits for one that fits."""

    def __init__(self, name, password, resource, resumable=False, register=False):
        super().__init__(JID(f"{name}@{DOMAIN}/{resource}"), password)
        self.ca_certs = CERTIFICATE
        self.seen = []
        self.more = asyncio.Condition()
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        if resumable:
            self.register_plugin("xep_0198")
        self.roster.auto_authorize = None
        self.roster.auto_subscribe = False
        for kind in ("message", "presence", "iq"):
            self.register_handler(Callback(f"every {kind}", MatchXPath(CLIENT + kind), self._keep, instream=True))
        if register:
            self["xep_0077"].force_registration = True
            self.add_event_handler("register", self._register)

    def _keep(self, stanza):
        self.seen.append(stanza.xml)
        asyncio.ensure_future(self._tell())

    async def _tell(self):
        async with self.more:
            self.more.notify_all()

    async def _register(self, form):
        answer = self.Iq()
        answer["type"] = "set"
        answer["register"]["username"] = self.boundjid.user
        answer["register"]["password"] = self.password
        await answer.send(timeout=WAIT_S)
        self["xep_0077"].force_registration = False

    async def log_in(self, direct_tls=False):
        self.enable_direct_tls, self.enable_starttls = direct_tls, not direct_tls
        started = asyncio.ensure_future(self.wait_until("session_start", WAIT_S))
        self.connect(HOST, PORT_TLS if direct_tls else PORT)
        await started

    async def refused(self):
        """Tries to log in; the password must be refused."""
        self.enable_direct_tls = False
        self["feature_mechanisms"].use_mech = "SCRAM-SHA-256"  # or it would end as ANONYMOUS, which a test profile allows
        refused = asyncio.ensure_future(self.wait_until("failed_all_auth", WAIT_S))
        self.connect(HOST, PORT)
        await refused
        await self.disconnect()

    async def see(self, what, fits, since=0):
        """The first stanza from position `since` on that fits; waits for it."""

        def found():
            return next((xml for xml in self.seen[since:] if fits(xml)), None)

        async with self.more:
            try:
                await asyncio.wait_for(self.more.wait_for(lambda: found() is not None), WAIT_S)
            except asyncio.TimeoutError:
                raise AssertionError(f"{self.boundjid.full} was not sent {what}") from None
        return found()

    def mark(self):
        return len(self.seen)

    async def bodies(self, sender, expected, since, prefix):
        """Waits for the messages with these bodies; nothing doubled, nothing missing, order kept."""
        await self.see(expected[-1], body_is(expected[-1]), since)
        await self["xep_0199"].ping(jid=DOMAIN)
        found = [body(x) for x in self.seen[since:] if (body(x) or "").startswith(prefix) and x.get("from", "").startswith(sender)]
        equal(found, expected, "bodies")

    def says(self, to, text, kind="chat"):
        self.send_message(mto=JID(to), mbody=text, mtype=kind)

    async def goes(self):
        await self.disconnect()


def body(xml):
    return xml.findtext(CLIENT + "body") if xml.tag == CLIENT + "message" else None


def body_is(text):
    return lambda xml: body(xml) == text


def presence(kind, sender):
    def fits(xml):
        return xml.tag == CLIENT + "presence" and xml.get("type") == kind and JID(xml.get("from", "")).bare == sender

    return fits


def roster_item(jid, subscription):
    def fits(xml):
        item = xml.find(f"{ROSTER}query/{ROSTER}item")
        return xml.get("type") == "set" and item is not None and item.get("jid") == jid and item.get("subscription") == subscription

    return fits


def carbon(direction, text):
    path = f"{{urn:xmpp:carbons:2}}{direction}/{{urn:xmpp:forward:0}}forwarded/{CLIENT}message/{CLIENT}body"
    return lambda xml: xml.findtext(path) == text


romeo_jid, juliet_jid = f"romeo@{DOMAIN}", f"juliet@{DOMAIN}"


async def registers(romeo, juliet):
    await romeo.log_in()
    await juliet.log_in()
    for person in (romeo, juliet):
        await person.get_roster(timeout=WAIT_S)
        person.send_presence()


async def name_is_taken():
    second = Person("romeo", "another", "x", register=True)
    second.enable_direct_tls = False
    refusal = asyncio.get_running_loop().create_future()

    async def register(form):
        answer = second.Iq()
        answer["type"] = "set"
        answer["register"]["username"] = "romeo"
        answer["register"]["password"] = "another"
        try:
            await answer.send(timeout=WAIT_S)
            refusal.set_result(None)
        except IqError as error:
            refusal.set_result(error.condition)

    second.del_event_handler("register", second._register)
    second.add_event_handler("register", register)
    second.connect(HOST, PORT)
    equal(await asyncio.wait_for(refusal, WAIT_S), "conflict", "condition")
    second.abort()


async def asks_the_server(romeo):
    info = await romeo["xep_0030"].get_info(jid=DOMAIN, timeout=WAIT_S)
    features = set(info["disco_info"]["features"])
    for feature in ("urn:xmpp:ping", "urn:xmpp:carbons:2", "urn:xmpp:blocking", "jabber:iq:version"):
        check(feature in features, f"{feature} is not among {sorted(features)}")
    own = await romeo["xep_0030"].get_info(jid=romeo_jid, timeout=WAIT_S)
    check("urn:xmpp:mam:2" in own["disco_info"]["features"], "the account does not announce its archive")
    check(await romeo["xep_0199"].ping(jid=DOMAIN) < WAIT_S, "ping")
    version = await romeo["xep_0092"].get_version(DOMAIN)
    check(version["software_version"]["name"], "the version has a name")
    await romeo["xep_0202"].get_entity_time(DOMAIN)


async def become_contacts(romeo, juliet):
    since_r, since_j = romeo.mark(), juliet.mark()
    romeo.send_presence_subscription(pto=juliet_jid, ptype="subscribe")
    await romeo.see("a push with ask", lambda x: roster_item(juliet_jid, "none")(x), since_r)
    await juliet.see("the request", presence("subscribe", romeo_jid), since_j)
    juliet.send_presence_subscription(pto=romeo_jid, ptype="subscribed")
    await romeo.see("subscribed", presence("subscribed", juliet_jid), since_r)
    await romeo.see("subscription to", roster_item(juliet_jid, "to"), since_r)
    await romeo.see("juliet's presence", presence(None, juliet_jid), since_r)
    juliet.send_presence_subscription(pto=romeo_jid, ptype="subscribe")
    await romeo.see("the request", presence("subscribe", juliet_jid), since_r)
    romeo.send_presence_subscription(pto=juliet_jid, ptype="subscribed")
    await juliet.see("subscription both", roster_item(romeo_jid, "both"), since_j)
    await romeo.see("subscription both", roster_item(juliet_jid, "both"), since_r)
    await juliet.see("romeo's presence", presence(None, romeo_jid), since_j)


async def names_a_contact(romeo):
    since = romeo.mark()
    romeo.update_roster(JID(juliet_jid), name="Juliet C.", groups=["Verona", "Balcony"])
    await romeo.see("the push", roster_item(juliet_jid, "both"), since)
    query = romeo.make_iq_get()
    query.enable("roster")
    answer = await query.send(timeout=WAIT_S)
    items = answer["roster"]["items"]
    equal([str(jid) for jid in items], [juliet_jid], "contacts")
    item = next(iter(items.values()))
    equal((item["name"], sorted(item["groups"]), item["subscription"]), ("Juliet C.", ["Balcony", "Verona"], "both"), "item")


async def presence_is_seen(romeo, juliet):
    since = juliet.mark()
    romeo.send_presence(pshow="away", pstatus="in the orchard")
    seen = await juliet.see("away", lambda x: presence(None, romeo_jid)(x) and x.findtext(CLIENT + "show") == "away", since)
    equal(seen.findtext(CLIENT + "status"), "in the orchard", "status")
    romeo.send_presence()


async def talk(romeo, juliet):
    since_r, since_j = romeo.mark(), juliet.mark()
    asked = [f"talk to juliet {n} <&\u00e9\U0001f339>" for n in range(50)]
    answered = [f"talk to romeo {n}" for n in range(50)]
    for question, answer in zip(asked, answered):
        romeo.says(juliet_jid, question)
        juliet.says(romeo.boundjid.full, answer)
    await juliet.bodies(romeo_jid, asked, since_j, "talk to juliet")
    await romeo.bodies(juliet_jid, answered, since_r, "talk to romeo")


async def page(person, size, **rsm):
    """One archive page of the talk with the other one: (ids, bodies, fin)."""
    query = person.make_iq_set()
    query["mam"]["queryid"] = query["id"]
    query["mam"]["with"] = JID(rsm.pop("with_jid"))
    query["mam"]["rsm"]["max"] = str(size)
    for key, value in rsm.items():
        query["mam"]["rsm"][key] = value
    since = person.mark()
    answer = await query.send(timeout=WAIT_S)
    results = [x.find("{urn:xmpp:mam:2}result") for x in person.seen[since:] if x.find("{urn:xmpp:mam:2}result") is not None]
    results = [r for r in results if r.get("queryid") == query["id"]]
    texts = [r.findtext(f"{{urn:xmpp:forward:0}}forwarded/{CLIENT}message/{CLIENT}body") for r in results]
    return [r.get("id") for r in results], texts, answer.xml.find("{urn:xmpp:mam:2}fin")


async def whole_archive(person, with_jid, size, backwards):
    """Every page, in the order of the archive."""
    ids, texts, at = [], [], {"before": True} if backwards else {}
    for _ in range(200):
        page_ids, page_texts, fin = await page(person, size, with_jid=with_jid, **at)
        check(len(page_ids) <= size, f"a page of {len(page_ids)}, asked for {size}")
        ids, texts = (page_ids + ids, page_texts + texts) if backwards else (ids + page_ids, texts + page_texts)
        if fin.get("complete") == "true":
            return ids, texts
        check(page_ids, "an empty page that is not the last one")
        at = {"before": page_ids[0]} if backwards else {"after": page_ids[-1]}
    raise AssertionError("the archive has no end")


async def pages_the_archive(person, other, size, backwards):
    ids, texts = await whole_archive(person, other, size, backwards)
    equal(len(ids), len(set(ids)), "different ids")
    mine = [t for t in texts if (t or "").startswith("talk to juliet")]
    theirs = [t for t in texts if (t or "").startswith("talk to romeo")]
    equal(mine, [f"talk to juliet {n} <&\u00e9\U0001f339>" for n in range(50)], "to juliet")
    equal(theirs, [f"talk to romeo {n}" for n in range(50)], "to romeo")
    equal(len(ids), 100, "archived messages")


async def archives_agree_on_ids(romeo, juliet):
    """Each has its own ids, and the order of either is the order of delivery."""
    _, of_romeo = await whole_archive(romeo, juliet_jid, 30, False)
    _, of_juliet = await whole_archive(juliet, romeo_jid, 30, False)
    equal(sorted(of_romeo), sorted(of_juliet), "what both archives hold")


async def slixmpp_iterates(romeo):
    found = []
    async for message in romeo["xep_0313"].iterate(with_jid=JID(juliet_jid), rsm={"max": 9}):
        found.append(message["mam_result"]["forwarded"]["stanza"]["body"])
    equal(len(found), 100, "messages of the iterator")


async def blocks(romeo, juliet):
    since_r, since_j = romeo.mark(), juliet.mark()
    await juliet["xep_0191"].block([JID(romeo_jid)], timeout=WAIT_S)
    equal(await juliet["xep_0191"].get_blocked_jids(timeout=WAIT_S), {JID(romeo_jid)}, "block list")
    await romeo.see("juliet's going", presence("unavailable", juliet_jid), since_r)
    romeo.says(juliet_jid, "blocked: do you hear me?")
    await romeo.see("an error", lambda x: x.tag == CLIENT + "message" and x.get("type") == "error", since_r)
    await juliet["xep_0191"].unblock([JID(romeo_jid)], timeout=WAIT_S)
    equal(await juliet["xep_0191"].get_blocked_jids(timeout=WAIT_S), set(), "block list")
    romeo.says(juliet_jid, "unblocked: and now?")
    await juliet.see("the message", body_is("unblocked: and now?"), since_j)
    check(not any(body_is("blocked: do you hear me?")(x) for x in juliet.seen), "a blocked message came through")
    _, texts = await whole_archive(juliet, romeo_jid, 100, False)
    check("blocked: do you hear me?" not in texts, "a blocked message is in the archive")


async def carbon_copies(romeo, juliet, second):
    await second.log_in(direct_tls=True)
    await second.get_roster(timeout=WAIT_S)
    second.send_presence()
    await second["xep_0280"].enable()
    await romeo["xep_0280"].enable()
    since_r, since_s = romeo.mark(), second.mark()
    juliet.says(romeo.boundjid.full, "carbon: to one device")
    await romeo.see("the message", body_is("carbon: to one device"), since_r)
    await second.see("a received copy", carbon("received", "carbon: to one device"), since_s)
    romeo.says(juliet_jid, "carbon: from one device")
    await second.see("a sent copy", carbon("sent", "carbon: from one device"), since_s)
    await second["xep_0199"].ping(jid=DOMAIN)
    for direction, text in (("received", "carbon: to one device"), ("sent", "carbon: from one device")):
        equal(sum(carbon(direction, text)(x) for x in second.seen[since_s:]), 1, f"copies {direction}")
    check(not any(carbon("sent", "carbon: from one device")(x) for x in romeo.seen), "a copy to the sending device")
    await second.goes()


async def resumes(romeo, phone):
    """romeo's phone loses the network without a word; what came meanwhile is there after the resumption, once."""
    await phone.log_in()
    await phone.get_roster(timeout=WAIT_S)
    phone.send_presence()
    await phone["xep_0199"].ping(jid=DOMAIN)
    since = phone.mark()
    for n in range(5):
        romeo.says(phone.boundjid.full, f"away {n}")
    await phone.see("away 4", body_is("away 4"), since)
    gone = asyncio.ensure_future(phone.wait_until("disconnected", WAIT_S))
    phone.transport.abort()
    await gone
    for n in range(5, 10):
        romeo.says(phone.boundjid.full, f"away {n}")
    await romeo["xep_0199"].ping(jid=DOMAIN)
    resumed = asyncio.ensure_future(phone.wait_until("session_resumed", WAIT_S))
    phone.connect(HOST, PORT)
    await resumed
    await phone.bodies(romeo_jid, [f"away {n}" for n in range(10)], since, "away ")


async def resumes_while_sending(romeo, phone):
    """What the phone wrote into a dead socket arrives after the resumption, once and in order."""
    since = romeo.mark()
    for n in range(5):
        phone.says(romeo.boundjid.full, f"tunnel {n}")
    gone = asyncio.ensure_future(phone.wait_until("disconnected", WAIT_S))
    await asyncio.sleep(0)
    phone.transport.abort()
    await gone
    resumed = asyncio.ensure_future(phone.wait_until("session_resumed", WAIT_S))
    phone.connect(HOST, PORT)
    await resumed
    for n in range(5, 10):
        phone.says(romeo.boundjid.full, f"tunnel {n}")
    await romeo.bodies(juliet_jid, [f"tunnel {n}" for n in range(10)], since, "tunnel ")
    await phone.goes()


async def offline_messages(romeo, juliet):
    """Messages to nobody online wait, with a delay, and come once."""
    since_r = romeo.mark()
    await juliet.goes()
    await romeo.see("juliet's going", presence("unavailable", juliet_jid), since_r)
    for n in range(3):
        romeo.says(juliet_jid, f"offline {n}")
    await romeo["xep_0199"].ping(jid=DOMAIN)
    again = Person("juliet", "balcony", "again")
    await again.log_in()
    await again.get_roster(timeout=WAIT_S)
    again.send_presence()
    await again.bodies(romeo_jid, [f"offline {n}" for n in range(3)], 0, "offline ")
    first = await again.see("the first", body_is("offline 0"))
    check(first.find("{urn:xmpp:delay}delay") is not None, "an offline message without its delay")
    await again.goes()
    third = Person("juliet", "balcony", "third")
    await third.log_in()
    await third.get_roster(timeout=WAIT_S)
    third.send_presence()
    await third["xep_0199"].ping(jid=DOMAIN)
    check(not any((body(x) or "").startswith("offline") for x in third.seen), "an offline message came twice")
    return third


async def changes_password(romeo):
    await romeo["xep_0077"].change_password("a new pässword", jid=DOMAIN, timeout=WAIT_S)
    await romeo.goes()
    await Person("romeo", "montague", "old").refused()
    again = Person("romeo", "a new pässword", "new")
    await again.log_in()
    return again


async def leaves(romeo):
    gone = asyncio.ensure_future(romeo.wait_until("disconnected", WAIT_S))
    await romeo["xep_0077"].cancel_registration(timeout=WAIT_S)
    await gone
    await Person("romeo", "a new pässword", "ghost").refused()


async def contact_is_told(juliet, since):
    await juliet.see("romeo's unsubscription", lambda x: presence("unsubscribed", romeo_jid)(x) or presence("unsubscribe", romeo_jid)(x), since)


async def main():
    logging.basicConfig(level=logging.DEBUG if os.environ.get("INTEROP_DEBUG") else logging.CRITICAL)
    steps = Steps()
    romeo = Person("romeo", "montague", "orchard", register=True)
    juliet = Person("juliet", "balcony", "chamber", register=True)
    if not await steps.step("two people register and log in (0077, SCRAM, STARTTLS)", registers(romeo, juliet)):
        return steps.finish()
    await steps.step("a name that is taken is refused (0077)", name_is_taken())
    await steps.step("the server tells what it can (0030, 0092, 0199, 0202)", asks_the_server(romeo))
    await steps.step("a subscription in both directions (6121 §3)", become_contacts(romeo, juliet))
    await steps.step("a contact gets a name and groups (6121 §2)", names_a_contact(romeo))
    await steps.step("a change of presence is seen (6121 §4)", presence_is_seen(romeo, juliet))
    await steps.step("a hundred messages, both directions at once, once and in order", talk(romeo, juliet))
    await steps.step("romeo's archive by pages of 7, forwards (0313, 0059)", pages_the_archive(romeo, juliet_jid, 7, False))
    await steps.step("romeo's archive by pages of 7, backwards", pages_the_archive(romeo, juliet_jid, 7, True))
    await steps.step("juliet's archive by pages of 50", pages_the_archive(juliet, romeo_jid, 50, False))
    await steps.step("both archives hold the same", archives_agree_on_ids(romeo, juliet))
    await steps.step("slixmpp's own archive iterator", slixmpp_iterates(romeo))
    await steps.step("block and unblock (0191)", blocks(romeo, juliet))
    await steps.step("carbons between two devices, one on direct TLS (0280, 0368)", carbon_copies(romeo, juliet, Person("romeo", "montague", "desk")))
    phone = Person("juliet", "balcony", "phone", resumable=True)
    await steps.step("a cut phone resumes and misses nothing (0198)", resumes(romeo, phone))
    await steps.step("what a cut phone sent arrives once (0198)", resumes_while_sending(romeo, phone))

    people = {}

    async def keep(name, awaitable):
        people[name] = await awaitable

    await steps.step("messages to nobody online wait (0160, 0203)", keep("juliet", offline_messages(romeo, juliet)))
    if await steps.step("the password is changed (0077)", keep("romeo", changes_password(romeo))):
        since = people["juliet"].mark() if "juliet" in people else 0
        await steps.step("the account is removed (0077)", leaves(people["romeo"]))
        if "juliet" in people:
            await steps.step("a contact is told of the removal (6121 §3)", contact_is_told(people["juliet"], since))
    for person in people.values():
        person.abort()
    return steps.finish()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
