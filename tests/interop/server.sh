# A real server process for the scripts beside this file: source it, then call server_start.
#
# IMERA_INTEROP_SERVER=imera (the default) runs ${IMERA_BIN:-target/release/imera} with the test
# profile; =prosody runs Debian's prosody with equal settings, which shows whether a failure is the
# script's or ours. Afterwards these are set: SERVER_PID SERVER_PORT SERVER_PORT_TLS SERVER_CERT (PEM
# that clients trust) SERVER_DOMAIN SERVER_KIND SERVER_LOG SCRATCH PYTHON. Everything is ended at exit.

set -eu
INTEROP=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$INTEROP/../.." && pwd)
PYTHON=${IMERA_PYTHON:-$ROOT/tests/.venv/bin/python}
SERVER_KIND=${IMERA_INTEROP_SERVER:-imera}
SERVER_DOMAIN=localhost
START_TIMEOUT_S=15
SCRATCH=
SERVER_PID=
export ROOT PYTHON SERVER_KIND SERVER_DOMAIN

# Runs this script again in a network namespace of its own, where every port is free.
own_network() {
    [ -z "${IMERA_OWN_NETWORK:-}" ] || return 0
    IMERA_OWN_NETWORK=$(readlink /proc/self/ns/net)
    export IMERA_OWN_NETWORK
    if unshare --net true 2>/dev/null; then
        exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$0" "$@"
    elif unshare --map-root-user --net true 2>/dev/null; then
        exec unshare --map-root-user --net sh -c 'ip link set lo up && exec "$@"' sh "$0" "$@"
    fi
    echo "no network namespaces here: using the machine's own ports" >&2
}

# Whether own_network found one.
is_own_network() { [ "$IMERA_OWN_NETWORK" != "$(readlink /proc/self/ns/net)" ]; }

# Waits until the command given succeeds, at most $1 seconds; looks every tenth of a second.
wait_for() {
    _tries=$(($1 * 10))
    shift
    while ! "$@" 2>/dev/null; do
        _tries=$((_tries - 1))
        [ $_tries -gt 0 ] || return 1
        sleep 0.1
    done
}

free_ports() {
    "$PYTHON" -c '
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

server_alive() { kill -0 "$SERVER_PID" 2>/dev/null; }

server_cleanup() {
    _status=$?
    trap - EXIT INT TERM
    if [ -n "$SERVER_PID" ] && server_alive; then
        kill "$SERVER_PID"
        wait_for 10 server_gone || kill -9 "$SERVER_PID"
    fi
    if [ $_status -ne 0 ] && [ -n "$SCRATCH" ] && [ -s "$SERVER_LOG" ]; then
        echo "--- the end of the server's log" >&2
        tail -n "${IMERA_INTEROP_LOG_LINES:-15}" "$SERVER_LOG" >&2
    fi
    [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
    exit $_status
}

server_gone() { ! server_alive; }

# server_start [C2S_PORT [TLS_PORT]]: 0 or nothing takes a free one.
server_start() {
    SCRATCH=$(mktemp -d)
    SERVER_LOG=$SCRATCH/server.log
    trap server_cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    case $SERVER_KIND in
    imera) start_imera "${1:-0}" "${2:-0}" ;;
    prosody) start_prosody "${1:-0}" "${2:-0}" ;;
    *)
        echo "IMERA_INTEROP_SERVER is imera or prosody, not $SERVER_KIND" >&2
        exit 2
        ;;
    esac
    export SERVER_PID SERVER_PORT SERVER_PORT_TLS SERVER_CERT SERVER_LOG SCRATCH
}

# Flags for env that take our own variables away: imera warns of names it does not know.
ours() { env | sed -n 's/^\(IMERA_[A-Z0-9_]*\)=.*/-u \1/p'; }

