//! Privacy: no patient's number gets in, who looked at what is written down, a person can have all and leave.

mod access_log;
mod patient_identifiers;
mod person_data;
mod shown_counts;
