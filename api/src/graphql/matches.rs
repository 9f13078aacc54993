//! Matches with their explanation.
