#!/bin/sh
# A friend with slixmpp 1.17.0 comes in by an invitation (XEP-0445), finds the inviter, and talks.
. "$(dirname "$0")/server.sh"
server_start
[ "$SERVER_KIND" = imera ] || {
    echo "skipped: the invitations of $SERVER_KIND are made another way"
    exit 0
}
imera_does() { env $(ours) "${IMERA_BIN:-$ROOT/target/release/imera}" "$@" --data "$SCRATCH/data"; }
token() { sed -n 's/^For apps:.*preauth=\([A-Za-z0-9_-]*\).*/\1/p'; }
TOKEN=$(imera_does invite create --note "for tom" | token)
RESET=$(imera_does account reset admin | token)
export TOKEN RESET
"$PYTHON" "$INTEROP/slixmpp_invite.py"
imera_does invite list | grep -q 'tom@localhost'
