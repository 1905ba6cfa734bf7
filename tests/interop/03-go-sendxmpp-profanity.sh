#!/bin/sh
# romeo sits at profanity (under tmux, its screen is read), juliet at go-sendxmpp: they become contacts and talk.
. "$(dirname "$0")/server.sh"
for program in profanity go-sendxmpp tmux; do
    command -v $program >/dev/null || {
        echo "$program is missing: apt-get install $program" >&2
        exit 2
    }
done
server_start
server_account romeo montague
server_account juliet balcony
"$PYTHON" "$INTEROP/terminal_talk.py"
