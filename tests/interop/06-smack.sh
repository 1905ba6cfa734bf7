#!/bin/sh
# Smack's own integration tests (4.5.0-beta5, Maven Central): those that concern what exists (smack.tsv).
. "$(dirname "$0")/server.sh"
SMACK=$ROOT/tests/.cache/smack
[ ! -e "$SMACK/skipped.txt" ] || {
    echo "skipped: $(cat "$SMACK/skipped.txt")"
    exit 0
}
[ -e "$SMACK/installed.txt" ] || {
    echo "$SMACK is missing: tests/run install" >&2
    exit 2
}
own_network "$@"
server_start 5222 5223
for name in one two three; do server_account $name a-password-of-contacts; done
keytool -importcert -noprompt -alias server -file "$SERVER_CERT" -keystore "$SCRATCH/trust.p12" -storetype PKCS12 \
    -storepass changeit 2>/dev/null
env SSL_CERT_FILE="$SERVER_CERT" SMACK_JARS="$SMACK/jars" "$PYTHON" -W ignore "$INTEROP/smack_tests.py" \
    "$INTEROP/smack.tsv"
