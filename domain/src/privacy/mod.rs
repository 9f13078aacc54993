//! Privacy: what must not be written down, who looked at what, and what is erased on request.
//!
//! [`patient_identifier`] finds numbers of patients in free text; [`access`] is the line that a look at, or a change of,
//! an organisation's data leaves behind; [`erasure`] decides what goes and what stays when a person leaves.

pub mod access;
pub mod erasure;
pub mod patient_identifier;

pub use access::{AccessDeed, AccessLine, AccessResource, Prefixes, Retention};
pub use patient_identifier::PatientIdentifier;
