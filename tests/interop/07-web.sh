#!/bin/sh
# Debian's Chromium walks through the set-up, a friend's way in and everybody's pages, with and without JavaScript; axe
# looks at every page, and pictures of each are kept (their folder is printed). Then apps log in with slixmpp, and all of
# it is brought back on an empty machine.
#
#   07-web.sh                two at once, each in a network of its own: those with JavaScript, and the others
#   07-web.sh script|others  one of the two; the pictures of an earlier run stay
. "$(dirname "$0")/server.sh"
SHOTS=${IMERA_SHOTS:-${CARGO_TARGET_DIR:-$ROOT/target}/web-shots}

if [ $# = 0 ]; then
    rm -rf "$SHOTS"
    _said=$(mktemp)
    "$0" others >"$_said" 2>&1 &
    _others=$!
    trap 'kill $_others 2>/dev/null; exit 130' INT TERM
    _status=0
    "$0" script || _status=1
    wait $_others || _status=1
    cat "$_said"
    rm "$_said"
    echo "pictures: $SHOTS"
    exit $_status
fi

own_network "$@"

_bin=${IMERA_BIN:-$ROOT/target/release/imera}
export IMERA_BIN="$_bin"
SCRATCH=$(mktemp -d)
SERVER_DOMAIN=beach.example
LISTEN=127.0.0.1
OWN=$SCRATCH/own.backup
export SCRATCH SERVER_DOMAIN OWN
SERVER_LOG=$SCRATCH/server.log
trap server_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$SHOTS"

# In a network of our own the machine stands behind a router, at an address that can be taken away, and at one of the
# internet, from where nothing secret may pass plainly.
if is_own_network; then
    export NEAR=10.7.0.1 OUTSIDE=203.0.113.7
    for _address in $NEAR $OUTSIDE; do ip address add $_address/32 dev lo; done
    ip route add default dev lo src $NEAR
    LISTEN=$NEAR,127.0.0.1,$OUTSIDE
fi

quietly() { env $(ours) "$_bin" "$@" >/dev/null 2>"$SCRATCH/told" || { cat "$SCRATCH/told"; return 1; }; }

# A backup of another Beach House, open and locked.
make_backups() {
    printf 'correct horse battery\n' >"$SCRATCH/passphrase"
    for _kind in open locked; do
        _locked=$([ $_kind = open ] || echo "--backup-passphrase-file $SCRATCH/passphrase")
        # shellcheck disable=SC2086 # words on purpose
        printf 'four everyday words\n' | quietly setup --data "$SCRATCH/$_kind" --domain beach.example \
            --name 'Beach House' --owner mira --password-stdin $_locked
        quietly backup create --data "$SCRATCH/$_kind" --to "$SCRATCH/$_kind.backup"
    done
    export BACKUP="$SCRATCH/open.backup" LOCKED="$SCRATCH/locked.backup"
}

setup_line() { grep -q '^setup ' "$SCRATCH/stdout" || server_gone; }

# On a machine where nothing is.
start_empty() {
    rm -rf "$SCRATCH/data" "$SCRATCH/stdout"
    # shellcheck disable=SC2046 # words on purpose
    env $(ours) IMERA_LISTEN=$LISTEN IMERA_PORT_C2S=0 IMERA_PORT_C2S_TLS=0 IMERA_PORT_HTTP=0 IMERA_PORT_HTTPS=0 \
        IMERA_PORT_S2S=0 IMERA_PORT_S2S_TLS=0 IMERA_RESOLVER="127.0.0.1:$DNS_PORT" "$_bin" serve --data "$SCRATCH/data" >"$SCRATCH/stdout" 2>"$SERVER_LOG" &
    SERVER_PID=$!
    wait_for $START_TIMEOUT_S setup_line
    ADDRESS=$(sed -n 's/^setup //p' "$SCRATCH/stdout" | head -n 1 | sed "s,//${NEAR:-127.0.0.1}:,//127.0.0.1:,")
}

stop() {
    kill "$SERVER_PID"
    wait_for 10 server_gone
}

# browse HOW PART: see web_talk.mjs.
browse() { node "$INTEROP/web_talk.mjs" "$1" "$2" "$ADDRESS" "$SHOTS" "$SCRATCH/data"; }

is_ready() {
    wait_for 10 grep -q '^ready ' "$SCRATCH/stdout"
    SERVER_PORT=$(ready_port c2s) SERVER_PORT_TLS=$(ready_port c2s_tls) SERVER_CERT=$SCRATCH/cert.pem
    export SERVER_PORT SERVER_PORT_TLS SERVER_CERT PYTHON
}

# walk HOW: a new place with its people, their apps, and another place brought back by its owner.
walk() {
    start_empty
    browse "$1" setup
    is_ready
    fetch_certificate
    browse "$1" people
    "$PYTHON" "$INTEROP/slixmpp_web.py"
    if [ "$1" != mirrored ]; then
        "$PYTHON" "$INTEROP/slixmpp_restored.py" before "$SCRATCH/held"
        quietly backup create --data "$SCRATCH/data" --to "$OWN"
    fi
    browse "$1" owner
    stop
    [ "$1" = mirrored ] || comes_back "$1"
}

# comes_back HOW: the place of the walk, on an empty machine. Apps go on with the certificate they know.
comes_back() {
    start_empty
    browse "$1" empty
    is_ready
    "$PYTHON" "$INTEROP/slixmpp_restored.py" after "$SCRATCH/held"
    stop
    rm "$OWN"
}

DNS_PORT=$(free_ports 1)
export DNS_PORT
make_backups
if [ "$1" = script ]; then
    walk script
    for _part in rare records; do
        start_empty
        browse script $_part
        stop
    done
else
    walk mirrored
    walk plain
    start_empty
    browse plain records
    stop
fi
is_own_network || echo "left out, for want of a network of its own: a line that is cut, a router, plain pages from afar"
