//! Slips of the hand: words that differ from one another by one letter, syllable or part of a syllable.

use super::words::is_hangul;

/// Whether two keys differ by one letter or syllable put in, left out or exchanged, as in `뇌졸증` or `diabets`; false
/// for keys so short that another word is as near.
pub(super) fn nearly(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 4 {
        return false;
    }
    let least = |key: &[char]| {
        if key.iter().copied().any(is_hangul) {
            4
        } else {
            7
        }
    };
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let before = long.iter().zip(&short).take_while(|(x, y)| x == y).count();
    // Hardly anybody mistakes the first one.
    if !(1..long.len()).contains(&before) {
        return false;
    }
    if long.len() > short.len() {
        return short.len() >= least(&long) && long[before + 1..] == short[before..];
    }
    // Another syllable in a short word is another organ, `발등골절` is no `발목골절`; a part of one is a slip.
    let enough = if one_part_apart(long[before], short[before]) {
        3
    } else {
        least(&long).max(5)
    };
    short.len() >= enough && long[before + 1..] == short[before + 1..]
}

/// Whether two syllables of Hangul differ in one of initial, vowel and final, as `색` and `섹`.
fn one_part_apart(a: char, b: char) -> bool {
    const FIRST: u32 = 0xac00;
    const FINALS: u32 = 28;
    const VOWELS: u32 = 21;
    let parts = |syllable: char| {
        let at = u32::from(syllable)
            .checked_sub(FIRST)
            .filter(|_| matches!(syllable, '\u{ac00}'..='\u{d7a3}'))?;
        Some([at / (VOWELS * FINALS), at / FINALS % VOWELS, at % FINALS])
    };
    match (parts(a), parts(b)) {
        (Some(a), Some(b)) => a.iter().zip(&b).filter(|(x, y)| x != y).count() == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_near() {
        for (a, b, near) in [
            ("신생아폐혈증", "신생아패혈증", true),
            ("류마티스다발근통", "류마티스성다발근통", true),
            ("diabets", "diabetes", true),
            ("뇌경섹", "뇌경색", true),
            ("당료병", "당뇨병", true),
            ("파킨스병", "파킨슨병", true),
            ("폐염", "폐렴", false),
            ("심장염", "신장염", false),
            ("발등골절", "발목골절", false),
            ("폐암", "위암", false),
            ("뇌경색증", "뇌경색증", false),
            ("kidney", "kidnei", false),
            ("간내담관암", "간외담도암", false),
        ] {
            assert_eq!(nearly(a, b), near, "{a} {b}");
            assert_eq!(nearly(b, a), near, "{b} {a}");
        }
    }
}
