//! Client secrets at rest: ChaCha20-Poly1305 (RFC 8439) under a key of the operator's, bound to their organisation.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use matchday_domain::id::OrganisationId;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt;
use std::sync::Arc;

/// Says by which method and key a secret is sealed, for the day there is another.
const VERSION: &str = "v1.";

/// The operator's key.
#[derive(Clone)]
pub struct SecretKey(Arc<LessSafeKey>);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

impl SecretKey {
    /// Reads 32 bytes in Base64, as `openssl rand -base64 32` writes them.
    pub fn from_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok()?;
        Some(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// Seals a secret of an organisation. `nonce` must be random: its first twelve bytes are never used twice.
    pub fn seal(&self, organisation: OrganisationId, secret: &str, nonce: &[u8; 32]) -> String {
        let mut unique = [0; NONCE_LEN];
        unique.copy_from_slice(&nonce[..NONCE_LEN]);
        let mut bytes = secret.as_bytes().to_vec();
        let aad = Aad::from(organisation.0.into_bytes());
        #[allow(clippy::expect_used)] // fails above 256 GiB only
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(unique), aad, &mut bytes)
            .expect("a secret is short");
        let sealed = [&unique[..], &bytes].concat();
        format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a sealed secret; none if it was sealed with another key, for another organisation, or was changed.
    pub fn open(&self, organisation: OrganisationId, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (unique, rest) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut rest = rest.to_vec();
        let aad = Aad::from(organisation.0.into_bytes());
        let nonce = Nonce::assume_unique_for_key(*unique);
        let plain = self.0.open_in_place(nonce, aad, &mut rest).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_secret_opens_with_its_key_for_its_organisation_only() {
        let key = |byte| SecretKey::from_base64(&STANDARD.encode([byte; 32])).unwrap();
        let (own, other) = (
            OrganisationId(Uuid::from_u128(1)),
            OrganisationId(Uuid::nil()),
        );
        let sealed = key(1).seal(own, "비밀", &[7; 32]);
        assert!(!sealed.contains("비밀"));
        assert_eq!(key(1).open(own, &sealed).as_deref(), Some("비밀"));
        assert_eq!(key(1).open(other, &sealed), None);
        assert_eq!(key(2).open(own, &sealed), None);
        let changed = format!("{}A", &sealed[..sealed.len() - 1]);
        assert_eq!(key(1).open(own, &changed), None);
        assert_eq!(key(1).open(own, "v1."), None);
        for short in ["", "c2hvcnQ=", "not base64"] {
            assert!(SecretKey::from_base64(short).is_none(), "{short}");
        }
        assert_eq!(format!("{:?}", key(1)), "SecretKey(***)");
    }
}
