//! Pseudo-random numbers that are the same on every machine: `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014).

#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for `n` = 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let n = u128::try_from(n).unwrap_or(0);
        usize::try_from((u128::from(self.next()) * n) >> 64).unwrap_or(0)
    }
}
