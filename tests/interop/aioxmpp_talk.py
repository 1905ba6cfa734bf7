"""romeo and juliet with aioxmpp 0.13.3. It knows no archive queries: those are declared here, in its own manner."""

import asyncio
import logging
import os
import sys
from datetime import timedelta

import aiosasl
import aioxmpp
import aioxmpp.ibr
import aioxmpp.misc
import aioxmpp.rsm.xso
from aioxmpp import JID, xso

from steps import Steps, check, equal

DOMAIN = os.environ["SERVER_DOMAIN"]
PORT = int(os.environ["SERVER_PORT"])
PORT_TLS = int(os.environ["SERVER_PORT_TLS"])
WAIT_S = 10
ARCHIVE = "urn:xmpp:mam:2"


class ArchiveResult(xso.XSO):
    TAG = (ARCHIVE, "result")
    id_ = xso.Attr("id")
    query_id = xso.Attr("queryid", default=None)
    forwarded = xso.Child([aioxmpp.misc.Forwarded])


aioxmpp.Message.archive_result = xso.Child([ArchiveResult])


@aioxmpp.IQ.as_payload_class
class ArchiveQuery(xso.XSO):
    TAG = (ARCHIVE, "query")
    query_id = xso.Attr("queryid", default=None)
    rsm = xso.Child([aioxmpp.rsm.xso.ResultSetMetadata])


@aioxmpp.IQ.as_payload_class
class ArchiveEnd(xso.XSO):
    TAG = (ARCHIVE, "fin")
    UNKNOWN_ATTR_POLICY = xso.UnknownAttrPolicy.DROP
    complete = xso.Attr("complete", type_=xso.Bool(), default=False)
    rsm = xso.Child([aioxmpp.rsm.xso.ResultSetMetadata])


class Events:
    """What happened, in order; `see` waits for one that fits."""

    def __init__(self):
        self.seen = []
        self.more = asyncio.Condition()

    def note(self, kind, *what):
        self.seen.append((kind, *what))
        asyncio.ensure_future(self._tell())

    async def _tell(self):
        async with self.more:
            self.more.notify_all()

    async def see(self, kind, fits=lambda *what: True, since=0):
        def found():
            return next((e for e in self.seen[since:] if e[0] == kind and fits(*e[1:])), None)

        async with self.more:
            try:
                await asyncio.wait_for(self.more.wait_for(lambda: found() is not None), WAIT_S)
            except asyncio.TimeoutError:
                raise AssertionError(f"{kind} did not happen; seen: {[e[0] for e in self.seen[since:]]}") from None
        return found()


class Person:
    def __init__(self, name, password, direct_tls=False):
        self.jid = JID.fromstr(f"{name}@{DOMAIN}")
        self.password = password
        connector = aioxmpp.connector.XMPPOverTLSConnector() if direct_tls else aioxmpp.connector.STARTTLSConnector()
        self.peer = [("127.0.0.1", PORT_TLS if direct_tls else PORT, connector)]
        security = aioxmpp.make_security_layer(password, no_verify=True)
        self.client = aioxmpp.PresenceManagedClient(self.jid, security, override_peer=self.peer, max_initial_attempts=1)
        self.client.resumption_timeout = 60
        self.client.backoff_start = timedelta(seconds=0.1)
        self.events = Events()
        self.roster = self.client.summon(aioxmpp.RosterClient)
        self.blocking = self.client.summon(aioxmpp.BlockingClient)
        self.presence = self.client.summon(aioxmpp.PresenceClient)
        self.carbons = self.client.summon(aioxmpp.CarbonsClient)
        self.disco = self.client.summon(aioxmpp.DiscoClient)
        self.ping = self.client.summon(aioxmpp.PingService)
        self.account = self.client.summon(aioxmpp.ibr.RegistrationService)
        dispatcher = self.client.summon(aioxmpp.dispatcher.SimpleMessageDispatcher)
        dispatcher.register_callback(None, None, lambda m: self.events.note("message", m))
        self._listen(self.roster.on_subscribe, "subscribe")
        self._listen(self.roster.on_subscribed, "subscribed")
        self._listen(self.roster.on_entry_subscription_state_changed, "state")
        self._listen(self.roster.on_entry_name_changed, "named")
        self._listen(self.presence.on_available, "available")
        self._listen(self.presence.on_changed, "changed")
        self._listen(self.presence.on_unavailable, "unavailable")
        self._listen(self.client.on_stream_suspended, "suspended")
        self._listen(self.client.on_stream_resumed, "resumed")
        self._listen(self.client.on_stream_established, "established")
        self._listen(self.client.on_failure, "failure")

    def _listen(self, signal, name):
        def heard(*what, **named):
            self.events.note(name, *what)

        signal.connect(heard)

    async def register(self):
        metadata = aioxmpp.make_security_layer(None, no_verify=True)
        _, stream, _ = await aioxmpp.node.connect_xmlstream(self.jid, metadata, override_peer=self.peer)
        await aioxmpp.ibr.register(stream, aioxmpp.ibr.Query(self.jid.localpart, self.password), timeout=WAIT_S)
        stream.abort()

    async def log_in(self):
        since = len(self.events.seen)
        self.client.presence = aioxmpp.PresenceState(True)
        await self.events.see("established", since=since)

    def mark(self):
        return len(self.events.seen)

    def says(self, to, text):
        message = aioxmpp.Message(to=to, type_=aioxmpp.MessageType.CHAT)
        message.body[None] = text
        self.client.enqueue(message)

    async def hears(self, expected, since, prefix):
        await self.events.see("message", lambda m: body(m) == expected[-1], since)
        await self.ping.ping(JID.fromstr(DOMAIN))
        found = [body(e[1]) for e in self.events.seen[since:] if e[0] == "message" and (body(e[1]) or "").startswith(prefix)]
        equal(found, expected, "bodies")


