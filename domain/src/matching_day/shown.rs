//! Which suggestions an organisation has seen, and what the two then decided: what weights may be learnt from.

use super::{Answer, DeclineReason, MeetingRequest, Priority};
use crate::id::{DemandId, MatchingDayId, OfferId, OrganisationId, RegistrationId};
use crate::matching::Criteria;
use crate::matching::feedback::Decision;
use crate::time::Timestamp;
use std::collections::{HashMap, HashSet};

/// A suggestion as somebody saw it for the first time.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// At which day.
    pub event: MatchingDayId,
    /// Who saw it.
    pub viewer: RegistrationId,
    /// Whom it suggests.
    pub other: RegistrationId,
    /// The demand of the match.
    pub demand: DemandId,
    /// The offer of the match.
    pub offer: OfferId,
    /// Its place, from 1.
    pub rank: i32,
    /// The chance that somebody looks there, above 0 to 1.
    pub propensity: f64,
    /// The version of the weights that ranked it.
    pub weights_version: i32,
    /// What it was judged by.
    pub criteria: Criteria,
    /// When.
    pub shown_at: Timestamp,
}

/// The decisions on suggestions, in the order of the requests.
///
/// Sending a request is a yes of the sender, and "no thanks" its no; the addressee says yes or no by its answer. No
/// answer is no decision, nor is a request that was taken back, nor a no for use conditions or want of capacity. A pair counts if the sender, or else the addressee, was
/// shown it; where the request names a demand or an offer, that one. What the gate denies by now is left out: such a no
/// says nothing of the criteria.
pub fn decisions(
    shown: &[Shown],
    requests: &[MeetingRequest],
    denied: &HashSet<(DemandId, OfferId)>,
    organisation_of: impl Fn(RegistrationId) -> Option<OrganisationId>,
) -> Vec<Decision> {
    let mut seen: HashMap<(RegistrationId, RegistrationId), Vec<&Shown>> = HashMap::new();
    for shown in shown {
        seen.entry((shown.viewer, shown.other))
            .or_default()
            .push(shown);
    }
    let mut decisions = Vec::new();
    for request in requests {
        let (sender, addressee) = (request.sender(), request.addressee());
        let about = |shown: &&&Shown| {
            request.demand.is_none_or(|demand| demand == shown.demand)
                && request.offer.is_none_or(|offer| offer == shown.offer)
        };
        let best = |viewer, other| {
            let rows = seen.get(&(viewer, other))?;
            let rows = rows.iter().filter(about);
            rows.min_by_key(|shown| (shown.rank, shown.demand, shown.offer))
        };
        let Some(shown) = best(sender, addressee).or_else(|| best(addressee, sender)) else {
            continue;
        };
        if denied.contains(&(shown.demand, shown.offer)) {
            continue;
        }
        let refused = request.priority == Priority::NoThanks;
        let of_sender = (request.answer != Answer::Withdrawn).then_some(!refused);
        let of_addressee = match request.answer {
            Answer::Accepted => Some(true),
            Answer::Declined if !refused => (request.decline_reason)
                .is_none_or(DeclineReason::is_of_the_match)
                .then_some(false),
            _ => None,
        };
        for (party, accepted) in [(sender, of_sender), (addressee, of_addressee)] {
            if let (Some(accepted), Some(by)) = (accepted, organisation_of(party)) {
                decisions.push(Decision {
                    by,
                    accepted,
                    propensity: shown.propensity,
                    criteria: shown.criteria.clone(),
                });
            }
        }
    }
    decisions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MeetingRequestId;
    use crate::matching_day::Side;
    use crate::time::{Clock, SystemClock};
    use uuid::Uuid;

    const COMPANY: u128 = 1;
    const HOSPITAL: u128 = 2;

    fn shown(viewer: u128, other: u128, offer: u128, rank: i32) -> Shown {
        Shown {
            event: MatchingDayId(Uuid::nil()),
            viewer: RegistrationId(Uuid::from_u128(viewer)),
            other: RegistrationId(Uuid::from_u128(other)),
            demand: DemandId(Uuid::nil()),
            offer: OfferId(Uuid::from_u128(offer)),
            rank,
            propensity: 1.0 / f64::from(rank),
            weights_version: 1,
            criteria: Criteria::default(),
            shown_at: SystemClock.now(),
        }
    }

    fn request(priority: Priority, answer: Answer, offer: Option<u128>) -> MeetingRequest {
        MeetingRequest {
            id: MeetingRequestId(Uuid::nil()),
            event: MatchingDayId(Uuid::nil()),
            demander: RegistrationId(Uuid::from_u128(COMPANY)),
            provider: RegistrationId(Uuid::from_u128(HOSPITAL)),
            sent_by: Side::Demand,
            priority,
            demand: None,
            offer: offer.map(|id| OfferId(Uuid::from_u128(id))),
            message: None,
            resources: Vec::new(),
            answer,
            decline_reason: None,
            version: 1,
            created_at: SystemClock.now(),
        }
    }

    /// Who decided what: party, yes, and the place it stood in.
    fn said(shown: &[Shown], request: MeetingRequest, denied: &[u128]) -> Vec<(u128, bool, f64)> {
        let denied = denied
            .iter()
            .map(|id| (DemandId(Uuid::nil()), OfferId(Uuid::from_u128(*id))))
            .collect();
        decisions(shown, &[request], &denied, |id| Some(OrganisationId(id.0)))
            .into_iter()
            .map(|d| (d.by.0.as_u128(), d.accepted, 1.0 / d.propensity))
            .collect()
    }

    #[test]
    fn a_request_is_a_yes_an_answer_a_decision_and_silence_none() {
        use Answer::{Accepted, Declined, Pending, Withdrawn};
        let seen = [shown(COMPANY, HOSPITAL, 9, 4)];
        let like = |answer| said(&seen, request(Priority::Like, answer, None), &[]);
        assert_eq!(like(Pending), [(COMPANY, true, 4.0)]);
        assert_eq!(
            like(Accepted),
            [(COMPANY, true, 4.0), (HOSPITAL, true, 4.0)]
        );
        assert_eq!(
            like(Declined),
            [(COMPANY, true, 4.0), (HOSPITAL, false, 4.0)]
        );
        assert_eq!(like(Withdrawn), []);
        // The gate and the calendar say nothing of how well the two fit.
        for (reason, counts) in [
            (DeclineReason::NotNeeded, true),
            (DeclineReason::Other, true),
            (DeclineReason::UseConditions, false),
            (DeclineReason::NoCapacity, false),
        ] {
            let mut declined = request(Priority::Like, Declined, None);
            declined.decline_reason = Some(reason);
            let said = said(&seen, declined, &[]);
            assert_eq!(said.contains(&(HOSPITAL, false, 4.0)), counts, "{reason:?}");
        }
        let silent = request(Priority::NoThanks, Declined, None);
        assert_eq!(said(&seen, silent, &[]), [(COMPANY, false, 4.0)]);
    }

    #[test]
    fn only_what_was_shown_and_is_not_denied_counts() {
        let ask = |offer| request(Priority::Like, Answer::Declined, offer);
        assert_eq!(said(&[], ask(None), &[]), []);
        let both = [
            shown(COMPANY, HOSPITAL, 9, 4),
            shown(COMPANY, HOSPITAL, 8, 2),
        ];
        assert_eq!(said(&both, ask(None), &[])[0].2.round() as i32, 2);
        assert_eq!(said(&both, ask(Some(9)), &[])[0].2.round() as i32, 4);
        assert_eq!(said(&both, ask(Some(7)), &[]), []);
        assert_eq!(said(&both, ask(Some(9)), &[9]), []);
        // Only the hospital was shown the pair: its place counts.
        let of_hospital = [shown(HOSPITAL, COMPANY, 9, 3)];
        assert_eq!(said(&of_hospital, ask(None), &[]).len(), 2);
    }
}
