#!/bin/sh
# Debian's Chromium walks through the set-up and a friend's way in, with and without JavaScript; axe looks at every
# page, and pictures of each are kept (their folder is printed). Then the friend's slixmpp client logs in.
. "$(dirname "$0")/server.sh"

_bin=${IMERA_BIN:-$ROOT/target/release/imera}
export IMERA_BIN="$_bin"
SHOTS=${IMERA_SHOTS:-${CARGO_TARGET_DIR:-$ROOT/target}/web-shots}
SCRATCH=$(mktemp -d)
SERVER_DOMAIN=beach.example
export SCRATCH SERVER_DOMAIN
SERVER_LOG=$SCRATCH/server.log
trap server_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
rm -rf "$SHOTS"
mkdir -p "$SHOTS"

# A backup of another Beach House, open and locked.
make_backups() {
    printf 'correct horse battery\n' >"$SCRATCH/passphrase"
    for _kind in open locked; do
        _locked=$([ $_kind = open ] || echo "--backup-passphrase-file $SCRATCH/passphrase")
        # shellcheck disable=SC2046,SC2086 # words on purpose
        printf 'four everyday words\n' | env $(ours) "$_bin" setup --data "$SCRATCH/$_kind" --domain beach.example \
            --name 'Beach House' --owner mira --password-stdin $_locked >/dev/null
        # shellcheck disable=SC2046 # words on purpose
        env $(ours) "$_bin" backup create --data "$SCRATCH/$_kind" --to "$SCRATCH/$_kind.backup" >/dev/null
    done
    export BACKUP="$SCRATCH/open.backup" LOCKED="$SCRATCH/locked.backup"
}

setup_line() { grep -q '^setup ' "$SCRATCH/stdout" || server_gone; }

# walk HOW: a new server, and the whole way to its opening.
walk() {
    rm -rf "$SCRATCH/data" "$SCRATCH/stdout"
    # shellcheck disable=SC2046 # words on purpose
    env $(ours) IMERA_LISTEN=127.0.0.1 IMERA_PORT_C2S=0 IMERA_PORT_C2S_TLS=0 IMERA_PORT_HTTP=0 IMERA_PORT_HTTPS=0 \
        "$_bin" serve --data "$SCRATCH/data" >"$SCRATCH/stdout" 2>"$SERVER_LOG" &
    SERVER_PID=$!
    wait_for $START_TIMEOUT_S setup_line
    node "$INTEROP/web_talk.mjs" "$1" "$(sed -n 's/^setup //p' "$SCRATCH/stdout" | head -n 1)" "$SHOTS" "$SCRATCH/data"
    wait_for 10 grep -q '^ready ' "$SCRATCH/stdout"
    SERVER_PORT=$(ready_port c2s) SERVER_PORT_TLS=$(ready_port c2s_tls) SERVER_CERT=$SCRATCH/cert.pem
    export SERVER_PORT SERVER_PORT_TLS SERVER_CERT
    fetch_certificate
    "$PYTHON" "$INTEROP/slixmpp_web.py"
    node "$INTEROP/web_talk.mjs" "$1" "$(sed -n 's/^setup //p' "$SCRATCH/stdout" | head -n 1)" "$SHOTS" "$SCRATCH/data" restore
    kill "$SERVER_PID"
    wait_for 10 server_gone
}

make_backups
walk mirrored
walk plain
walk script
echo "pictures: $SHOTS"
