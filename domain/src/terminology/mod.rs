//! Medical words and codes: the ICD-10/KCD tree, the thesaurus of lay terms, labels.

mod code;

pub use code::ConditionCode;

/// The tree and the thesaurus.
#[derive(Debug)]
pub struct Terminology {}

impl Terminology {
    /// Whether a code, or both ends of a range, are in the tree.
    pub fn knows(&self, _code: &ConditionCode) -> bool {
        true
    }
}
