//! A provider's keys, kept for a while, and the check of a token's signature against them.
//!
//! The library parses tokens and keys; ring, which TLS brings anyway, does the arithmetic.

use super::ProviderError;
use chrono::TimeDelta;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::signature::{Error as SignatureError, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, Validation};
use matchday_domain::identity::Claims;
use matchday_domain::time::Timestamp;
use ring::signature as ring_signature;
use serde::Deserialize;

/// For how long a key set is believed.
const KEYS_HOLD: TimeDelta = TimeDelta::minutes(10);

/// How soon a provider is asked again for a key that it did not have: anybody can make up names of keys.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// Signatures by a private key. Nothing that the public key could make, and never `none`.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Which key a token says to be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    algorithm: Algorithm,
    key_id: Option<String>,
}

/// Reads which key a token says to be signed with.
pub(super) fn wanted(token: &str) -> Result<Wanted, ProviderError> {
    let header =
        jsonwebtoken::decode_header(token).map_err(|_| ProviderError::Token("not a token"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(ProviderError::Token("not signed by a private key"));
    }
    Ok(Wanted {
        algorithm: header.alg,
        key_id: header.kid,
    })
}

/// The keys of a provider as it published them.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<Jwk>,
    read_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

/// A key set; keys of kinds that are not known are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct KeySet {
    keys: Vec<serde_json::Value>,
}

impl Keys {
    /// Whether the key is there and the set is believed still.
    pub(super) fn has(&self, wanted: &Wanted, now: Timestamp) -> bool {
        self.read_at.is_some_and(|at| now < at + KEYS_HOLD) && self.find(wanted).is_ok()
    }

    /// Whether the provider is to be asked for the key now. Noted before it answers: one that is away is not asked again
    /// at once, either.
    pub(super) fn ask_for(&mut self, wanted: &Wanted, now: Timestamp) -> bool {
        let ask = !self.has(wanted, now) && self.asked_at.is_none_or(|at| at + ASK_AGAIN <= now);
        if ask {
            self.asked_at = Some(now);
        }
        ask
    }

    pub(super) fn renew(&mut self, set: KeySet, now: Timestamp) {
        let keys = set.keys.into_iter();
        self.keys = keys
            .filter_map(|key| serde_json::from_value(key).ok())
            .collect();
        self.read_at = Some(now);
    }

