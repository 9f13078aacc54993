//! What consortia have together for a demand.

use super::Result;
use super::organisation::{Consortium, Organisation};
use super::report::{hospital, number};
use super::scalar::WideInt;
use async_graphql::{Context, Object, SimpleObject};
use matchday_domain::id::OrganisationId;
use matchday_domain::{matching, organisation};

/// A number of subjects, of which small counts are left out.
#[derive(SimpleObject)]
pub struct SubjectCount {
    /// Persons in counts that are large enough to show; persons in two offers count twice.
    counted: WideInt,
    /// Counts too small to show add up to fewer than this, and are not in `counted`; null if there are none.
    below: Option<WideInt>,
    /// Both as they may be shown: `1,200`, `<10`, `1,200 + <10`.
    shown: String,
    /// Offers that the gate lets pass.
    passing_offers: i32,
    /// Offers for which the hospital has to be asked.
    asking_offers: i32,
    /// Offers with a count too small to show.
    suppressed_offers: i32,
    /// Offers that do not say how many.
    unknown_offers: i32,
}

impl From<&matching::Reach> for SubjectCount {
    fn from(reach: &matching::Reach) -> Self {
        let subjects = reach.subjects;
        Self {
            counted: WideInt(subjects.counted),
            below: (subjects.suppressed > 0).then(|| WideInt(subjects.hidden.saturating_add(1))),
            shown: reach.shown(),
            passing_offers: number(reach.passing),
            asking_offers: number(reach.asking),
            suppressed_offers: number(subjects.suppressed),
            unknown_offers: number(subjects.unknown),
        }
    }
}

/// How far the hospitals of a consortium get with a demand.
#[derive(SimpleObject)]
pub struct ConsortiumFeasibility {
    /// The consortium.
    consortium: Consortium,
    /// Persons wanted: the fewest that make sense, or else the wish; null if the demand says neither.
    wanted: Option<WideInt>,
    /// Share of the wanted number that is counted, 0 to 1; null without a wanted number.
    share: Option<f64>,
    /// Subjects in offers of its hospitals on the demand's topic that the gate lets pass or asks about.
    subjects: SubjectCount,
    /// The same by hospital, only those with such an offer.
    hospitals: Vec<HospitalFeasibility>,
}

impl ConsortiumFeasibility {
    pub(super) fn of(
        (consortium, found): &(organisation::Consortium, matching::Feasibility),
    ) -> Self {
        let hospitals = found.hospitals.iter();
        Self {
            consortium: Consortium(consortium.clone()),
            wanted: found.wanted.map(WideInt),
            share: found.share(),
            subjects: (&found.all).into(),
            hospitals: hospitals
                .map(|(id, reach)| HospitalFeasibility(*id, *reach))
                .collect(),
        }
    }
}

/// How far a hospital gets with a demand.
pub struct HospitalFeasibility(OrganisationId, matching::Reach);

/// How far a hospital gets with a demand.
#[Object]
impl HospitalFeasibility {
    /// The hospital.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        hospital(ctx, self.0).await
    }

    /// Subjects in its offers on the demand's topic that the gate lets pass or asks about.
    async fn subjects(&self) -> SubjectCount {
        (&self.1).into()
    }
}
