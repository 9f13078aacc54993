//! What holds for every asker and every offer.

use super::*;
use Decision::{Ask, Deny, Pass};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn a_policy() -> impl Strategy<Value = UsePolicy> {
    let codes = prop_oneof![
        Just(vec![]),
        Just(conditions(&["C34"])),
        Just(conditions(&["C00-C97"])),
        Just(conditions(&["E10-E14", "I10"])),
    ];
    (
        proptest::option::weighted(0.9, select(Permission::ALL.to_vec())),
        codes,
        subsequence(Modifier::ALL.to_vec(), 0..5),
        proptest::option::of(6..30_i64),
        any::<bool>(),
        subsequence(Unpseudonymisable::ALL.to_vec(), 0..=2),
    )
        .prop_map(
            |(permission, codes, modifiers, limit, more, inside)| UsePolicy {
                permission,
                permission_conditions: codes,
                modifiers,
                geographic_countries: if more { vec![country("KR")] } else { vec![] },
                time_limit_months: limit,
                moratorium_until: more.then(|| day("2027-06-30")),
                not_pseudonymisable: inside,
                ..UsePolicy::default()
            },
        )
}

fn an_asker() -> impl Strategy<Value = Asker> {
    let yes_no = || proptest::option::of(any::<bool>());
    let places = || {
        prop_oneof![
            Just(vec![]),
            Just(vec![country("KR")]),
            Just(vec![country("KR"), country("US")])
        ]
    };
    let codes = prop_oneof![
        Just(vec![]),
        Just(conditions(&["C34"])),
        Just(conditions(&["C00-C97"])),
        Just(conditions(&["E11"])),
    ];
    (
        (
            proptest::option::of(select(LegalForm::ALL.to_vec())),
            proptest::option::of(select(DuoPurpose::ALL.to_vec())),
            codes,
            places(),
            places(),
            subsequence(AccessMode::ALL.to_vec(), 0..=3),
            proptest::option::of(select(IrbStatus::ALL.to_vec())),
            subsequence(
                vec![kind("omics.wgs"), kind("imaging.ct"), kind("text")],
                0..=3,
            ),
        ),
        (yes_no(), yes_no(), yes_no(), yes_no(), yes_no(), yes_no()),
        (yes_no(), yes_no(), yes_no()),
        proptest::option::of(6..30_i64),
        any::<bool>(),
    )
        .prop_map(|(a, b, c, months, dated)| Asker {
            legal_form: a.0,
            duo_purpose: a.1,
            conditions: a.2,
            viewer_countries: a.3,
            processing_countries: a.4,
            access_modes: a.5,
            irb_status: a.6,
            data_kinds: a.7,
            commercial: b.0,
            methods_development: b.1,
            uses_genotype: b.2,
            ancestry_research: b.3,
            clinical_care: b.4,
            foreign_parent: b.5,
            willing_to_collaborate: c.0,
            willing_to_publish: c.1,
            willing_to_return_results: c.2,
            use_months: months,
            publish_by: dated.then(|| day("2027-01-01")),
            ..company()
        })
}

