#!/bin/sh
# One process, one port, everybody at once: pages in Chromium, apps over TLS (slixmpp), over WebSocket (@xmpp/client,
# strophe.js) and over BOSH (strophe.js), an authority that knocks (tls-alpn-01: pebble, whose certificates last half a
# minute), openssl at the same door, requests without TLS, and nmap, which tries what it knows. Nobody disturbs another,
# and everybody trusts the authority alone.
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/authority.sh"
own_internet '127.0.0.1 beach.test' "$@"

SCRATCH=$(mktemp -d)
SERVER_LOG=$SCRATCH/server.log
SERVER_DOMAIN=beach.test
trap 'authority_end || server_cleanup; server_cleanup' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pebble-challtestsrv -defaultIPv4 127.0.0.1 -defaultIPv6 '' -http01 '' -https01 '' -tlsalpn01 '' -dns01 127.0.0.1:53 \
    -management 127.0.0.1:8055 >/dev/null 2>&1 &
NAMES_PID=$!
authority_up 80 443 127.0.0.1:53 '"certificateValidityPeriod": 30,'
trusting_home

_bin=${IMERA_BIN:-$ROOT/target/release/imera}
# shellcheck disable=SC2046 # words on purpose
env $(ours) IMERA_DOMAIN=$SERVER_DOMAIN IMERA_LISTEN=127.0.0.1 IMERA_PORT_C2S=0 IMERA_PORT_C2S_TLS=off IMERA_PORT_S2S=off \
    IMERA_PORT_S2S_TLS=off IMERA_PORT_HTTP=off IMERA_PORT_HTTPS=443 IMERA_ACME_DIRECTORY=https://127.0.0.1:14000/dir \
    IMERA_ACME_ROOT="$SCRATCH/acme/root.pem" IMERA_RESOLVER=127.0.0.1:53 \
    "$_bin" serve --test-profile --data "$SCRATCH/data" >"$SCRATCH/stdout" 2>"$SERVER_LOG" &
SERVER_PID=$!
export SCRATCH SERVER_LOG SERVER_PID SERVER_DOMAIN
wait_for $START_TIMEOUT_S ready_or_dead
for _name in romeo juliet benvolio mercutio; do server_account $_name 'secret words'; done
wait_for 20 grep -q 'a certificate was issued' "$SERVER_LOG"

export SERVER_PORT=443 SERVER_PORT_TLS=443 SERVER_CERT="$SCRATCH/issuer.pem"
env HOME="$SCRATCH/home" NODE_EXTRA_CA_CERTS="$SERVER_CERT" node "$INTEROP/one_port.mjs"
server_alive
! grep -E ' ERROR |panicked' "$SERVER_LOG"