def body(message):
    return message.body.any() if message.body else None


async def registers(*people):
    for person in people:
        await person.register()
        await person.log_in()


async def become_contacts(romeo, juliet):
    since_r, since_j = romeo.mark(), juliet.mark()
    romeo.roster.subscribe(juliet.jid)
    await juliet.events.see("subscribe", lambda s: s.from_.bare() == romeo.jid, since_j)
    juliet.roster.approve(romeo.jid)
    juliet.roster.subscribe(romeo.jid)
    await romeo.events.see("subscribed", lambda s: s.from_.bare() == juliet.jid, since_r)
    await romeo.events.see("subscribe", lambda s: s.from_.bare() == juliet.jid, since_r)
    romeo.roster.approve(juliet.jid)
    await juliet.events.see("state", lambda i: i.jid == romeo.jid and i.subscription == "both", since_j)
    await romeo.events.see("state", lambda i: i.jid == juliet.jid and i.subscription == "both", since_r)
    await juliet.events.see("available", lambda full, stanza: full.bare() == romeo.jid, since_j)


async def names_a_contact(romeo, juliet):
    since = romeo.mark()
    await romeo.roster.set_entry(juliet.jid, name="Juliet", add_to_groups={"Verona"}, timeout=WAIT_S)
    await romeo.events.see("named", lambda i: i.jid == juliet.jid and i.name == "Juliet", since)
    check(romeo.roster.items[juliet.jid].groups == {"Verona"}, "the group")


async def presence_is_seen(romeo, juliet):
    since = juliet.mark()
    romeo.client.presence = aioxmpp.PresenceState(True, aioxmpp.PresenceShow.AWAY)
    await juliet.events.see("changed", lambda full, stanza: stanza.show == aioxmpp.PresenceShow.AWAY, since)


async def talk(romeo, juliet):
    since_r, since_j = romeo.mark(), juliet.mark()
    for n in range(30):
        romeo.says(juliet.jid, f"to juliet {n}")
        juliet.says(romeo.jid, f"to romeo {n}")
    await juliet.hears([f"to juliet {n}" for n in range(30)], since_j, "to juliet")
    await romeo.hears([f"to romeo {n}" for n in range(30)], since_r, "to romeo")


async def pages_the_archive(person):
    ids, bodies, after = [], [], None
    while True:
        query_id = f"q{len(ids)}"
        rsm = aioxmpp.rsm.xso.ResultSetMetadata()
        rsm.max_ = 11
        if after is not None:
            rsm.after = aioxmpp.rsm.xso.After(after)
        query = ArchiveQuery()
        query.query_id, query.rsm = query_id, rsm
        since = person.mark()
        end = await person.client.send(aioxmpp.IQ(type_=aioxmpp.IQType.SET, to=person.jid, payload=query), timeout=WAIT_S)
        found = [e[1].archive_result for e in person.events.seen[since:] if e[0] == "message" and e[1].archive_result]
        found = [r for r in found if r.query_id == query_id]
        ids += [r.id_ for r in found]
        bodies += [body(r.forwarded.stanza) for r in found]
        if end.complete:
            break
        check(found, "an empty page that is not the last one")
        after = end.rsm.last.value
        equal(after, ids[-1], "the last of the page")
    equal(len(ids), len(set(ids)), "different ids")
    equal([b for b in bodies if (b or "").startswith("to juliet")], [f"to juliet {n}" for n in range(30)], "to juliet")
    equal([b for b in bodies if (b or "").startswith("to romeo")], [f"to romeo {n}" for n in range(30)], "to romeo")


