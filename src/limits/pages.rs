//! Bounds of the pages. Keeps no state.

// The web's doors

/// Connections of the web.
pub const WEB_CONNECTIONS_MAX: usize = 512;
/// Connections of the web from one address.
pub const WEB_CONNECTIONS_PER_ADDRESS_MAX: usize = 64;
/// How long a request's head may take to arrive, and a connection may idle, seconds.
pub const WEB_HEAD_MAX_S: u64 = 10;
/// How long one connection of the web may last, seconds.
pub const WEB_CONNECTION_MAX_S: u64 = 300;
/// Headers of a request.
pub const WEB_HEADERS_MAX: usize = 64;
/// Bytes of a request's head.
pub const WEB_HEAD_MAX_BYTES: usize = 16_384;
/// Bytes of a form: names and a password; texts that people type are shorter.
pub const FORM_MAX_BYTES: usize = 32_768;
/// Fields of a form; the longest page has twelve.
pub const FORM_FIELDS_MAX: usize = 32;
/// How long a form may take to arrive, seconds.
pub const WEB_BODY_MAX_S: u64 = 30;

// Browsers that are signed in

/// How long a signed-in browser may stay away, seconds: 30 days, a holiday.
pub const WEB_SESSION_MAX_S: u64 = 2_592_000;
/// How late a browser's last visit may be noted, seconds: one write in ten minutes, not one a page.
pub const WEB_SESSION_TOUCH_S: u64 = 600;
/// Signed-in browsers of one account; the one seen longest ago goes.
pub const WEB_SESSIONS_PER_ACCOUNT_MAX: u32 = 32;
/// How long a password that was right in a browser counts for what outlives the browser, seconds.
pub const PROVED_FRESH_S: u64 = 900;
/// How long the owners are not told again that the same account is leaving, seconds; and accounts remembered for that.
pub const LEFT_AGAIN_S: u64 = 86_400;
pub const LEFT_MAX: usize = 256;
/// How long an export of somebody's own data lies ready, seconds: a week to fetch it.
pub const EXPORT_KEEP_S: u64 = 604_800;
/// How soon after an export there may be another, seconds: it costs a reading of the whole archive.
pub const EXPORT_PAUSE_S: u64 = 600;
/// Conversations that get a file of their own in an export; the list of them is held in memory.
pub const EXPORT_CONVERSATIONS_MAX: usize = 10_000;
/// Bytes that must be free, beside the reserve, for an export to go on by one page.
pub const EXPORT_STEP_BYTES: u64 = 16 << 20;
/// Bytes of a file that are read at a time while it is sent.
pub const FILE_CHUNK_BYTES: usize = 65_536;
/// Signs of a chat name that come back when signing in failed: a whole address, not a book.
pub const SIGN_IN_NAME_SHOWN_SIGNS: usize = 300;
/// Signs shown of what a device nobody knows calls itself: a line on a phone.
pub const DEVICE_NAME_SHOWN_SIGNS: usize = 60;
/// Signs kept of what a browser says of itself; the longest of today have 200.
pub const WEB_AGENT_MAX_SIGNS: usize = 256;
/// Entries of an Accept-Language that are looked at.
pub const LANGUAGES_READ: usize = 16;

// The owner's pages

/// Bytes of a form that brings a certificate: chain and key in files, and pasted.
pub const BROUGHT_MAX_BYTES: usize = 524_288;
/// Names of a certificate that are listed; bought ones may have a hundred.
pub const CERTIFICATE_NAMES_SHOWN: usize = 20;
/// Troubles that stand open on the first page; the others are folded.
pub const NOTICES_OPEN: usize = 3;
/// People of whom the first page tells that they are online.
pub const PEOPLE_AT_HOME: usize = 20;

/// People of one page of the list, about 400 bytes each.
pub const PEOPLE_PAGE: usize = 50;
/// Signs of what is searched for.
pub const SEARCH_MAX_SIGNS: usize = 100;
/// Signs of a device's name that are shown; apps end theirs with random ones.
pub const DEVICE_NAME_SIGNS: usize = 40;
/// Invitations of one page of the list, about 700 bytes each, and of those who came by one.
pub const INVITES_PAGE: usize = 30;
pub const INVITE_USERS_SHOWN: usize = 5;
/// How long a download may stand still before it is given up, seconds.
pub const DOWNLOAD_STALL_MAX_S: u64 = 120;
/// How long a link that was just made can be looked at again in the browser that made it, seconds; and such links.
pub const FRESH_LINK_S: u64 = 600;
pub const FRESH_LINKS_MAX: usize = 64;
/// Forms that are known again when they come twice.
pub const FRESH_FORMS_MAX: usize = 256;

// Set-up in the browser

/// Signs of the set-up code: 31 different ones, so 39 bits.
pub const SETUP_CODE_SIGNS: usize = 8;
/// How long a set-up code holds, and a browser that brought it may pause, seconds.
pub const SETUP_CODE_MAX_S: u64 = 86_400;
/// Bare addresses for which an authority is asked before set-up: IPv4 and IPv6, and each once more after a move.
pub const SETUP_ADDRESSES_MAX: usize = 4;
/// How long a ticket holds that carries the set-up over to the domain, seconds: one redirect.
pub const SETUP_TICKET_MAX_S: u64 = 60;
/// Wrong codes from one address (IPv6: one /64) in [`SETUP_TRIES_WINDOW_S`] before it has to wait.
pub const SETUP_TRIES_PER_ADDRESS: u32 = 5;
/// Seconds.
pub const SETUP_TRIES_WINDOW_S: u64 = 600;
/// Wrong codes from anywhere in an hour, after which there is another code.
pub const SETUP_TRIES_MAX: u32 = 50;
/// Addresses whose wrong codes are counted.
pub const SETUP_TRIES_ADDRESSES: usize = 1_024;
/// How long the page at the end of set-up can be looked at again, seconds.
pub const SETUP_DONE_MAX_S: u64 = 1_800;
/// How long `imera setup` waits until the server that it set up has opened its doors, ms.
pub const SETUP_OPENS_MAX_MS: u64 = 10_000;
/// Signs of the place's name.
pub const PLACE_NAME_MAX_SIGNS: usize = 40;

// How friends come in, in the browser

/// Signs of a token as links have it: 18 bytes in base64 without padding.
pub const TOKEN_SIGNS: usize = 24;
/// Signs of a wrong value that a form shows again: enough to put it right.
pub const TYPED_SHOWN_SIGNS: usize = 300;
/// How long a new recovery code waits for the page that shows it, seconds: one click.
pub const RECOVERY_CODE_WAITS_S: u64 = 600;
/// Recovery codes that wait at once; people who come later make one on their own page.
pub const RECOVERY_CODES_WAITING_MAX: usize = 1_024;
/// How long after a password was typed the page of welcome makes codes that sign phones in, seconds:
/// as long as such a code lasts.
pub const WELCOME_FRESH_S: i64 = 1_800;
/// How soon a link that is over may ask its inviter for a new one again, seconds: a day.
pub const ASK_AGAIN_S: u64 = 86_400;
/// Links that may ask in that time, over all inviters.
pub const ASKING_LINKS_MAX: usize = 1_024;
/// Contacts that the page of welcome names; who has more knows them.
pub const WELCOME_FRIENDS_SHOWN: usize = 8;