/// Facts whose absence must never open anything.
///
/// Not among them, by the conventions of the judgements: willingness and the date of publication (a duty stands unless
/// refused), the ethics status, ancestry beside a stated health purpose, and access to data without a closed-room code.
const FORGET: &[fn(&mut Asker)] = &[
    |a| a.legal_form = None,
    |a| a.commercial = None,
    |a| a.duo_purpose = None,
    |a| a.conditions.clear(),
    |a| a.methods_development = None,
    |a| a.uses_genotype = None,
    |a| a.clinical_care = None,
    |a| a.viewer_countries.clear(),
    |a| a.processing_countries.clear(),
    |a| a.foreign_parent = None,
    |a| a.use_months = None,
    |a| a.data_kinds.clear(),
    |a| a.institution_names.clear(),
    |a| a.users.clear(),
    |a| a.projects.clear(),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_unknown_never_opens(asker in an_asker(), policies in proptest::collection::vec(a_policy(), 0..4), which in 0..FORGET.len()) {
        let before = outcome(&asker, &policies).decision;
        let mut less = asker.clone();
        FORGET[which](&mut less);
        let after = outcome(&less, &policies).decision;
        prop_assert!(before == Pass || after != Pass, "{:?} became {:?}", before, after);
    }

    #[test]
    fn access_unsaid_never_opens_a_closed_room(
        asker in an_asker(),
        mut policy in a_policy(),
        closed in select(vec![Modifier::SafeRoom, Modifier::NoExport, Modifier::NoPseudonymise]),
    ) {
        policy.modifiers.push(closed);
        let before = outcome(&asker, std::slice::from_ref(&policy)).decision;
        let mut less = asker.clone();
        less.access_modes.clear();
        let after = outcome(&less, std::slice::from_ref(&policy)).decision;
        // Without such data asked for, their code has nothing to say.
        let silent = closed == Modifier::NoPseudonymise && after == Pass && before == Ask;
        prop_assert!(before == Pass || after != Pass || silent);
    }

    #[test]
    fn ancestry_unsaid_never_opens_what_forbids_it(asker in an_asker(), mut policy in a_policy()) {
        policy.modifiers.push(Modifier::Npoa);
        let before = outcome(&asker, std::slice::from_ref(&policy)).decision;
        let less = Asker { ancestry_research: None, ..asker };
        let after = outcome(&less, std::slice::from_ref(&policy)).decision;
        prop_assert!(before == Pass || after != Pass);
    }

    #[test]
    fn another_alternative_never_makes_it_worse(
        asker in an_asker(),
        mut policies in proptest::collection::vec(a_policy(), 1..4),
        more in a_policy(),
        at in 0..4_usize,
    ) {
        let before = outcome(&asker, &policies);
        policies.insert(at.min(policies.len()), more);
        let after = outcome(&asker, &policies);
        prop_assert!(after.decision <= before.decision);
        // Duties add up.
        let has = |duty: &Duty| after.duties.iter().any(|d| (&d.code, &d.message) == (&duty.code, &duty.message));
        prop_assert!(before.duties.iter().all(has));
    }

    #[test]
    fn another_modifier_never_makes_it_better_unless_it_permits(
        asker in an_asker(),
        policy in a_policy(),
        modifier in select(Modifier::ALL.to_vec()),
    ) {
        prop_assume!(!policy.has(modifier));
        let mut more = policy.clone();
        more.modifiers.push(modifier);
        let before = outcome(&asker, std::slice::from_ref(&policy));
        let after = outcome(&asker, std::slice::from_ref(&more)).decision;
        match modifier {
            Modifier::Cc | Modifier::CommercialOk => prop_assert!(after <= before.decision),
            // To name countries answers the question whether abroad is allowed, and no other.
            Modifier::Gs => {
                let others = before.findings.iter().filter(|f| f.rule != "cross-border-unstated");
                prop_assert!(Some(after) >= others.map(|f| f.decision).max());
            }
            _ => prop_assert!(after >= before.decision),
        }
    }

    #[test]
    fn a_lone_refusal_has_a_near_miss(asker in an_asker(), policy in a_policy()) {
        // A policy for ancestry research that forbids it can be opened to nobody.
        prop_assume!(policy.permission != Some(Permission::Poa) || !policy.has(Modifier::Npoa));
        let got = outcome(&asker, std::slice::from_ref(&policy));
        let denials = got.findings.iter().filter(|f| f.decision == Deny).count();
        prop_assert!(denials != 1 || got.near_miss.is_some(), "{:#?}", got.findings);
    }

    #[test]
    fn the_order_of_policies_does_not_matter(asker in an_asker(), policies in proptest::collection::vec(a_policy(), 1..4)) {
        let forth = outcome(&asker, &policies);
        let mut turned = policies.clone();
        turned.reverse();
        let back = outcome(&asker, &turned);
        prop_assert_eq!(forth.decision, back.decision);
        prop_assert_eq!(&forth.deciding_rule, &back.deciding_rule);
        let codes = |o: &GateOutcome| o.duties.iter().map(|d| (d.code.clone(), d.message.clone())).collect::<Vec<_>>();
        prop_assert_eq!(codes(&forth), codes(&back));
        let near = |o: &GateOutcome| o.near_miss.as_ref().map(|n| (n.then, n.rule.clone()));
        prop_assert_eq!(near(&forth), near(&back));
    }

    #[test]
    fn the_best_alternative_decides_and_the_worst_finding_within_it(asker in an_asker(), policies in proptest::collection::vec(a_policy(), 1..4)) {
        let got = outcome(&asker, &policies);
        let each: Vec<_> = policies.iter().map(|p| outcome(&asker, std::slice::from_ref(p)).decision).collect();
        prop_assert_eq!(Some(&got.decision), each.iter().min());
        for (i, decision) in each.iter().enumerate() {
            let worst = got.findings.iter().filter(|f| f.policy == Some(i)).map(|f| f.decision).max();
            prop_assert_eq!(Some(*decision), worst);
        }
        let mut more = policies.clone();
        more.push(hmb(&[]));
        prop_assert!(outcome(&asker, &more).decision <= got.decision);
    }

    #[test]
    fn every_finding_speaks_and_every_deny_says_what_would_open_it(asker in an_asker(), policies in proptest::collection::vec(a_policy(), 0..4)) {
        let got = outcome(&asker, &policies);
        for finding in &got.findings {
            for message in [&finding.offer_fact, &finding.asker_fact, &finding.sentence] {
                prop_assert!(!message.ko.is_empty() && !message.en.is_empty());
            }
            prop_assert_eq!(finding.would_open.is_some(), finding.decision != Pass);
        }
        prop_assert!(got.findings.iter().any(|f| f.rule == got.deciding_rule && f.decision == got.decision));
        prop_assert!(got.decision == Deny || got.near_miss.is_none());
        if let Some(near_miss) = &got.near_miss {
            prop_assert!(near_miss.then != Deny);
        }
        let json = serde_json::to_string(&got).unwrap();
        prop_assert_eq!(serde_json::from_str::<GateOutcome>(&json).unwrap(), got);
    }
}

