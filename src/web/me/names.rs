//! Apps and browsers by the names people know, from what they say of themselves.
//!
//! Pure. Nothing is concluded from them: anybody may call itself anything.

use crate::limits;

/// How resources of well-known apps begin.
const APPS: [&str; 20] = [
    "Adium",
    "blabber.im",
    "BeagleIM",
    "Cheogram",
    "Conversations",
    "Converse.js",
    "Dino",
    "Gajim",
    "Kaidan",
    "Monal",
    "Monocles",
    "Movim",
    "Pidgin",
    "Poezio",
    "Profanity",
    "Prose",
    "Psi",
    "Quicksy",
    "Siskin",
    "Swift",
];

/// What stands in a User-Agent, what it is called; those that stand in others' come last.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// The app of a resource such as `Conversations.Rq3d`.
pub fn app(resource: &str) -> Option<&'static str> {
    APPS.into_iter().find(|app| {
        let (begin, rest) = match resource.split_at_checked(app.len()) {
            Some((begin, rest)) if begin.eq_ignore_ascii_case(app) => (begin, rest),
            _ => return false,
        };
        !begin.is_empty() && !rest.starts_with(char::is_alphabetic)
    })
}

/// Browser and machine.
pub fn browser(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let find = |all: &[(&str, &'static str)]| all.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    (find(&BROWSERS), find(&SYSTEMS))
}

/// What nobody knows, as far as it fits a line.
pub fn short(words: &str) -> String {
    match words.char_indices().nth(limits::DEVICE_NAME_SHOWN_SIGNS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_known_by_the_beginning_of_their_resource() {
        for (resource, name) in [
            ("Conversations.Rq3d", Some("Conversations")),
            ("gajim.XYZ123", Some("Gajim")),
            ("Monal-iOS.ab12", Some("Monal")),
            ("dino", Some("Dino")),
            ("Dinosaur", None),
            ("ünä", None),
            ("", None),
        ] {
            assert_eq!(app(resource), name, "{resource}");
        }
    }

    #[test]
    fn browsers_are_known_though_they_all_call_themselves_mozilla() {
        for (agent, known) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Linux")),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                ("Edge", "Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                ("Safari", "iPhone"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                 Safari/537.36",
                ("Chrome", "Android"),
            ),
        ] {
            assert_eq!(browser(agent), (Some(known.0), Some(known.1)), "{agent}");
        }
        assert_eq!(browser("<script>"), (None, None));
        assert_eq!(short(&"ü".repeat(100)).chars().count(), limits::DEVICE_NAME_SHOWN_SIGNS + 1);
    }
}
