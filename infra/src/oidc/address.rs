//! Which addresses the service calls: an administrator of any organisation may name one, so none inside our own network.

use super::ProviderError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// How far the service reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// `https` at public addresses.
    Public,
    /// Also private addresses, and `http` on this machine: for development.
    Everything,
}

impl Reach {
    /// Reads an address that may be called, as far as its letters tell.
    pub(super) fn check(self, address: &str) -> Result<Url, ProviderError> {
        let refuse = |why| Err(ProviderError::Address(why));
        let Ok(url) = Url::parse(address) else {
            return refuse("it is not a URL");
        };
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return refuse("it carries credentials or a fragment");
        }
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return refuse("it names no host"),
        };
        let loopback = url.host_str() == Some("localhost") || ip.is_some_and(|ip| ip.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if self == Self::Everything && loopback => {}
            _ => return refuse("it must be https"),
        }
        match ip {
            Some(ip) if !self.includes(ip) => refuse("it lies in a private network"),
            _ => Ok(url),
        }
    }

    /// Whether a connection may be opened to it.
    pub(super) fn includes(self, ip: IpAddr) -> bool {
        self == Self::Everything || is_public(ip)
    }
}

/// Whether the address is one of the public Internet (IANA special-purpose address registries).
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast, without protocol assignments (Teredo among them), documentation, and 6to4, which hides an IPv4
    // address; NAT64 lies outside.
    (a & 0xe000) == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && !(a == 0x3fff && b < 0x1000)
        && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inside_is_called() {
        for bad in [
            "http://id.hospital.example",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.1.2.3",
            "https://172.16.0.1",
            "https://192.168.0.1",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1",
            "https://0.0.0.0",
            "https://255.255.255.255",
            "https://[::1]/",
            "https://[::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::1]/",
            "https://[2001:db8::1]/",
            "https://user@id.example",
            "https://id.example/#x",
            "ftp://id.example",
            "file:///etc/passwd",
            "id.example",
            "",
        ] {
            assert!(Reach::Public.check(bad).is_err(), "{bad}");
        }
        for good in [
            "https://id.hospital.example/realms/staff",
            "https://203.0.114.9",
            "https://[2606:4700::1111]/",
        ] {
            assert!(Reach::Public.check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn in_development_this_machine_is_called_without_tls_and_no_other() {
        for good in [
            "http://127.0.0.1:8081",
            "http://localhost:1",
            "https://10.0.0.1",
        ] {
            assert!(Reach::Everything.check(good).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1", "http://id.example"] {
            assert!(Reach::Everything.check(bad).is_err(), "{bad}");
        }
    }
}
