//! The thesaurus: Korean and English words for codes.
