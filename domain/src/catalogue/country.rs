//! Countries.

use super::content::MAX_CODES;
use crate::problem::{Check, Problem};
use serde::{Deserialize, Serialize};

/// A country, ISO 3166-1 alpha-2 in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Country(String);

/// The officially assigned codes of ISO 3166-1 alpha-2 in order, and `XK`: user-assigned, but what all the world uses for
/// Kosovo.
const CODES: [&str; 250] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW",
];

impl Country {
    /// South Korea.
    pub fn korea() -> Self {
        Self("KR".to_owned())
    }

    /// A country that there is, by its code in capitals.
    pub fn new(code: &str) -> Option<Self> {
        Some(Self(code.to_owned())).filter(Self::is_known)
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Whether the code is assigned. One that was read may be none: what is kept is read as it was written.
    pub fn is_known(&self) -> bool {
        CODES.binary_search(&self.code()).is_ok()
    }
}

impl<'de> Deserialize<'de> for Country {
    /// Two capitals; whether they are assigned is for `check_countries` to say.
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(code))
        } else {
            Err(serde::de::Error::custom(format!(
                "unknown country `{code}`"
            )))
        }
    }
}

/// Every country of a list is one that there is.
pub(crate) fn check_countries(check: &mut Check, path: &str, countries: &[Country]) {
    for (i, country) in countries.iter().enumerate().take(MAX_CODES) {
        check.require(country.is_known(), || {
            Problem::unknown_code(&format!("{path}.{i}"), country.code())
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_those_that_there_are() {
        assert!(CODES.is_sorted());
        for code in ["KR", "US", "GB", "DE", "TW", "SS", "BQ", "XK"] {
            assert_eq!(Country::new(code).unwrap().code(), code);
        }
        // User-assigned, withdrawn, reserved, and no code at all.
        for code in ["XX", "QQ", "ZZ", "AN", "SU", "UK", "EU", "kr", "KOR", ""] {
            assert!(Country::new(code).is_none(), "{code}");
        }
    }

    #[test]
    fn what_is_kept_is_read_and_then_told() {
        let read: Vec<Country> = serde_json::from_str(r#"["KR", "XX"]"#).unwrap();
        let mut check = Check::new();
        check_countries(&mut check, "viewerCountries", &read);
        let problems = check.finish().unwrap_err();
        let paths: Vec<_> = problems.iter().map(|p| p.path.join(".")).collect();
        assert_eq!(paths, ["viewerCountries.1"]);
        assert!(serde_json::from_str::<Country>("\"kr\"").is_err());
    }
}
