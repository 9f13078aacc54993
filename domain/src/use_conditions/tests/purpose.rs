//! Rows about the purpose.

use super::*;
use Decision::{Ask, Deny, Pass};

fn purpose(purpose: Option<DuoPurpose>) -> Asker {
    but(|a| a.duo_purpose = purpose)
}

#[test]
fn permissions_follow_the_hierarchy_of_duo() {
    use DuoPurpose::{Ds, Gru, Hmb, Poa};
    let nres = policy(Permission::Nres, &[]);
    let gru = policy(Permission::Gru, &[]);
    let poa = policy(Permission::Poa, &[]);
    let lung = ds(&["C34"]);
    let hmb = hmb(&[]);
    for (asked, on, decision, rule) in [
        (Some(Gru), &nres, Pass, "NRES"),
        (None, &nres, Pass, "NRES"),
        (Some(Gru), &gru, Pass, "GRU"),
        (Some(Hmb), &gru, Pass, "GRU"),
        (Some(Ds), &gru, Pass, "GRU"),
        (Some(Poa), &gru, Pass, "GRU"),
        (None, &gru, Ask, "GRU"),
        (Some(Gru), &hmb, Deny, "HMB"),
        (Some(Hmb), &hmb, Pass, "HMB"),
        (Some(Ds), &hmb, Pass, "HMB"),
        (Some(Poa), &hmb, Deny, "HMB"),
        (None, &hmb, Ask, "HMB"),
        (Some(Gru), &lung, Deny, "DS"),
        (Some(Hmb), &lung, Deny, "DS"),
        (Some(Ds), &lung, Pass, "DS"),
        (Some(Poa), &lung, Deny, "DS"),
        (None, &lung, Ask, "DS"),
        (Some(Gru), &poa, Deny, "POA"),
        (Some(Hmb), &poa, Deny, "POA"),
        (Some(Ds), &poa, Deny, "POA"),
        (Some(Poa), &poa, Pass, "POA"),
        (None, &poa, Ask, "POA"),
    ] {
        expect(&purpose(asked), on, decision, rule);
    }
}

#[test]
fn consent_is_followed_down_and_never_up() {
    let study = |codes: &[&str]| but(|a| a.conditions = conditions(codes));
    for (studied, permitted, decision) in [
        (&["C34"][..], &["C00-C97"][..], Pass),
        (&["C34.1"], &["C34"], Pass),
        (&["C00-C97"], &["C34"], Deny),
        (&["C34"], &["C34.1"], Deny),
        (&["C34", "C50"], &["C34"], Deny),
        (&["C34", "C50"], &["C34", "C50"], Pass),
        (&["C18-C20"], &["C15-C26"], Pass),
        (&["E11"], &["C00-C97"], Deny),
        (&[], &["C34"], Ask),
        (&["C34"], &[], Ask),
        // Several codes cover a range together only without a gap.
        (&["C18-C20"], &["C18", "C19", "C20"], Pass),
        (&["C18-C20"], &["C18", "C20"], Deny),
        (&["C18-C20"], &["C18", "C19", "C20.1"], Deny),
        (&["E10-E14"], &["E10", "E11", "E13"], Deny),
        (&["C76-C80"], &["C76-C79", "C80"], Deny),
        (&["C76-C80"], &["C76-C7B", "C80"], Pass),
        (&["X99-Y00"], &["X99", "Y00"], Pass),
    ] {
        expect(&study(studied), &ds(permitted), decision, "DS");
    }
}

#[test]
fn topic_and_consent_run_in_opposite_directions() {
    let terminology = Terminology::standard();
    let (cancer, lung) = ("C00-C97".parse().unwrap(), "C34".parse().unwrap());
    // A cancer demand is served by a lung-cancer offer, but its study may not use lung-cancer-only data.
    assert_eq!(terminology.topic_relation(&cancer, &lung).credit(), 1_000);
    assert!(!terminology.consent_covers(&lung, &cancer));
    // And the other way round.
    assert_eq!(terminology.topic_relation(&lung, &cancer).credit(), 400);
    assert!(terminology.consent_covers(&cancer, &lung));
}

