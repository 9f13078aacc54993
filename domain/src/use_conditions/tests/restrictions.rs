//! Rows about place, people, dates and duties.

use super::*;
use Decision::{Ask, Deny, Pass};

fn duties(asker: &Asker, policy: &UsePolicy) -> Vec<String> {
    outcome(asker, std::slice::from_ref(policy))
        .duties
        .into_iter()
        .map(|duty| duty.code)
        .collect()
}

#[test]
fn geography_is_about_viewers_and_processors() {
    let mut gs = hmb(&[Modifier::Gs]);
    gs.geographic_countries = vec![country("KR"), country("US")];
    let places = |viewers: &[&str], processors: &[&str]| {
        but(|a| {
            a.viewer_countries = viewers.iter().map(|c| country(c)).collect();
            a.processing_countries = processors.iter().map(|c| country(c)).collect();
        })
    };
    expect(&places(&["US"], &["KR"]), &gs, Pass, "HMB");
    expect(&places(&["KR", "JP"], &["KR"]), &gs, Deny, "GS");
    expect(&places(&["KR"], &["JP"]), &gs, Deny, "GS");
    expect(&places(&[], &["KR"]), &gs, Ask, "GS");
    expect(&places(&["KR"], &[]), &gs, Ask, "GS");
    expect(&places(&[], &["JP"]), &gs, Deny, "GS");
    expect(&company(), &hmb(&[Modifier::Gs]), Ask, "GS");
}

#[test]
fn who_is_not_on_the_list_has_to_ask() {
    let list = vec![
        "case  asker inc".to_owned(),
        "KIM".to_owned(),
        "lung".to_owned(),
    ];
    for modifier in [Modifier::Is, Modifier::Us, Modifier::Ps] {
        let mut listed = hmb(&[modifier]);
        expect(&company(), &listed, Ask, modifier.code());
        listed.allowed_institutions.clone_from(&list);
        listed.allowed_users.clone_from(&list);
        listed.allowed_projects.clone_from(&list);
        expect(&company(), &listed, Pass, "HMB");
        let stranger = but(|a| {
            a.institution_names = vec!["Case Asker Inc. Japan".to_owned(), "!".to_owned()];
            a.users.clear();
            a.projects = vec![String::new()];
        });
        expect(&stranger, &listed, Ask, modifier.code());
    }
}

#[test]
fn every_user_has_to_be_on_the_list_and_one_name_of_an_institution_is_enough() {
    let mut listed = hmb(&[Modifier::Us, Modifier::Is]);
    listed.allowed_users = vec!["Kim".to_owned(), "Park".to_owned()];
    listed.allowed_institutions = vec!["예시바이오".to_owned()];
    let with = |users: &[&str]| {
        but(|a| {
            a.institution_names = vec!["예시바이오".to_owned(), "Example Bio".to_owned()];
            a.users = users.iter().map(|user| (*user).to_owned()).collect();
        })
    };
    expect(&with(&["kim", "Park"]), &listed, Pass, "HMB");
    expect(&with(&["Kim", "Lee"]), &listed, Ask, "US");
}

#[test]
fn diseases_restrict_under_ds_only() {
    let mut policy = hmb(&[]);
    policy.permission_conditions = vec!["C34".parse().unwrap()];
    let problems = policy.check(Terminology::standard());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, ["permissionConditions"]);
    policy.permission = Some(Permission::Ds);
    assert!(policy.check(Terminology::standard()).is_empty());
}

#[test]
fn time_limits_bind_and_are_a_duty() {
    let mut ts = hmb(&[Modifier::Ts]);
    expect(&company(), &ts, Ask, "TS");
    ts.time_limit_months = Some(12);
    expect(&company(), &ts, Pass, "HMB");
    expect(&but(|a| a.use_months = Some(13)), &ts, Deny, "TS");
    expect(&but(|a| a.use_months = None), &ts, Ask, "TS");
    assert_eq!(duties(&company(), &ts), ["TS"]);
    assert_eq!(duties(&but(|a| a.use_months = Some(13)), &ts), ["TS"]);
}

#[test]
fn a_moratorium_denies_only_an_earlier_publication() {
    let mut mor = hmb(&[Modifier::Mor]);
    expect(&company(), &mor, Ask, "MOR");
    mor.moratorium_until = Some(day("2027-06-30"));
    expect(&company(), &mor, Pass, "HMB");
    let by = |date| but(|a| a.publish_by = Some(day(date)));
    expect(&by("2027-06-29"), &mor, Deny, "MOR");
    expect(&by("2027-06-30"), &mor, Pass, "HMB");
    assert_eq!(duties(&company(), &mor), ["MOR"]);
}

#[test]
fn duties_are_refused_only_by_a_no() {
    type Set = fn(&mut Asker, Option<bool>);
    let rows: [(Modifier, Set); 4] = [
        (Modifier::Col, |a, said| a.willing_to_collaborate = said),
        (Modifier::InsideResearcher, |a, said| {
            a.willing_to_collaborate = said;
        }),
        (Modifier::Pub, |a, said| a.willing_to_publish = said),
        (Modifier::Rtn, |a, said| a.willing_to_return_results = said),
    ];
    for (modifier, set) in rows {
        let policy = hmb(&[modifier]);
        for (said, decision, rule) in [
            (Some(true), Pass, "HMB"),
            (None, Pass, "HMB"),
            (Some(false), Deny, modifier.code()),
        ] {
            let asker = but(|a| set(a, said));
            expect(&asker, &policy, decision, rule);
            assert_eq!(duties(&asker, &policy), [modifier.code()]);
        }
    }
}

#[test]
fn an_ethics_approval_is_a_duty_unless_refused() {
    let irb = hmb(&[Modifier::Irb]);
    for status in IrbStatus::ALL {
        let asker = but(|a| a.irb_status = Some(*status));
        let (decision, rule) = if *status == IrbStatus::Refused {
            (Deny, "IRB")
        } else {
            (Pass, "HMB")
        };
        expect(&asker, &irb, decision, rule);
        assert_eq!(duties(&asker, &irb), ["IRB"]);
    }
    expect(&but(|a| a.irb_status = None), &irb, Pass, "HMB");
}

#[test]
fn clinical_care_needs_a_permission() {
    let care = |said| but(|a| a.clinical_care = said);
    expect(&care(Some(true)), &hmb(&[]), Ask, "CC");
    expect(&care(None), &hmb(&[]), Ask, "CC");
    expect(&care(Some(false)), &hmb(&[]), Pass, "HMB");
    for said in [Some(true), Some(false), None] {
        expect(&care(said), &hmb(&[Modifier::Cc]), Pass, "HMB");
    }
}
