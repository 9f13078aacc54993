//! Who asks for data and what for: the facts that the gate weighs.

use crate::catalogue::{AccessMode, Country, DataKind};
use crate::demand::{DemandContent, DuoPurpose, IrbStatus};
use crate::organisation::{LegalForm, Profile};
use crate::terminology::ConditionCode;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The facts of an asker. Absent or empty is *not said*; it is never taken as a yes or a no.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asker {
    /// Names of the asking institution, in any language; compared with the institutions a policy allows.
    pub institution_names: Vec<String>,
    /// The users who will work with the data.
    pub users: Vec<String>,
    /// The project, by any of its names.
    pub projects: Vec<String>,
    /// For profit or not.
    pub legal_form: Option<LegalForm>,
    /// Meant for profit.
    pub commercial: Option<bool>,
    /// The research purpose in terms of DUO.
    pub duo_purpose: Option<DuoPurpose>,
    /// The conditions studied.
    pub conditions: Vec<ConditionCode>,
    /// Develops methods, software or AI models.
    pub methods_development: Option<bool>,
    /// Uses genotype data.
    pub uses_genotype: Option<bool>,
    /// Studies population origins or ancestry.
    pub ancestry_research: Option<bool>,
    /// For clinical care of patients.
    pub clinical_care: Option<bool>,
    /// Countries from which people will look at the data.
    pub viewer_countries: Vec<Country>,
    /// Countries in which the data will be processed.
    pub processing_countries: Vec<Country>,
    /// Whether the parent company sits abroad.
    pub foreign_parent: Option<bool>,
    /// Ways of access that are acceptable.
    pub access_modes: Vec<AccessMode>,
    /// How far the ethics review has come.
    pub irb_status: Option<IrbStatus>,
    /// Willing to collaborate with a researcher of the hospital.
    pub willing_to_collaborate: Option<bool>,
    /// Willing to publish.
    pub willing_to_publish: Option<bool>,
    /// Willing to return results.
    pub willing_to_return_results: Option<bool>,
    /// Months of use.
    pub use_months: Option<i64>,
    /// Results must be published by this day.
    pub publish_by: Option<NaiveDate>,
    /// The kinds of data asked for: required, any of, wished.
    pub data_kinds: Vec<DataKind>,
}

impl Asker {
    /// The facts of a demand and of the organisation that posts it.
    pub fn of(demand: &DemandContent, organisation: &Profile) -> Self {
        Self {
            institution_names: organisation.name.iter().map(str::to_owned).collect(),
            users: Vec::new(),
            projects: demand.title.iter().map(str::to_owned).collect(),
            legal_form: organisation.legal_form,
            commercial: demand.commercial,
            duo_purpose: demand.duo_purpose,
            conditions: demand.conditions.clone(),
            methods_development: demand.methods_development,
            uses_genotype: demand.uses_genotype,
            ancestry_research: demand.ancestry_research,
            clinical_care: demand.clinical_care,
            viewer_countries: demand.viewer_countries.clone(),
            processing_countries: demand.processing_countries.clone(),
            foreign_parent: organisation.foreign_parent,
            access_modes: demand.access_modes.clone(),
            irb_status: demand.irb_status,
            willing_to_collaborate: demand.willing_to_collaborate,
            willing_to_publish: demand.willing_to_publish,
            willing_to_return_results: demand.willing_to_return_results,
            use_months: demand.use_months,
            publish_by: demand.publish_by,
            data_kinds: demand
                .data_kinds_required
                .iter()
                .chain(&demand.data_kinds_any_of)
                .chain(&demand.data_kinds_wished)
                .copied()
                .collect(),
        }
    }
}