#[test]
fn alternatives_open_and_duties_are_a_union() {
    let research = UsePolicy {
        permission: Some(Permission::Hmb),
        modifiers: vec![Modifier::Ncu, Modifier::Irb, Modifier::Pub],
        ..UsePolicy::default()
    };
    let licensed = hmb(&[Modifier::Irb, Modifier::Col]);
    let got = outcome(&company(), &[research, licensed]);
    assert_eq!((got.decision, got.policy), (Pass, Some(1)));
    let duties: Vec<_> = got
        .duties
        .iter()
        .map(|d| (d.code.as_str(), d.policies.as_slice()))
        .collect();
    assert_eq!(duties, [("IRB", &[0, 1][..]), ("COL", &[1]), ("PUB", &[0])]);
}

#[test]
fn deny_beats_ask_within_a_policy() {
    let got = outcome(
        &but(|a| {
            a.commercial = None;
            a.uses_genotype = Some(false);
        }),
        &[UsePolicy {
            permission: Some(Permission::Hmb),
            modifiers: vec![Modifier::Gso],
            ..UsePolicy::default()
        }],
    );
    assert_eq!((got.decision, got.deciding_rule.as_str()), (Deny, "GSO"));
    assert!(got.findings.iter().any(|f| f.decision == Ask));
    // The genotype alone would lead to a question only.
    assert_eq!(got.near_miss.unwrap().then, Ask);
}

#[test]
fn one_change_may_settle_several_denials_and_two_needed_give_no_near_miss() {
    let export = but(|a| a.access_modes = vec![AccessMode::Export]);
    let closed = hmb(&[Modifier::SafeRoom, Modifier::NoExport]);
    let near_miss = outcome(&export, &[closed]).near_miss.unwrap();
    assert_eq!(near_miss.then, Pass);
    assert_eq!(
        near_miss.change.en,
        "Would pass if the asker accepted a closed environment."
    );
    let two = outcome(&export, &[hmb(&[Modifier::SafeRoom, Modifier::Gso])]);
    assert_eq!(two.decision, Deny);
    assert_eq!(two.near_miss, None);
}

#[test]
fn a_near_miss_names_the_covered_part_of_a_study() {
    let both = but(|a| a.conditions = conditions(&["C34", "E11"]));
    let near_miss = outcome(&both, &[ds(&["C00-C97"])]).near_miss.unwrap();
    assert!(
        near_miss
            .change
            .ko
            .contains("기관지 및 폐의 악성 신생물(C34)"),
        "{}",
        near_miss.change.ko
    );
    assert!(!near_miss.change.ko.contains("E11"));
}
