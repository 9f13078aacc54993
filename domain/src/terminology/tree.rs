//! The ICD-10 tree: chapters, blocks (nested), three-character categories.
