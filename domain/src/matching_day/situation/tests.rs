use super::*;
use crate::id::{DelegateId, MeetingRequestId, PersonId};
use crate::matching_day::rules::tests::{day, organisation};
use crate::matching_day::{EventResource, GroupRule, Grouping};
use crate::organisation::Region;
use crate::scheduling;
use uuid::Uuid;

/// Two companies (1 and 2) and two hospitals (3 and 4); company 2 speaks English only, hospital 4 sits in Busan.
pub(in crate::matching_day) struct World {
    pub day: MatchingDay,
    pub registrations: Vec<Registration>,
    organisations: Vec<Organisation>,
    pub delegates: Vec<Delegate>,
    pub requests: Vec<MeetingRequest>,
    pub rules: Rules,
    pub pairs: Vec<RuledPair>,
    pub scores: Vec<PairScore>,
    pub locked: Vec<Meeting>,
}

pub(in crate::matching_day) fn id(n: u128) -> RegistrationId {
    RegistrationId(Uuid::from_u128(n))
}

impl World {
    pub fn new() -> Self {
        let day = day(3);
        let registration = |n: u128| Registration {
            id: id(n),
            event: day.id,
            organisation: OrganisationId(Uuid::from_u128(n)),
            side: if n < 3 { Side::Demand } else { Side::Supply },
            meetings_min: 0,
            meetings_max: None,
            rest_slots: i32::from(n == 1),
            preferred_half: (n == 1).then_some(HalfDay::Afternoon),
            finishes_early: n == 2,
            withdrawn: false,
            version: 1,
            created_at: day.created_at,
        };
        let delegate = |n: u128| Delegate {
            id: DelegateId(Uuid::from_u128(n)),
            registration: id(n),
            person: PersonId(Uuid::from_u128(n)),
            fields: String::new(),
            languages: vec![if n == 2 { Language::En } else { Language::Ko }],
            remote: false,
            unavailable_slots: Vec::new(),
        };
        let region = |n| if n == 4 { Region::Busan } else { Region::Seoul };
        Self {
            registrations: (1..=4).map(registration).collect(),
            organisations: (1..=4).map(|n| organisation(n, region(n))).collect(),
            delegates: (1..=4).map(delegate).collect(),
            requests: Vec::new(),
            rules: Rules::default(),
            pairs: Vec::new(),
            scores: Vec::new(),
            locked: Vec::new(),
            day,
        }
    }

    pub fn ask(&mut self, demander: u128, provider: u128, answer: Answer) {
        self.requests.push(MeetingRequest {
            id: MeetingRequestId(Uuid::from_u128(demander * 10 + provider)),
            event: self.day.id,
            demander: id(demander),
            provider: id(provider),
            sent_by: Side::Demand,
            priority: Priority::Like,
            demand: None,
            offer: None,
            message: None,
            resources: Vec::new(),
            answer,
            decline_reason: None,
            version: 1,
            created_at: self.day.created_at,
        });
    }

    pub fn rule(&mut self, demander: u128, provider: u128, rule: PairRule) {
        self.pairs.push(RuledPair {
            event: self.day.id,
            demander: id(demander),
            provider: id(provider),
            rule,
            reason: String::new(),
            set_by: PersonId(Uuid::nil()),
            set_at: self.day.created_at,
        });
    }

    fn problem(&self) -> Result<(Problem, Keys), Problems> {
        self.problem_on(Ground::default())
    }

    pub fn problem_on(&self, ground: Ground<'_>) -> Result<(Problem, Keys), Problems> {
        Situation {
            day: &self.day,
            registrations: &self.registrations,
            organisations: &self.organisations,
            consortia: &[],
            members: &[],
            delegates: &self.delegates,
            requests: &self.requests,
            scores: &self.scores,
            rules: &self.rules,
            pairs: &self.pairs,
            locked: &self.locked,
            ground,
        }
        .problem()
    }
}

