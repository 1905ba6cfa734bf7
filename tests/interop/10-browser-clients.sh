#!/bin/sh
# Web clients in Chromium over the port of https, found by the domain alone: strophe.js over WebSocket and over BOSH, and
# converse.js over WebSocket, each on a page of another origin. They talk with somebody at profanity.
. "$(dirname "$0")/server.sh"
own_network "$@"

SERVER_HTTPS=$(is_own_network && echo 443 || echo 0)
server_start
for _name in romeo juliet; do server_account $_name 'secret words'; done
node "$INTEROP/browser_clients.mjs" "$(ready_port https)"
