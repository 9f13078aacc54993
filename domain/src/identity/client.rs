//! From where a session was opened, with no more than its owner needs to recognise it.

use std::net::IpAddr;

/// From where a session was opened: a network instead of an address, a program's family instead of its fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The network: `203.0.113.0/24`, `2001:db8:7::/48`; none if it is not known.
    pub network: Option<String>,
    /// The program: `Firefox, Windows`, `curl`; none if it does not say.
    pub program: Option<String>,
}

impl Client {
    /// What is kept of an address and a `User-Agent`.
    pub fn of(address: Option<IpAddr>, agent: Option<&str>) -> Self {
        Self {
            network: address.map(network),
            program: agent.and_then(program),
        }
    }
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// The family, and the system where it says one. Order matters: Edge also says Chrome, Chrome also says Safari.
fn program(agent: &str) -> Option<String> {
    const BROWSERS: [(&str, &str); 6] = [
        ("Whale/", "Whale"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let says = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(word, _)| agent.contains(word));
        found.map(|(_, name)| *name)
    };
    match (says(&BROWSERS), says(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (Some(browser), None) => Some(browser.to_owned()),
        // `curl/8.5.0`, `python-requests/2.31`: the name of the first product, without its version.
        (None, _) => {
            let name = agent.split(['/', ' ']).next().unwrap_or_default();
            let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
            let name: String = name.chars().take_while(plain).take(40).collect();
            (!name.is_empty()).then_some(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_recognised_and_not_fingerprinted() {
        let seen = |address: &str, agent: &str| {
            let client = Client::of(address.parse().ok(), Some(agent));
            (client.network, client.program)
        };
        let some = |s: &str| Some(s.to_owned());
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51";
        assert_eq!(
            seen("203.0.113.77", edge),
            (some("203.0.113.0/24"), some("Edge, Windows"))
        );
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
        assert_eq!(
            seen("2001:db8:7:9::1", phone),
            (some("2001:db8:7::/48"), some("Safari, iOS"))
        );
        assert_eq!(
            seen("::ffff:203.0.113.77", "curl/8.5.0"),
            (some("203.0.113.0/24"), some("curl"))
        );
        assert_eq!(seen("", "<script>"), (None, None));
        assert_eq!(Client::of(None, None), Client::default());
    }
}
