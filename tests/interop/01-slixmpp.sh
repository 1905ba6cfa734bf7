#!/bin/sh
# Two people with slixmpp 1.17.0: everything of the spine that a client library can ask for.
. "$(dirname "$0")/server.sh"
server_start
"$PYTHON" "$INTEROP/slixmpp_talk.py"
