//! Whether the organiser's rules about pairs agree with what the parties say.

use super::{Owners, Rulings, Situation, Two, contradiction, name};
use crate::id::RegistrationId;
use crate::matching_day::{MeetingRequest, PairRule};
use crate::problem::Problems;
use crate::text::{Language, Message};
use std::collections::BTreeSet;

impl Situation<'_> {
    /// What the organiser rules agrees with what the parties say.
    pub(super) fn expect_agreement(
        &self,
        rulings: &Rulings,
        owners: &Owners<'_>,
    ) -> Result<(), Problems> {
        let mut problems = Problems::new();
        let mut tell = |pair: &Two, ko: &str, en: &str| {
            let said = |language| {
                let name = |id| name(owners, id).get(language).unwrap_or("?").to_owned();
                (name(pair.0), name(pair.1))
            };
            let ((one_ko, other_ko), (one_en, other_en)) = (said(Language::Ko), said(Language::En));
            problems.push(contradiction(Message::new(
                format!("{one_ko} – {other_ko}: {ko}"),
                format!("{one_en} – {other_en}: {en}"),
            )));
        };
        let there: BTreeSet<RegistrationId> = (self.registrations.iter())
            .filter(|registration| !registration.withdrawn)
            .map(|registration| registration.id)
            .collect();
        let met = self.ground.met();
        for (pair, rule) in rulings {
            if *rule != PairRule::Required || met.contains(pair) {
                continue;
            }
            let mut requests = self.requests.iter();
            let request = requests.find(|r| (r.demander, r.provider) == *pair);
            if !there.contains(&pair.0) || !there.contains(&pair.1) {
                tell(
                    pair,
                    "반드시 상담하도록 정했으나 한쪽이 참가를 취소했습니다. 상담 규칙을 풀어 주십시오.",
                    "They must meet, but one of the two has withdrawn; free the pair.",
                );
            } else if request.is_some_and(MeetingRequest::is_refused) {
                tell(
                    pair,
                    "반드시 상담하도록 정했으나 한쪽이 만나지 않겠다고 했습니다. 상담 규칙을 풀어 주십시오.",
                    "They must meet, but one side does not want to; free the pair.",
                );
            }
        }
        for meeting in self.locks(&met) {
            let pair = (meeting.demander, meeting.provider);
            if rulings.get(&pair) == Some(&PairRule::Forbidden) {
                tell(
                    &pair,
                    "상담을 금지했으나 고정된 상담이 있습니다. 고정을 풀거나 규칙을 풀어 주십시오.",
                    "They must not meet, but a meeting of theirs is locked; unlock it or free the pair.",
                );
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}
