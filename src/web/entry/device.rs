//! On what somebody reads a page, by its User-Agent, and which apps are offered there first.
//!
//! Keeps no state. Of apps only those are named whose way with our links is known (peers.md, their source): Conversations
//! and Monal take an invitation's link and a code that signs them in; on computers an account is made in the browser
//! first.

/// What the browser runs on, as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    Android,
    /// An iPad as well, unless it says that it is a Mac.
    Iphone,
    Computer,
    Unknown,
}

impl Device {
    pub fn of_agent(agent: &str) -> Device {
        let is = |words: &[&str]| words.iter().any(|word| agent.contains(word));
        match () {
            () if is(&["Android"]) => Device::Android,
            () if is(&["iPhone", "iPad", "iPod"]) => Device::Iphone,
            () if is(&["Windows NT", "Macintosh", "X11", "CrOS"]) => Device::Computer,
            () => Device::Unknown,
        }
    }
}

/// Where an app is found.
#[derive(Clone, Copy, Debug)]
pub struct Apps;

impl Apps {
    /// With the page's own link on the way: after installing, the app opens it (Play's install referrer).
    pub fn play(self, xmpp: &str) -> String {
        let referrer: String = form_urlencoded::byte_serialize(xmpp.as_bytes()).collect();
        format!("https://play.google.com/store/apps/details?id=eu.siacs.conversations&referrer={referrer}")
    }

    pub fn play_alone(self) -> &'static str {
        "https://play.google.com/store/apps/details?id=eu.siacs.conversations"
    }

    pub fn f_droid(self) -> &'static str {
        "https://f-droid.org/packages/eu.siacs.conversations/"
    }

    pub fn monal(self) -> &'static str {
        "https://apps.apple.com/app/id317711500"
    }

    pub fn monal_mac(self) -> &'static str {
        "https://apps.apple.com/app/id1499227291"
    }

    pub fn gajim(self) -> &'static str {
        "https://gajim.org/"
    }

    pub fn dino(self) -> &'static str {
        "https://dino.im/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_by_its_agent() {
        for (agent, device) in [
            ("Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/142.0 Mobile", Device::Android),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15", Device::Iphone),
            ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", Device::Iphone),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", Device::Computer),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", Device::Computer),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", Device::Computer),
            ("curl/8.14", Device::Unknown),
            ("", Device::Unknown),
        ] {
            assert_eq!(Device::of_agent(agent), device, "{agent}");
        }
    }

    #[test]
    fn the_play_store_carries_the_link_along() {
        let play = Apps.play("xmpp:mira@a.test?roster;preauth=T-_;ibr=y");
        assert!(play.ends_with("&referrer=xmpp%3Amira%40a.test%3Froster%3Bpreauth%3DT-_%3Bibr%3Dy"), "{play}");
    }
}
