-- Debian's prosody 0.12 with imera's test settings: what tests/interop and tests/bench compare with.
-- All that differs between runs comes from the environment (PEER_*).
local scratch = ENV_PEER_SCRATCH

daemonize = false
run_as_root = true
pidfile = scratch .. "/prosody.pid"
data_path = scratch .. "/data"
plugin_paths = {}
log = { { levels = { min = ENV_PEER_LOG or "warn" }, to = "console" } }

modules_enabled = {
    "disco", "roster", "saslauth", "tls", "blocklist", "carbons", "smacks", "mam", "csi", "ping", "register",
    "register_ibr", "time", "version", "lastactivity", "offline",
}
modules_disabled = { "s2s", "dialback", "s2s_auth_certs" }

interfaces = { "127.0.0.1" }
c2s_ports = { tonumber(ENV_PEER_PORT) }
c2s_direct_tls_ports = { tonumber(ENV_PEER_PORT_TLS) }
http_ports = {}
https_ports = {}

certificates = scratch
ssl = { certificate = scratch .. "/cert.pem", key = scratch .. "/key.pem" }
c2s_direct_tls_ssl = ssl
c2s_require_encryption = true
allow_registration = true
authentication = "internal_hashed"
password_hash = ENV_PEER_HASH or "SHA-1"

storage = ENV_PEER_STORAGE or "internal"
sql = { driver = "SQLite3", database = "prosody.sqlite" }

default_archive_policy = true
archive_expires_after = "never"
max_archive_query_results = 250
smacks_hibernation_time = 300

VirtualHost(ENV_PEER_DOMAIN)
