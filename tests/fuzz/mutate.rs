//! Makes inputs of inputs.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What parsers trip over.
const WORDS: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "...",
    "@include(if: true)",
    "fragment F on Query {",
    "query($n: Int)",
    "$n",
    "first: 1000000",
    "null",
    "-1",
    "0",
    "1e308",
    "18446744073709551616",
    "-9223372036854775809",
    "NaN",
    "\n",
    "\r\n",
    "\t",
    ",",
    ";",
    ":",
    "\u{feff}",
    "\u{0}",
    "가나다",
    "🩺",
    "offer:",
    "..",
    "array2d",
    "|]",
    "true",
    "9999999999999999999999999999",
    "/*",
];

pub struct Mutator(ChaCha8Rng);

impl Mutator {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n.max(1)).unwrap();
        usize::try_from(self.0.next_u64() % n).unwrap()
    }

    /// A corpus file with a few changes, at most 64 KiB.
    pub fn input(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut input, corpus);
        }
        input.truncate(65_536);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        match self.below(8) {
            0 if !input.is_empty() => {
                let at = at.min(input.len() - 1);
                input[at] ^= 1 << self.below(8);
            }
            1 => input.truncate(at),
            2 => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..at, word.bytes());
            }
            3 => {
                let end = (at + self.below(40)).min(input.len());
                input.drain(at..end);
            }
            4 => {
                // A piece, again and again.
                let end = (at + self.below(60)).min(input.len());
                let piece = input[at..end].to_vec();
                for _ in 0..self.below(50) {
                    input.splice(at..at, piece.iter().copied());
                }
            }
            5 => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            6 => {
                let byte = u8::try_from(self.below(256)).unwrap();
                input.insert(at, byte);
            }
            _ => {
                // Another number in the place of one.
                let digits = |b: &u8| b.is_ascii_digit();
                if let Some(start) = input[at.min(input.len())..].iter().position(digits) {
                    let start = at + start;
                    let length = input[start..].iter().take_while(|b| digits(b)).count();
                    let number = [
                        "0",
                        "1",
                        "-7",
                        "65536",
                        "4294967296",
                        "99999999999999999999",
                    ];
                    let number = number[self.below(number.len())];
                    input.splice(start..start + length, number.bytes());
                }
            }
        }
    }
}
