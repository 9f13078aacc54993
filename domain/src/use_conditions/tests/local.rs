//! Local rows.

use super::*;
use AccessMode::{ClosedOnsite, ClosedRemote, Export};
use Decision::{Ask, Deny, Pass};

fn access(modes: &[AccessMode]) -> Asker {
    but(|a| a.access_modes = modes.to_vec())
}

#[test]
fn a_closed_environment_may_be_on_site_or_remote() {
    for modifier in [Modifier::SafeRoom, Modifier::NoExport] {
        let policy = hmb(&[modifier]);
        expect(&access(&[ClosedOnsite]), &policy, Pass, "HMB");
        expect(&access(&[ClosedRemote, Export]), &policy, Pass, "HMB");
        expect(&access(&[Export]), &policy, Deny, modifier.code());
        expect(&access(&[]), &policy, Ask, modifier.code());
    }
}

#[test]
fn export_that_is_not_listed_has_to_be_asked_about() {
    expect(&access(&[Export]), &hmb(&[]), Ask, "export-unlisted");
    expect(&access(&[Export, ClosedRemote]), &hmb(&[]), Pass, "HMB");
    expect(&access(&[]), &hmb(&[]), Pass, "HMB");
    let policies = [hmb(&[])];
    let listed = OfferTerms {
        policies: &policies,
        access_modes: &[Export],
        data_kinds: &[],
    };
    let got = decide(&access(&[Export]), listed, Terminology::standard());
    assert_eq!(got.decision, Pass);
}

#[test]
fn looking_from_abroad_is_a_transfer() {
    let abroad = but(|a| a.viewer_countries.push(country("US")));
    let processing = but(|a| a.processing_countries = vec![country("US")]);
    let nowhere = but(|a| a.viewer_countries.clear());
    let forbidden = hmb(&[Modifier::CrossBorder]);
    expect(&abroad, &forbidden, Deny, "x-cross-border");
    expect(&processing, &forbidden, Deny, "x-cross-border");
    expect(&nowhere, &forbidden, Ask, "x-cross-border");
    expect(&company(), &forbidden, Pass, "HMB");
    let parent = |said| but(|a| a.foreign_parent = said);
    expect(&parent(Some(true)), &forbidden, Ask, "x-cross-border");
    expect(&parent(None), &forbidden, Ask, "x-cross-border");
    for asker in [&abroad, &processing, &nowhere] {
        expect(asker, &hmb(&[]), Ask, "cross-border-unstated");
    }
    expect(&parent(Some(true)), &hmb(&[]), Pass, "HMB");
    let mut both = hmb(&[Modifier::CrossBorder, Modifier::Gs]);
    both.geographic_countries = vec![country("KR"), country("US")];
    expect(&abroad, &both, Deny, "x-cross-border");
}

#[test]
fn commercial_use_is_never_inferred() {
    let silent = UsePolicy {
        permission: Some(Permission::Hmb),
        ..UsePolicy::default()
    };
    let commercial = |said| but(|a| a.commercial = said);
    expect(&commercial(Some(true)), &silent, Ask, "x-commercial-ok");
    expect(&commercial(None), &silent, Ask, "x-commercial-ok");
    expect(&commercial(Some(false)), &silent, Pass, "HMB");
    expect(&commercial(None), &hmb(&[]), Pass, "HMB");
    let npu = UsePolicy {
        modifiers: vec![Modifier::Npu],
        ..silent
    };
    let institute = but(|a| a.legal_form = Some(LegalForm::NotForProfit));
    expect(&institute, &npu, Ask, "x-commercial-ok");
}

#[test]
fn what_cannot_be_pseudonymised_stays_inside() {
    let kinds = |codes: &[&str], modes: &[AccessMode]| {
        but(|a| {
            a.data_kinds = codes.iter().map(|c| kind(c)).collect();
            a.access_modes = modes.to_vec();
        })
    };
    let rule = "x-no-pseudonymise";
    for (what, code) in [
        (Unpseudonymisable::Genome, "omics.wgs"),
        (Unpseudonymisable::FreeText, "text.radiology_report"),
        (Unpseudonymisable::Voice, "biosignal.voice"),
    ] {
        let mut policy = hmb(&[Modifier::NoPseudonymise]);
        policy.not_pseudonymisable = vec![what];
        let inside = kinds(&[code], &[ClosedRemote]);
        expect(&inside, &policy, Pass, "HMB");
        let got = outcome(&inside, std::slice::from_ref(&policy));
        assert_eq!(got.duties[0].code, rule);
        expect(&kinds(&[code], &[Export]), &policy, Deny, rule);
        expect(&kinds(&[code], &[]), &policy, Ask, rule);
        expect(&kinds(&[], &[Export]), &policy, Ask, rule);
        let other = kinds(&["imaging.ct"], &[ClosedRemote]);
        let got = outcome(&other, std::slice::from_ref(&policy));
        assert!(got.duties.is_empty() && got.decision == Pass);
    }
    let mut voice = hmb(&[Modifier::NoPseudonymise]);
    voice.not_pseudonymisable = vec![Unpseudonymisable::Voice];
    expect(&kinds(&["biosignal"], &[Export]), &voice, Ask, rule);
    let all = hmb(&[Modifier::NoPseudonymise]);
    expect(&kinds(&["omics"], &[Export]), &all, Deny, rule);
}

#[test]
fn the_scope_of_a_consent_is_for_the_hospital_to_check() {
    expect(
        &company(),
        &hmb(&[Modifier::ConsentScope]),
        Ask,
        "x-consent-scope",
    );
}
