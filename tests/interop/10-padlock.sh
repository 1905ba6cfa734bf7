#!/bin/sh
# The set-up from a plain first page at a public address to a padlock, with Chromium that trusts one authority alone: the
# machine's bare address is certified (RFC 8738), then the domain, and the wizard moves there. Before that everything goes
# wrong: nobody answers at the authority, it cannot reach the machine, it refuses the name, the name leads elsewhere.
#
#   10-padlock.sh                two at once: with JavaScript, and without
#   10-padlock.sh script|plain   one of the two; pictures (of "script") beside those of 07-web.sh
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/authority.sh"
SHOTS=${IMERA_SHOTS:-${CARGO_TARGET_DIR:-$ROOT/target}/web-shots}

if [ $# = 0 ]; then
    _said=$(mktemp)
    "$0" plain >"$_said" 2>&1 &
    _other=$!
    trap 'kill $_other 2>/dev/null; exit 130' INT TERM
    _status=0
    "$0" script || _status=1
    wait $_other || _status=1
    cat "$_said"
    rm "$_said"
    exit $_status
fi

PUBLIC=203.0.113.7
own_internet "$PUBLIC beach.example" "$@"
# At the second address nobody listens.
for _address in $PUBLIC 203.0.113.9; do ip address add $_address/32 dev lo; done
ip route add default dev lo src $PUBLIC

SCRATCH=$(mktemp -d)
SERVER_LOG=$SCRATCH/server.log
export SCRATCH PUBLIC
trap 'authority_end || server_cleanup; server_cleanup' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$SHOTS"

node "$INTEROP/web_padlock_names.mjs" $PUBLIC 203.0.113.9 &
NAMES_PID=$!

_bin=${IMERA_BIN:-$ROOT/target/release/imera}
authority_certificate
# The machine's roots: everybody here knows the authority.
export SSL_CERT_FILE="$SCRATCH/issuer.pem"
# shellcheck disable=SC2046 # words on purpose
env $(ours) IMERA_LISTEN=$PUBLIC,127.0.0.1 IMERA_PORT_C2S=0 IMERA_PORT_C2S_TLS=0 IMERA_PORT_HTTP=80 IMERA_PORT_HTTPS=443 \
    IMERA_PORT_S2S=0 IMERA_PORT_S2S_TLS=0 IMERA_ACME_DIRECTORY=https://127.0.0.1:14000/dir \
    IMERA_ACME_ROOT="$SCRATCH/acme/root.pem" IMERA_RESOLVER=127.0.0.1:53 \
    "$_bin" serve --data "$SCRATCH/data" >"$SCRATCH/stdout" 2>"$SERVER_LOG" &
SERVER_PID=$!
setup_line() { grep -q '^setup ' "$SCRATCH/stdout" || server_gone; }
wait_for $START_TIMEOUT_S setup_line
CODE=$(sed -n 's/^setup .*code=//p' "$SCRATCH/stdout" | head -n 1)
export CODE

# browse PART
browse() { env HOME="$SCRATCH/home" NODE_EXTRA_CA_CERTS="$SCRATCH/issuer.pem" node "$INTEROP/web_padlock.mjs" "$HOW" "$1" "$SHOTS"; }
HOW=$1
: >"$SCRATCH/issuer.pem"
mkdir "$SCRATCH/home"
browse silent
authority_up 81 444 127.0.0.1:53
browse shut
authority_down
authority_up 80 443 127.0.0.1:53 '"domainBlocklist": ["refused.example"],'
trusting_home
browse padlock
server_alive
! grep -E ' ERROR |panicked' "$SERVER_LOG"
