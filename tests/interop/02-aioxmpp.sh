#!/bin/sh
# Two people with aioxmpp 0.13.3: a second library's view of log-in, roster, presence, messages, blocking, archive.
. "$(dirname "$0")/server.sh"
server_start
"$PYTHON" -W ignore "$INTEROP/aioxmpp_talk.py"
