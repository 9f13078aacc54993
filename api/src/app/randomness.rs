//! Where secrets come from. Injected, so that a test knows what they are.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::{Mutex, PoisonError};

/// A source of random bytes.
pub trait Randomness: Send + Sync + 'static {
    /// 32 bytes that nobody can guess.
    fn bytes(&self) -> [u8; 32];
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn bytes(&self) -> [u8; 32] {
        // Version 4 ids are 122 bits of the system's randomness each.
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        bytes[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        bytes
    }
}

/// The same bytes for the same seed: for demonstrations and tests only.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<ChaCha20Rng>);

impl SeededRandomness {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }
}

/// A token of 256 bits, in the alphabet of URLs.
pub(super) fn token(randomness: &dyn Randomness) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(randomness.bytes())
}

/// A code of eight digits.
pub(super) fn code(randomness: &dyn Randomness) -> String {
    let bytes = randomness.bytes();
    let number = bytes[..8]
        .iter()
        .fold(0_u64, |n, b| (n << 8) | u64::from(*b));
    format!("{:08}", number % 100_000_000)
}
