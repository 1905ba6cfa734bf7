#!/bin/sh
# Web clients over the one port: @xmpp/client over WebSocket, strophe.js over WebSocket and over BOSH, without a
# browser. SCRAM, messages both ways, history.
. "$(dirname "$0")/server.sh"
own_network "$@"

SERVER_HTTPS=0
server_start
for _name in romeo juliet; do server_account $_name 'secret words'; done
NODE_EXTRA_CA_CERTS=$SERVER_CERT node "$INTEROP/web_clients.mjs" "$(ready_port https)"