    /// The key; without a name in the token, the only one that fits.
    pub(super) fn find(&self, wanted: &Wanted) -> Result<Jwk, ProviderError> {
        let fits = |key: &&Jwk| {
            let common = &key.common;
            let signs =
                !matches!(&common.public_key_use, Some(other) if *other != PublicKeyUse::Signature);
            let algorithm = common
                .key_algorithm
                .is_none_or(|algorithm| algorithm.to_string() == format!("{:?}", wanted.algorithm));
            let family = DecodingKey::from_jwk(key)
                .is_ok_and(|key| key.family() == wanted.algorithm.family());
            let named = wanted.key_id.is_none() || common.key_id == wanted.key_id;
            signs && algorithm && family && named
        };
        let mut found = self.keys.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(key), None) => Ok(key.clone()),
            (None, _) => Err(ProviderError::Token("signed with an unknown key")),
            (Some(_), Some(_)) => Err(ProviderError::Token("it does not name its key")),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct RawClaims {
    iss: String,
    aud: OneOrMany,
    azp: Option<String>,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<serde_json::Value>,
}

/// What a token says, if the key has signed it.
pub(super) fn verified(token: &str, wanted: &Wanted, key: &Jwk) -> Result<Claims, ProviderError> {
    let bad = |_| ProviderError::Token("not signed with this key, or claims are missing");
    let key = DecodingKey::from_jwk(key).map_err(bad)?;
    // The domain judges the claims, by its own clock.
    let mut validation = Validation::new(wanted.algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims: RawClaims = jsonwebtoken::decode(token, &key, &validation)
        .map_err(bad)?
        .claims;
    #[allow(clippy::cast_possible_truncation)]
    // a cast of a float to an integer stops at the integer's ends
    let seconds = |at: f64| at as i64;
    Ok(Claims {
        issuer: claims.iss,
        audience: match claims.aud {
            OneOrMany::One(audience) => vec![audience],
            OneOrMany::Many(audience) => audience,
        },
        authorized_party: claims.azp,
        expires_at: seconds(claims.exp),
        issued_at: claims.iat.map(seconds),
        not_before: claims.nbf.map(seconds),
        nonce: claims.nonce,
        email: claims.email,
        email_verified: claims.email_verified == Some(serde_json::Value::Bool(true)),
    })
}

/// Makes ring the library's arithmetic. Somebody in this process may have done so already.
pub(super) fn install() {
    static RING: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        verifier_factory: verifier,
        key_utils: KeyUtils::new_unimplemented(),
    };
    RING.install_default().ok();
}

struct RingVerifier {
    algorithm: Algorithm,
    key: DecodingKey,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    if !ALGORITHMS.contains(algorithm) || key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    Ok(Box::new(RingVerifier {
        algorithm: *algorithm,
        key: key.clone(),
    }))
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let checked = match (self.key.kind(), rsa(self.algorithm), curve(self.algorithm)) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, Some(scheme), _) => {
                ring_signature::RsaPublicKeyComponents { n, e }.verify(scheme, message, signature)
            }
            (DecodingKeyKind::SecretOrDer(point), _, Some(scheme)) => {
                ring_signature::UnparsedPublicKey::new(scheme, point).verify(message, signature)
            }
            _ => return Err(SignatureError::new()),
        };
        checked.map_err(|_| SignatureError::new())
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static ring_signature::RsaParameters> {
    Some(match algorithm {
        Algorithm::RS256 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &ring_signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &ring_signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &ring_signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn curve(algorithm: Algorithm) -> Option<&'static dyn ring_signature::VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::ES256 => &ring_signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &ring_signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDSA => &ring_signature::ED25519,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(keys: serde_json::Value) -> KeySet {
        serde_json::from_value(json!({ "keys": keys })).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_provider_is_asked_for_what_is_missing_and_not_all_the_time() {
        let wanted = |name: Option<&str>| Wanted {
            algorithm: Algorithm::ES256,
            key_id: name.map(str::to_owned),
        };
        let key =
            |name: &str| json!({ "kty": "EC", "crv": "P-256", "kid": name, "x": "AA", "y": "AA" });
        let mut keys = Keys::default();
        assert!(keys.ask_for(&wanted(Some("a")), at(0)));
        assert!(!keys.ask_for(&wanted(Some("a")), at(29)), "asked just now");
        keys.renew(set(json!([key("a"), { "kty": "quantum" }, 7])), at(0));
        assert!(keys.has(&wanted(Some("a")), at(599)) && keys.has(&wanted(None), at(599)));
        assert!(!keys.has(&wanted(Some("a")), at(600)), "out of date");
        assert!(!keys.ask_for(&wanted(Some("a")), at(599)));
        assert!(keys.ask_for(&wanted(Some("b")), at(30)));
        assert!(
            !keys.ask_for(&wanted(Some("c")), at(31)),
            "another made-up name"
        );
        keys.renew(set(json!([key("a"), key("b")])), at(30));
        assert!(keys.find(&wanted(None)).is_err(), "two could be meant");
        let other = Wanted {
            algorithm: Algorithm::RS256,
            key_id: Some("a".to_owned()),
        };
        assert!(keys.find(&other).is_err(), "a key of another kind");
        let mut encryption = key("a");
        encryption["use"] = json!("enc");
        keys.renew(set(json!([encryption])), at(60));
        assert!(keys.find(&wanted(Some("a"))).is_err(), "not for signatures");
    }

    /// Made with OpenSSL, which shares no code with us.
    #[test]
    fn signatures_of_another_hand_are_checked() {
        install();
        let key: Jwk = serde_json::from_str(include_str!("examples/rsa_key.json")).unwrap();
        for token in include_str!("examples/rsa_tokens.txt").lines() {
            let wanted = wanted(token).unwrap();
            let claims = verified(token, &wanted, &key).unwrap();
            assert_eq!(claims.issuer, "https://id.hospital.example");
            assert_eq!(claims.expires_at, 1_795_000_000);
            let (head, signature) = token.rsplit_once('.').unwrap();
            let first = if signature.starts_with('A') { "B" } else { "A" };
            let changed = format!("{head}.{first}{}", &signature[1..]);
            assert!(verified(&changed, &wanted, &key).is_err(), "{token}");
        }
    }
}