#[test]
fn a_policy_without_a_permission_has_to_be_asked_about() {
    let mut unstated = hmb(&[]);
    unstated.permission = None;
    expect(&company(), &unstated, Ask, "unstated");
    let nothing = outcome(&company(), &[]);
    assert_eq!(nothing.decision, Ask);
    assert_eq!(nothing.deciding_rule, "unstated");
    assert_eq!(nothing.findings.len(), 1);
}

#[test]
fn methods_are_allowed_only_within_the_permitted_disease() {
    let methods = |said| but(|a| a.methods_development = said);
    let on_hmb = hmb(&[Modifier::Nmds]);
    expect(&methods(Some(false)), &on_hmb, Pass, "HMB");
    expect(&methods(Some(true)), &on_hmb, Deny, "NMDS");
    expect(&methods(None), &on_hmb, Ask, "NMDS");
    let mut on_ds = ds(&["C00-C97"]);
    on_ds.modifiers.push(Modifier::Nmds);
    expect(&methods(Some(true)), &on_ds, Pass, "DS");
    expect(&methods(None), &on_ds, Ask, "NMDS");
    let outside = but(|a| {
        a.methods_development = Some(true);
        a.conditions = conditions(&["E11"]);
    });
    expect(&outside, &on_ds, Deny, "DS");
    let got = outcome(&outside, std::slice::from_ref(&on_ds));
    assert!(
        got.findings
            .iter()
            .any(|f| f.rule == "NMDS" && f.decision == Deny)
    );
    expect(&methods(Some(true)), &hmb(&[]), Pass, "HMB");
}

#[test]
fn genetic_studies_only() {
    let genotype = |said| but(|a| a.uses_genotype = said);
    let gso = hmb(&[Modifier::Gso]);
    expect(&genotype(Some(true)), &gso, Pass, "HMB");
    expect(&genotype(Some(false)), &gso, Deny, "GSO");
    expect(&genotype(None), &gso, Ask, "GSO");
}

#[test]
fn profit_of_the_organisation_and_of_the_use_are_apart() {
    use LegalForm::{ForProfit, NotForProfit};
    let who = |form, commercial| {
        but(|a| {
            a.legal_form = form;
            a.commercial = commercial;
        })
    };
    for (form, commercial, modifier, decision, rule) in [
        (Some(NotForProfit), Some(true), Modifier::Npu, Pass, "HMB"),
        (Some(ForProfit), Some(false), Modifier::Npu, Deny, "NPU"),
        (None, Some(false), Modifier::Npu, Ask, "NPU"),
        (Some(ForProfit), Some(false), Modifier::Ncu, Pass, "HMB"),
        (Some(NotForProfit), Some(true), Modifier::Ncu, Deny, "NCU"),
        (Some(NotForProfit), None, Modifier::Ncu, Ask, "NCU"),
        (
            Some(NotForProfit),
            Some(false),
            Modifier::Npuncu,
            Pass,
            "HMB",
        ),
        (
            Some(ForProfit),
            Some(false),
            Modifier::Npuncu,
            Deny,
            "NPUNCU",
        ),
        (
            Some(NotForProfit),
            Some(true),
            Modifier::Npuncu,
            Deny,
            "NPUNCU",
        ),
        (Some(ForProfit), None, Modifier::Npuncu, Deny, "NPUNCU"),
        (None, Some(false), Modifier::Npuncu, Ask, "NPUNCU"),
        (Some(NotForProfit), None, Modifier::Npuncu, Ask, "NPUNCU"),
    ] {
        expect(&who(form, commercial), &hmb(&[modifier]), decision, rule);
    }
}

#[test]
fn ancestry_research_is_forbidden_by_npoa_and_outside_health_research() {
    let ancestry = |said| but(|a| a.ancestry_research = said);
    let npoa = policy(Permission::Gru, &[Modifier::Npoa]);
    expect(&ancestry(Some(false)), &npoa, Pass, "GRU");
    expect(&ancestry(Some(true)), &npoa, Deny, "NPOA");
    expect(&ancestry(None), &npoa, Ask, "NPOA");
    expect(&purpose(Some(DuoPurpose::Poa)), &npoa, Deny, "NPOA");
    expect(
        &ancestry(Some(true)),
        &policy(Permission::Gru, &[]),
        Pass,
        "GRU",
    );
    expect(&ancestry(Some(true)), &hmb(&[]), Deny, "HMB");
    expect(&ancestry(None), &hmb(&[]), Pass, "HMB");
}