start_imera() {
    _bin=${IMERA_BIN:-$ROOT/target/release/imera}
    [ -x "$_bin" ] || {
        echo "$_bin is missing: cargo build --release" >&2
        exit 2
    }
    # shellcheck disable=SC2046 # words on purpose
    env $(ours) \
        IMERA_DOMAIN=$SERVER_DOMAIN IMERA_LISTEN=127.0.0.1 IMERA_PORT_C2S="$1" IMERA_PORT_C2S_TLS="$2" \
        IMERA_PORT_S2S=off IMERA_PORT_S2S_TLS=off IMERA_PORT_HTTP=0 IMERA_PORT_HTTPS="${SERVER_HTTPS:-off}" IMERA_PORT_COMPONENT=off \
        "$_bin" serve --test-profile --data "$SCRATCH/data" >"$SCRATCH/stdout" 2>"$SERVER_LOG" &
    SERVER_PID=$!
    wait_for $START_TIMEOUT_S ready_or_dead || true
    grep -q '^ready ' "$SCRATCH/stdout" || {
        echo "imera is not ready after ${START_TIMEOUT_S} s" >&2
        exit 1
    }
    SERVER_PORT=$(ready_port c2s)
    SERVER_PORT_TLS=$(ready_port c2s_tls)
    SERVER_CERT=$SCRATCH/cert.pem
    fetch_certificate
}

ready_or_dead() { grep -q '^ready ' "$SCRATCH/stdout" || ! server_alive; }

ready_port() {
    sed -n 's/^ready //p' "$SCRATCH/stdout" | "$PYTHON" -c '
import json, sys
print((json.load(sys.stdin)[sys.argv[1]] or ":").rpartition(":")[2])' "$1"
}

# The certificate as the server shows it, for clients to trust.
fetch_certificate() {
    openssl s_client -starttls xmpp -xmpphost $SERVER_DOMAIN -connect "127.0.0.1:$SERVER_PORT" </dev/null \
        2>/dev/null | openssl x509 >"$SERVER_CERT"
}

start_prosody() {
    command -v prosody >/dev/null || {
        echo "prosody is missing: apt-get install prosody lua-dbi-sqlite3" >&2
        exit 2
    }
    SERVER_PORT=$1
    SERVER_PORT_TLS=$2
    [ "$SERVER_PORT" != 0 ] || SERVER_PORT=$(free_ports 1)
    [ "$SERVER_PORT_TLS" != 0 ] || SERVER_PORT_TLS=$(free_ports 1)
    SERVER_CERT=$SCRATCH/cert.pem
    mkdir "$SCRATCH/data"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=$SERVER_DOMAIN \
        -addext subjectAltName=DNS:$SERVER_DOMAIN -keyout "$SCRATCH/key.pem" -out "$SERVER_CERT" 2>/dev/null
    env PEER_SCRATCH="$SCRATCH" PEER_DOMAIN=$SERVER_DOMAIN PEER_PORT="$SERVER_PORT" PEER_PORT_TLS="$SERVER_PORT_TLS" \
        PEER_LOG="${PEER_LOG:-warn}" prosody -F --root --config "$INTEROP/prosody.cfg.lua" >"$SERVER_LOG" 2>&1 &
    SERVER_PID=$!
    wait_for $START_TIMEOUT_S fetch_prosody_or_dead || true
    server_alive || {
        echo "prosody did not start" >&2
        exit 1
    }
    prosody_register admin admin
}

fetch_prosody_or_dead() {
    ! server_alive || {
        "$PYTHON" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$SERVER_PORT" &&
            "$PYTHON" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$SERVER_PORT_TLS"
    }
}

prosody_register() {
    env PEER_SCRATCH="$SCRATCH" PEER_DOMAIN=$SERVER_DOMAIN PEER_PORT="$SERVER_PORT" PEER_PORT_TLS="$SERVER_PORT_TLS" \
        PEER_LOG=error prosodyctl --root --config "$INTEROP/prosody.cfg.lua" register "$1" $SERVER_DOMAIN "$2" >/dev/null
}

# server_account NAME PASSWORD: the account exists afterwards.
server_account() {
    case $SERVER_KIND in
    imera)
        printf '%s\n' "$2" | env $(ours) "${IMERA_BIN:-$ROOT/target/release/imera}" \
            account add "$1" --password-stdin --data "$SCRATCH/data" >/dev/null
        ;;
    prosody) prosody_register "$1" "$2" ;;
    esac
}
