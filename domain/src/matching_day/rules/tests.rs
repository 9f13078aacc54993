use super::*;
use crate::catalogue::Country;
use crate::matching_day::EventState;
use crate::organisation::{OrganisationKind, Profile, Verification};
use crate::time::{Clock, SystemClock, Window};
use uuid::Uuid;

pub(in crate::matching_day) fn day(slots: i32) -> MatchingDay {
    let now: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
    let window = Window {
        opens_at: now,
        closes_at: now,
    };
    let slot = |index: i32| crate::matching_day::TimeSlot {
        index,
        starts_at: now + chrono::TimeDelta::minutes(i64::from(index) * 30),
        ends_at: now + chrono::TimeDelta::minutes(i64::from(index) * 30 + 25),
        follows_break: false,
    };
    MatchingDay {
        id: MatchingDayId(Uuid::from_u128(1)),
        organiser: OrganisationId(Uuid::from_u128(2)),
        title: Text::default(),
        venue: Text::default(),
        zone: chrono_tz::Asia::Seoul,
        state: EventState::Arranging,
        version: 1,
        registration: window,
        requests: window,
        slots: (0..slots).map(slot).collect(),
        tables: vec![crate::matching_day::EventTable {
            number: 1,
            name: "A".into(),
            closed: Vec::new(),
        }],
        created_at: now,
    }
}

pub(in crate::matching_day) fn organisation(id: u128, region: Region) -> Organisation {
    Organisation {
        id: OrganisationId(Uuid::from_u128(id)),
        profile: Profile {
            kind: OrganisationKind::Company,
            name: Text::new(Some(&format!("기관 {id}")), Some(&format!("Org {id}"))),
            region: Some(region),
            country: Country::korea(),
            firm_size: Some(FirmSize::Small),
            legal_form: None,
            foreign_parent: None,
            tier: None,
            beds: None,
            designated: false,
        },
        verification: Verification::Verified,
        version: 1,
        source_ref: None,
        created_at: SystemClock.now(),
    }
}

fn replace(from: &ArrangementRules, plan: RulesPlan) -> Result<ArrangementRules, Problems> {
    let by = (PersonId(Uuid::from_u128(3)), SystemClock.now());
    let needed = BTreeSet::from([1]);
    from.replace(from.version, plan, &day(3), (&[], &needed), "결정", by)
}

fn resource(number: Option<i32>, name: &str) -> ResourcePlan {
    ResourcePlan {
        number,
        name: Text::new(Some(name), None),
        units: 2,
        other_units: vec![(1, 0)],
        languages: Vec::new(),
    }
}

#[test]
fn versions_follow_each_other_and_what_is_left_out_stays() {
    let first = ArrangementRules::initial(day(3).id);
    let groups = vec![GroupRule {
        of: Grouping::OutsideCapital,
        cap: Some(4),
        floor: 1,
    }];
    let plan = RulesPlan {
        groups: Some(groups.clone()),
        rest_slots: Some(2),
        ..RulesPlan::default()
    };
    let second = replace(&first, plan).unwrap();
    assert_eq!((second.version, second.rules.rest_slots), (2, 2));
    let third = replace(&second, RulesPlan::default()).unwrap();
    assert_eq!((third.version, &third.rules), (3, &second.rules));
    assert_eq!(third.rules.groups, groups);
    let by = (PersonId(Uuid::from_u128(3)), SystemClock.now());
    let stale = third.replace(
        2,
        RulesPlan::default(),
        &day(3),
        (&[], &BTreeSet::new()),
        "x",
        by,
    );
    assert_eq!(stale.unwrap_err()[0].code, Code::Stale);
}

#[test]
fn resources_keep_their_numbers_and_needed_ones_stay() {
    let first = ArrangementRules::initial(day(3).id);
    let both = RulesPlan {
        // Requests already name number 1: a new one does not get it.
        resources: Some(vec![resource(None, "통역"), resource(None, "화면")]),
        ..RulesPlan::default()
    };
    let second = replace(&first, both).unwrap();
    let numbers = |rules: &ArrangementRules| {
        let all = rules.rules.resources.iter();
        all.map(|r| r.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&second), [2, 3]);
    assert_eq!(second.rules.resources[0].units, [2, 0, 2]);
    let one = RulesPlan {
        resources: Some(vec![resource(Some(3), "큰 화면"), resource(None, "녹음")]),
        ..RulesPlan::default()
    };
    assert_eq!(numbers(&replace(&second, one).unwrap()), [3, 4]);
    let mut needed = second.clone();
    needed.rules.resources[0].number = 1;
    let gone = RulesPlan {
        resources: Some(Vec::new()),
        ..RulesPlan::default()
    };
    let problems = replace(&needed, gone).unwrap_err();
    assert_eq!((problems.len(), problems[0].code), (1, Code::WrongState));
}

#[test]
fn equity_and_groups_follow_what_organisations_state() {
    let equity = Equity {
        outside_capital_percent: 20,
        small_firm_percent: 10,
    };
    for (region, outside) in [
        (Region::Seoul, false),
        (Region::Gyeonggi, false),
        (Region::Busan, true),
        (Region::Abroad, false),
    ] {
        let mut own = organisation(1, region);
        assert_eq!(equity.percent_of(&own), if outside { 30 } else { 10 });
        assert_eq!(Grouping::OutsideCapital.includes(&own, &[]), outside);
        assert!(Grouping::Region(region).includes(&own, &[]));
        own.profile.firm_size = Some(FirmSize::Large);
        assert_eq!(equity.percent_of(&own), if outside { 20 } else { 0 });
        assert!(!Grouping::FirmSize(FirmSize::Small).includes(&own, &[]));
    }
}

#[test]
fn a_consortium_is_what_it_is_on_the_day_in_its_own_zone() {
    let part = |id: u128, from: &str, until: Option<&str>| ConsortiumMember {
        consortium: ConsortiumId(Uuid::from_u128(9)),
        organisation: OrganisationId(Uuid::from_u128(id)),
        role: crate::organisation::ConsortiumRole::Member,
        from: from.parse().unwrap(),
        until: until.map(|day| day.parse().unwrap()),
    };
    // The first slot begins at midnight of the 10th in Seoul, on the 9th in UTC.
    let parts = [
        part(1, "2026-12-10", None),
        part(2, "2026-01-01", Some("2026-12-10")),
        part(3, "2026-12-11", None),
    ];
    let of = consortia_on(&day(1), &parts);
    let members: Vec<_> = of.keys().map(|id| id.0.as_u128()).collect();
    assert_eq!(members, [1]);
}

#[test]
fn an_interpreter_is_needed_where_no_language_is_common() {
    let interpreter = EventResource {
        number: 1,
        name: Text::default(),
        units: vec![1],
        languages: vec![Language::Ko, Language::En],
    };
    let (ko, en) = (
        BTreeSet::from([Language::Ko]),
        BTreeSet::from([Language::En]),
    );
    let both = BTreeSet::from([Language::Ko, Language::En]);
    assert!(interpreter.interprets(&ko, &en));
    assert!(!interpreter.interprets(&ko, &both));
    assert!(!interpreter.interprets(&ko, &ko));
    assert!(!interpreter.interprets(&ko, &BTreeSet::new()), "not known");
    let screen = EventResource {
        languages: Vec::new(),
        ..interpreter
    };
    assert!(!screen.interprets(&ko, &en));
}
