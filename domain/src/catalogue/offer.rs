//! The offer aggregate: who lists it, in what state, in which version.

use super::{Disclosed, OfferContent, ShownCounts};
use crate::id::{OfferId, OrganisationId};
use crate::problem::{Code, Problem, Problems};
use crate::suggested_code::{TermCode, answer};
use crate::terminology::Terminology;
use crate::text::Message;
use crate::time::Timestamp;

crate::vocabulary! {
    /// Where an offer stands.
    OfferState {
        Draft = "draft", "작성 중", "draft";
        Listed = "listed", "공개", "listed";
        Paused = "paused", "일시 중지", "paused";
        Withdrawn = "withdrawn", "철회", "withdrawn";
    }
}

/// A data offer of a hospital.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its identity.
    pub id: OfferId,
    /// The hospital.
    pub organisation: OrganisationId,
    /// Where it stands.
    pub state: OfferState,
    /// Raised by one at every change; what an update must name.
    pub version: i32,
    /// What it says.
    pub content: OfferContent,
    /// Numbers that it has shown to others, see [`shown_count`](super::shown_count).
    pub disclosed: Vec<Disclosed>,
    /// The record in the catalogue it was imported from, unique in its organisation.
    pub source_ref: Option<String>,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What can be done to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferStep {
    /// Show it in the catalogue.
    List,
    /// Hide it for a while.
    Pause,
    /// Take it back for good.
    Withdraw,
}

impl Offer {
    /// A draft.
    ///
    /// # Errors
    /// What is wrong with the content.
    pub fn draft(
        id: OfferId,
        organisation: OrganisationId,
        content: OfferContent,
        source_ref: Option<String>,
        terminology: &Terminology,
        now: Timestamp,
    ) -> Result<Self, Problems> {
        check(&content, terminology, now)?;
        let state = OfferState::Draft;
        Ok(Self {
            id,
            organisation,
            state,
            version: 1,
            content,
            disclosed: Vec::new(),
            source_ref,
            created_at: now,
            updated_at: now,
        })
    }

    /// Replaces what it says. Unchanged content changes nothing, not even the version.
    ///
    /// # Errors
    /// A stale version, a withdrawn offer, or what is wrong with the content.
    pub fn revise(
        &mut self,
        read_version: i32,
        content: OfferContent,
        terminology: &Terminology,
        now: Timestamp,
    ) -> Result<(), Problems> {
        self.expect(read_version)?;
        if self.state == OfferState::Withdrawn {
            return Err(wrong_state(self.state.label()).into());
        }
        check(&content, terminology, now)?;
        if content != self.content {
            self.disclose();
            self.content = content;
            self.disclose();
            self.touch(now);
        }
        Ok(())
    }

    /// Remembers what others can see from now on, or could up to now.
    fn disclose(&mut self) {
        if self.is_listed() {
            self.disclosed = self.content.disclosed(&self.disclosed);
        }
    }

    /// Its numbers as others than the hospital see them.
    pub fn shown_counts(&self) -> ShownCounts {
        self.content.shown_counts(&self.disclosed)
    }

    /// Takes the hospital's answers to codes that its words suggest.
    ///
    /// # Errors
    /// A stale version, a withdrawn offer, or what is wrong with the answers, see
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

    /// Moves it along `draft → listed ⇄ paused → withdrawn`.
    ///
    /// # Errors
    /// A stale version, or a state from which the step does not lead.
    pub fn step(
        &mut self,
        read_version: i32,
        step: OfferStep,
        now: Timestamp,
    ) -> Result<(), Problems> {
        use OfferState::{Draft, Listed, Paused, Withdrawn};
        self.expect(read_version)?;
        self.state = match (step, self.state) {
            (OfferStep::List, Draft | Paused) => Listed,
            (OfferStep::Pause, Listed) => Paused,
            (OfferStep::Withdraw, Draft | Listed | Paused) => Withdrawn,
            (_, state) => return Err(wrong_state(state.label()).into()),
        };
        self.disclose();
        self.touch(now);
        Ok(())
    }

    /// Whether it is to be matched and shown to others.
    pub fn is_listed(&self) -> bool {
        self.state == OfferState::Listed
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

fn check(
    content: &OfferContent,
    terminology: &Terminology,
    now: Timestamp,
) -> Result<(), Problems> {
    let mut problems = content.check(terminology).err().unwrap_or_default();
    problems.extend(content.counts_ahead_of(now));
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

pub(crate) fn wrong_state(state: Message) -> Problem {
    Problem::whole(
        Code::WrongState,
        Message::new(
            format!("현재 상태({})에서는 할 수 없습니다.", state.ko),
            format!("This cannot be done in the state “{}”.", state.en),
        ),
    )
}
