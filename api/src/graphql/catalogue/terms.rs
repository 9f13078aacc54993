//! On what terms an offer is given: policies of use, review, cost, what the hospital would rather have.

use super::convert;
use crate::graphql::scalar::{CountryCode, Date, WonAmount};
use crate::graphql::text::Condition;
use crate::graphql::vocabulary::{
    CostModel, Modifier, OrganisationKind, Permission, PurposeClass, Unpseudonymisable,
};
use async_graphql::Object;
use matchday_domain::catalogue as domain;
use matchday_domain::use_conditions::UsePolicy as DomainUsePolicy;

/// When a board reviews.
pub struct ReviewCalendar(pub(super) domain::ReviewCalendar);

/// When a board reviews.
#[Object]
impl ReviewCalendar {
    /// Last day of the month to apply for the next meeting; 31 is the month's end; null if not known.
    async fn cutoff_day(&self) -> Option<i64> {
        self.0.cutoff_day
    }

    /// Days of the month on which the board meets; 31 is the month's end.
    async fn meeting_days(&self) -> &[i64] {
        &self.0.meeting_days
    }
}

/// What the data cost. Null means that it is not known.
pub struct Cost(pub(super) domain::Cost);

/// What the data cost. Null means that it is not known.
#[Object]
impl Cost {
    /// How it is charged.
    async fn model(&self) -> Option<CostModel> {
        self.0.model.map(Into::into)
    }

    /// Won, per unit of the model.
    async fn amount(&self) -> Option<WonAmount> {
        self.0.amount.map(WonAmount)
    }
}

/// What a hospital would rather have. Null and empty mean that it has not said.
pub struct HospitalPreferences(pub(super) domain::HospitalPreferences);

/// What a hospital would rather have. Null and empty mean that it has not said.
#[Object]
impl HospitalPreferences {
    /// Purposes it likes to support.
    async fn purposes(&self) -> Vec<PurposeClass> {
        convert(&self.0.purposes)
    }

    /// Kinds of organisation it likes to work with.
    async fn partners(&self) -> Vec<OrganisationKind> {
        convert(&self.0.partners)
    }

    /// Wants to collaborate in the research.
    async fn collaboration(&self) -> Option<bool> {
        self.0.collaboration
    }

    /// Wants results returned.
    async fn return_of_results(&self) -> Option<bool> {
        self.0.return_of_results
    }

    /// Requests it can serve in a year.
    async fn capacity_per_year(&self) -> Option<i64> {
        self.0.capacity_per_year
    }
}

/// One policy of use; an offer may state several alternatives.
pub struct UsePolicy(pub(super) DomainUsePolicy);

/// One policy of use; an offer may state several alternatives.
#[Object]
impl UsePolicy {
    /// What the data may be used for; null means ask.
    async fn permission(&self) -> Option<Permission> {
        self.0.permission.map(Into::into)
    }

    /// The conditions that a DS permission is limited to.
    async fn permission_conditions(&self) -> Vec<Condition> {
        self.0
            .permission_conditions
            .iter()
            .cloned()
            .map(Condition)
            .collect()
    }

    /// Further conditions.
    async fn modifiers(&self) -> Vec<Modifier> {
        convert(&self.0.modifiers)
    }

    /// Countries that GS allows.
    async fn geographic_countries(&self) -> Vec<CountryCode> {
        self.0
            .geographic_countries
            .iter()
            .cloned()
            .map(CountryCode)
            .collect()
    }

    /// Institutions that IS allows.
    async fn allowed_institutions(&self) -> &[String] {
        &self.0.allowed_institutions
    }

    /// Users that US allows.
    async fn allowed_users(&self) -> &[String] {
        &self.0.allowed_users
    }

    /// Projects that PS allows.
    async fn allowed_projects(&self) -> &[String] {
        &self.0.allowed_projects
    }

    /// Months of use that TS allows; null without TS.
    async fn time_limit_months(&self) -> Option<i64> {
        self.0.time_limit_months
    }

    /// The day before which MOR forbids to publish; null without MOR.
    async fn moratorium_until(&self) -> Option<Date> {
        self.0.moratorium_until.map(Date)
    }

    /// What cannot be pseudonymised.
    async fn not_pseudonymisable(&self) -> Vec<Unpseudonymisable> {
        convert(&self.0.not_pseudonymisable)
    }
}