async def blocks(romeo, juliet):
    since_r, since_j = romeo.mark(), juliet.mark()
    await juliet.blocking.block_jids([romeo.jid])
    await romeo.events.see("unavailable", lambda full, stanza: full.bare() == juliet.jid, since_r)
    equal(juliet.blocking.blocklist, frozenset([romeo.jid]), "block list")
    romeo.says(juliet.jid, "blocked")
    await romeo.events.see("message", lambda m: m.type_ == aioxmpp.MessageType.ERROR, since_r)
    await juliet.blocking.unblock_jids([romeo.jid])
    romeo.says(juliet.jid, "unblocked")
    await juliet.events.see("message", lambda m: body(m) == "unblocked", since_j)
    check(not any(e[0] == "message" and body(e[1]) == "blocked" for e in juliet.events.seen), "a blocked message came through")


async def copies(juliet, romeo, second):
    await second.log_in()
    await second.carbons.enable()
    second.client.presence = aioxmpp.PresenceState(True)
    since = second.mark()
    juliet.says(romeo.client.local_jid, "to one device only")
    found = await second.events.see("message", lambda m: m.xep0280_received is not None, since)
    equal(body(found[1].xep0280_received.stanza), "to one device only", "the copy")
    second.client.stop()


async def resumes(romeo, juliet):
    check(juliet.client.stream.sm_enabled and juliet.client.stream.sm_resumable, "the stream is resumable")
    since = juliet.mark()
    # as a broken network tells it: a mere abort() aioxmpp takes for its own wish
    juliet.client.stream._xmlstream.transport._force_close(ConnectionResetError("cut"))
    await juliet.events.see("suspended", since=since)
    for n in range(5):
        romeo.says(juliet.client.local_jid, f"meanwhile {n}")
    await juliet.events.see("resumed", since=since)
    await juliet.hears([f"meanwhile {n}" for n in range(5)], since, "meanwhile")
    check(not any(e[0] == "established" for e in juliet.events.seen[since:]), "a new stream instead of the old one")


async def asks_the_server(romeo):
    info = await romeo.disco.query_info(JID.fromstr(DOMAIN), timeout=WAIT_S)
    check(any(i.category == "server" and i.type_ == "im" for i in info.identities), "identity server/im")
    check("urn:xmpp:ping" in info.features, "ping is announced")
    await romeo.ping.ping(JID.fromstr(DOMAIN))
    software = await aioxmpp.version.query_version(romeo.client.stream, JID.fromstr(DOMAIN))
    check(software.name, "the server says its name")


async def removes_contact(romeo, juliet):
    await romeo.roster.remove_entry(juliet.jid, timeout=WAIT_S)
    check(juliet.jid not in romeo.roster.items, "gone from the roster")


async def wrong_password():
    person = Person("romeo", "capulet")
    person.client.presence = aioxmpp.PresenceState(True)
    failure = await person.events.see("failure")
    check(isinstance(failure[1], aiosasl.AuthenticationFailure), f"a failure of authentication, not {failure[1]!r}")


async def main():
    logging.basicConfig(level=logging.DEBUG if os.environ.get("INTEROP_DEBUG") else logging.CRITICAL)
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    steps = Steps()
    romeo, juliet = Person("romeo", "montague"), Person("juliet", "balcony", direct_tls=True)
    if not await steps.step("two people register and log in, STARTTLS and direct TLS", registers(romeo, juliet)):
        return steps.finish()
    await steps.step("a wrong password is refused", wrong_password())
    await steps.step("the server tells what it can", asks_the_server(romeo))
    await steps.step("a subscription in both directions", become_contacts(romeo, juliet))
    await steps.step("a contact gets a name and a group", names_a_contact(romeo, juliet))
    await steps.step("a change of presence is seen", presence_is_seen(romeo, juliet))
    await steps.step("sixty messages, once and in order", talk(romeo, juliet))
    await steps.step("the archive by pages of 11", pages_the_archive(romeo))
    await steps.step("block and unblock", blocks(romeo, juliet))
    await steps.step("carbons on a second device", copies(juliet, romeo, Person("romeo", "montague")))
    await steps.step("a cut stream resumes and misses nothing", resumes(romeo, juliet))
    await steps.step("a contact is removed", removes_contact(romeo, juliet))
    for person in (romeo, juliet):
        person.client.stop()
    return steps.finish()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
