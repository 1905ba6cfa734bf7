#!/bin/sh
# slixmpp's own live tests, from its source package: those that concern what exists (slixmpp-live.tsv).
. "$(dirname "$0")/server.sh"
SOURCE=$ROOT/tests/.cache/slixmpp
[ -d "$SOURCE/itests" ] || {
    echo "$SOURCE is missing: tests/run install" >&2
    exit 2
}
own_network "$@"
server_start 5222 5223
server_account one first-password
server_account two second-password
cd "$SOURCE"
env SSL_CERT_FILE="$SERVER_CERT" CI_ACCOUNT1=one@$SERVER_DOMAIN CI_ACCOUNT1_PASSWORD=first-password \
    CI_ACCOUNT2=two@$SERVER_DOMAIN CI_ACCOUNT2_PASSWORD=second-password CI_MUC_SERVER=conference.$SERVER_DOMAIN \
    "$PYTHON" -W ignore "$INTEROP/slixmpp_live.py" "$INTEROP/slixmpp-live.tsv"