#[test]
fn rules_reach_the_problem() {
    let mut world = World::new();
    world.rules = Rules {
        groups: vec![GroupRule {
            of: Grouping::Region(Region::Busan),
            cap: Some(5),
            floor: 2,
        }],
        resources: vec![
            EventResource {
                number: 7,
                name: Text::new(Some("화면"), None),
                units: vec![1, 1, 1],
                languages: Vec::new(),
            },
            EventResource {
                number: 3,
                name: Text::new(Some("통역"), None),
                units: vec![1, 0, 2],
                languages: vec![Language::Ko, Language::En],
            },
        ],
        rest_slots: 0,
        aims: Vec::new(),
        equity: super::super::rules::Equity {
            outside_capital_percent: 15,
            small_firm_percent: 5,
        },
    };
    world.ask(1, 3, Answer::Accepted);
    world.requests[0].resources = vec![7];
    world.ask(2, 4, Answer::Pending);
    world.ask(1, 4, Answer::Withdrawn);
    world.rule(1, 4, PairRule::Required);
    world.rule(1, 3, PairRule::Forbidden);
    let (problem, keys) = world.problem().unwrap();
    assert_eq!(problem.groups[0].members, [3]);
    assert_eq!(
        (problem.groups[0].cap, problem.groups[0].floor),
        (Some(5), 2)
    );
    assert_eq!(problem.resources[1].units, [1, 0, 2]);
    let rests: Vec<u32> = problem.participants.iter().map(|p| p.rest).collect();
    assert_eq!(rests, [1, 0, 0, 0]);
    let equity: Vec<u32> = problem
        .participants
        .iter()
        .map(|p| p.equity_percent)
        .collect();
    assert_eq!(equity, [5, 5, 5, 20]);
    let found: Vec<_> = problem
        .requests
        .iter()
        .map(|r| (r.demander, r.provider, r.rule, r.resources.clone()))
        .collect();
    use scheduling::PairRule as Rule;
    let wanted = [
        (0, 2, Rule::Forbidden, vec![0]),
        (1, 3, Rule::Free, vec![1]),
        (0, 3, Rule::Required, vec![]),
    ];
    assert_eq!(found, wanted);
    assert_eq!(keys.requests[2], None, "the request was taken back");
    assert_eq!(keys.groups[0].get(Language::En), Some("Busan"));
    // The input is kept as JSON and read again.
    let again: Problem = serde_json::from_value(serde_json::to_value(&problem).unwrap()).unwrap();
    assert_eq!(again, problem);
    let again: Keys = serde_json::from_value(serde_json::to_value(&keys).unwrap()).unwrap();
    assert_eq!(again, keys);
}

#[test]
fn forbidden_pairs_are_not_suggested_and_required_ones_are_not_twice() {
    let mut world = World::new();
    let pairs = [(1, 3), (1, 4), (2, 3)];
    world.scores = pairs
        .map(|(demander, provider)| PairScore {
            demander: id(demander),
            provider: id(provider),
            score: 8_000,
        })
        .to_vec();
    world.rule(1, 3, PairRule::Forbidden);
    world.rule(1, 4, PairRule::Required);
    let (problem, _) = world.problem().unwrap();
    let found: Vec<_> = problem
        .requests
        .iter()
        .map(|r| (r.demander, r.provider, r.score))
        .collect();
    assert_eq!(found, [(0, 3, 8_000), (1, 2, 8_000)]);
}

#[test]
fn a_required_pair_does_not_override_a_no() {
    let mut world = World::new();
    world.ask(1, 3, Answer::Declined);
    world.rule(1, 3, PairRule::Required);
    let problems = world.problem().unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.ko.starts_with("기관 1 – 기관 3:"));
    assert!(problems[0].message.en.starts_with("Org 1 – Org 3:"));
    world.requests.clear();
    assert!(world.problem().is_ok());
    world.registrations[2].withdrawn = true;
    assert_eq!(world.problem().unwrap_err().len(), 1);
}
