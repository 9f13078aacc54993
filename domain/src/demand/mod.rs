//! Data demands: what companies and institutes need.
//!
//! [`Demand`] is the aggregate with its states, [`DemandContent`] what a demand says.

mod content;

pub use content::{
    BudgetClass, Confidentiality, DemandContent, DemandPopulation, DuoPurpose, IrbStatus,
};

use crate::catalogue::offer::wrong_state;
use crate::id::{DemandId, OrganisationId};
use crate::problem::{Problem, Problems};
use crate::suggested_code::{TermCode, answer};
use crate::terminology::Terminology;
use crate::time::Timestamp;

crate::vocabulary! {
    /// Where a demand stands.
    DemandState {
        Draft = "draft", "작성 중", "draft";
        Open = "open", "공개", "open";
        Paused = "paused", "일시 중지", "paused";
        Closed = "closed", "종료", "closed";
        Withdrawn = "withdrawn", "철회", "withdrawn";
    }
}

/// A data demand of a company or institute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Its identity.
    pub id: DemandId,
    /// Who needs the data.
    pub organisation: OrganisationId,
    /// Where it stands.
    pub state: DemandState,
    /// Raised by one at every change; what an update must name.
    pub version: i32,
    /// What it says.
    pub content: DemandContent,
    /// The record it was imported from, unique in its organisation.
    pub source_ref: Option<String>,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What can be done to a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemandStep {
    /// Let it be matched and seen.
    Open,
    /// Hide it for a while.
    Pause,
    /// It has been served, or is no longer needed.
    Close,
    /// Take it back for good.
    Withdraw,
}

impl Demand {
    /// A draft.
    ///
    /// # Errors
    /// What is wrong with the content.
    pub fn draft(
        id: DemandId,
        organisation: OrganisationId,
        content: DemandContent,
        source_ref: Option<String>,
        terminology: &Terminology,
        now: Timestamp,
    ) -> Result<Self, Problems> {
        content.check(terminology)?;
        let state = DemandState::Draft;
        Ok(Self {
            id,
            organisation,
            state,
            version: 1,
            content,
            source_ref,
            created_at: now,
            updated_at: now,
        })
    }

    /// Replaces what it says. Unchanged content changes nothing, not even the version.
    ///
    /// # Errors
    /// A stale version, a closed or withdrawn demand, or what is wrong with the content.
    pub fn revise(
        &mut self,
        read_version: i32,
        content: DemandContent,
        terminology: &Terminology,
        now: Timestamp,
    ) -> Result<(), Problems> {
        self.expect(read_version)?;
        if matches!(self.state, DemandState::Closed | DemandState::Withdrawn) {
            return Err(wrong_state(self.state.label()).into());
        }
        content.check(terminology)?;
        if content != self.content {
            self.content = content;
            self.touch(now);
        }
        Ok(())
    }

    /// Takes the author's answers to codes that its words suggest.
    ///
    /// # Errors
    /// A stale version, a closed or withdrawn demand, or what is wrong with the answers, see
    /// [`answer`].
    pub fn answer_codes(
        &mut self,
        read_version: i32,
        confirm: &[TermCode],
        dismiss: &[TermCode],
        terminology: &Terminology,
        now: Timestamp,
    ) -> Result<(), Problems> {
        self.expect(read_version)?;
        let mut content = self.content.clone();
        answer(&mut content, confirm, dismiss, terminology)?;
        self.revise(read_version, content, terminology, now)
    }

    /// Moves it along `draft → open ⇄ paused → closed | withdrawn`.
    ///
    /// # Errors
    /// A stale version, or a state from which the step does not lead.
    pub fn step(
        &mut self,
        read_version: i32,
        step: DemandStep,
        now: Timestamp,
    ) -> Result<(), Problems> {
        use DemandState::{Closed, Draft, Open, Paused, Withdrawn};
        self.expect(read_version)?;
        self.state = match (step, self.state) {
            (DemandStep::Open, Draft | Paused) => Open,
            (DemandStep::Pause, Open) => Paused,
            (DemandStep::Close, Open | Paused) => Closed,
            (DemandStep::Withdraw, Draft | Open | Paused) => Withdrawn,
            (_, state) => return Err(wrong_state(state.label()).into()),
        };
        self.touch(now);
        Ok(())
    }

    /// Whether it is to be matched and shown to others.
    pub fn is_open(&self) -> bool {
        self.state == DemandState::Open
    }

    fn expect(&self, read_version: i32) -> Result<(), Problem> {
        if read_version == self.version {
            Ok(())
        } else {
            Err(Problem::stale(self.version))
        }
    }

    fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }
}
