//! Each criterion by itself.

mod access;
mod text;

use super::*;
use crate::catalogue::{
    AccessMode, Cost, CostModel, CountBasis, CountObservation, HospitalPreferences, LeadTime,
    LinkageSource, Period, PurposeClass, RefreshFrequency, Sex, Standard, Won,
};
use crate::demand::BudgetClass;
use crate::matching::criteria::cohort_size::{Subjects, SubjectsOverall, subjects};
use crate::matching::criteria::text::DemandText;
use crate::matching::criteria::{
    Assessment, Pair, cohort_size, data_kinds, disease, period, preferences, standard, variables,
};
use crate::matching::explain::{Fact, Whose};

#[track_caller]
fn close(got: Assessment, value: f64, known: f64) {
    assert!(
        got.asked && (got.value - value).abs() < 1e-9 && (got.known - known).abs() < 1e-9,
        "{got:?}, wanted {value} of {known}"
    );
}

fn pair<'a>(demand: &'a DemandSubject, offer: &'a OfferSubject) -> Pair<'a> {
    Pair {
        demand,
        offer,
        terminology: Terminology::standard(),
        today: today(),
    }
}

fn about(list: &[&str]) -> DemandSubject {
    demand(|d| d.conditions = codes(list))
}

fn on(list: &[&str]) -> OfferSubject {
    offer(|o| o.conditions = codes(list))
}

#[test]
fn a_narrower_offer_serves_a_broad_demand_but_not_the_reverse() {
    for (demanded, offered, value) in [
        (&["C34"][..], &["C34"][..], 1.0),
        (&["C34"], &["C34.1"], 1.0),
        (&["C00-C97"], &["C34"], 1.0),
        (&["C34.1"], &["C34"], 0.7),
        (&["C34"], &["C30-C39"], 0.7),
        (&["C34"], &["C00-C97"], 0.4),
        (&["C34"], &["C32"], 0.2),
        (&["C34"], &["I21"], 0.0),
        // Three quarters for the best, a quarter for the mean.
        (&["C34", "I21"], &["C34"], 0.75 + 0.25 * 0.5),
        (&["C34", "I21"], &["C34", "I21"], 1.0),
    ] {
        let got = disease::assess(&pair(&about(demanded), &on(offered)));
        close(got, value, 1.0);
        assert_eq!(got.failed(), value < 0.5, "{demanded:?} {offered:?}");
    }
    let unknown = disease::assess(&pair(&about(&["C34"]), &on(&[])));
    assert_eq!((unknown, unknown.failed()), (Assessment::UNKNOWN, false));
}

#[test]
fn words_are_coded_where_no_condition_is_stated() {
    let demand = demand(|d| d.title = Text::new(Some("폐암 환자 CT"), None));
    let offer = offer(|o| o.title = Text::new(None, Some("Lung cancer cohort")));
    assert!(
        demand.unconfirmed_conditions() == codes(&["C34"])
            && offer.unconfirmed_conditions() == codes(&["C34"])
    );
    close(disease::assess(&pair(&demand, &offer)), 0.64, 1.0);
    assert!(
        demand.asker().conditions.is_empty(),
        "a machine's reading opens no gate"
    );
}

#[test]
fn sex_and_ages_count_where_the_demand_names_them() {
    let women = demand(|d| {
        d.conditions = codes(&["C50"]);
        d.population.sex = Some(Sex::Female);
        d.population.age_min = Some(40);
        d.population.age_max = Some(60);
    });
    let of = |sex, age_min, age_max| {
        offer(|o| {
            o.conditions = codes(&["C50"]);
            o.population.sex = sex;
            o.population.age_min = age_min;
            o.population.age_max = age_max;
        })
    };
    close(
        disease::assess(&pair(&women, &of(Some(Sex::All), Some(40), Some(60)))),
        1.0,
        1.0,
    );
    close(
        disease::assess(&pair(&women, &of(None, None, None))),
        1.0,
        0.85,
    );
    let men = disease::assess(&pair(&women, &of(Some(Sex::Male), Some(40), Some(60))));
    close(men, 0.17, 1.0);
    assert!(men.failed());
    let half = disease::assess(&pair(&women, &of(Some(Sex::Female), Some(30), Some(49))));
    assert!(half.value < 1.0 && !half.failed());
}

#[test]
fn kinds_are_required_any_of_or_wished() {
    let demand = demand(|d| {
        d.data_kinds_required = kinds(&["imaging.ct"]);
        d.data_kinds_any_of = kinds(&["omics.wgs", "omics.wes"]);
        d.data_kinds_wished = kinds(&["structured.laboratory"]);
    });
    let has =
        |list: &[&str]| data_kinds::assess(&pair(&demand, &offer(|o| o.data_kinds = kinds(list))));
    close(
        has(&["imaging.ct", "omics.wes", "structured.laboratory"]),
        1.0,
        1.0,
    );
    close(has(&["imaging.ct", "omics.wes"]), 0.85, 1.0);
    close(has(&["imaging.ct"]), 0.425, 1.0);
    assert!(!has(&["imaging.ct"]).failed() && has(&["structured.laboratory"]).failed());
    // A category that may hold the sub-kind.
    close(has(&["imaging", "omics"]), 0.425, 1.0);
    assert_eq!(has(&[]), Assessment::UNKNOWN);
    close(has(&["text.nursing_note"]), 0.0, 1.0);
}

#[test]
fn a_demand_without_a_topic_misses_a_fact_and_one_with_half_a_topic_does_not() {
    let full = offer(|o| {
        o.conditions = codes(&["C34"]);
        o.data_kinds = kinds(&["imaging.ct"]);
    });
    let bare = demand(|_| {});
    assert_eq!(disease::assess(&pair(&bare, &full)), Assessment::UNKNOWN);
    assert_eq!(data_kinds::assess(&pair(&bare, &full)), Assessment::UNKNOWN);
    let any_disease = demand(|d| d.data_kinds_required = kinds(&["imaging.ct"]));
    assert_eq!(
        disease::assess(&pair(&any_disease, &full)),
        Assessment::NOT_ASKED
    );
    assert_eq!(
        data_kinds::assess(&pair(&about(&["C34"]), &full)),
        Assessment::NOT_ASKED
    );
}

#[test]
fn variables_are_found_in_their_language_and_linkage_where_it_is_listed() {
    let demand = demand(|d| {
        d.variables_required = vec!["결절 음영".into(), "PD-L1".into()];
        d.linkage = vec![LinkageSource::Death];
    });
    let korean = offer(|o| {
        o.title = Text::new(Some("폐 결절 코호트"), None);
        o.variables = vec!["결절 음영·크기".into(), "PD-L1 TPS".into()];
        o.linkable_to = vec![LinkageSource::Death];
    });
    close(variables::assess(&pair(&demand, &korean)), 1.0, 1.0);
    // An acronym is found in any language; a Korean word cannot be missed in an English offer, if we know no English for it.
    let english = offer(|o| {
        o.title = Text::new(None, Some("Nodules with PD-L1"));
        o.linkable_to = vec![LinkageSource::NhisClaims];
    });
    close(variables::assess(&pair(&demand, &english)), 0.5, 2.0 / 3.0);
    let known = self::demand(|d| d.variables_required = vec!["결절 크기".into()]);
    close(variables::assess(&pair(&known, &english)), 0.5, 1.0);
    let other = offer(|o| o.title = Text::new(Some("심전도"), None));
    close(variables::assess(&pair(&demand, &other)), 0.0, 2.0 / 3.0);
    assert_eq!(
        variables::assess(&pair(&about(&["C34"]), &korean)),
        Assessment::NOT_ASKED
    );
}

#[test]
fn standards_are_the_same_convertible_or_not() {
    let wants = |list: &[Standard], held: &[Standard]| {
        let demand = demand(|d| d.standards = list.to_vec());
        standard::assess(&pair(&demand, &offer(|o| o.standards = held.to_vec())))
    };
    use Standard::{Dicom, FhirKrCore, None as NoStandard, OmopCdm53, OmopCdm54};
    close(wants(&[OmopCdm54], &[OmopCdm54]), 1.0, 1.0);
    close(wants(&[OmopCdm54], &[OmopCdm53]), 0.8, 1.0);
    close(wants(&[OmopCdm54], &[FhirKrCore]), 0.5, 1.0);
    close(wants(&[Dicom], &[OmopCdm54]), 0.0, 1.0);
    close(wants(&[OmopCdm54, Dicom], &[OmopCdm54]), 0.5, 1.0);
    close(wants(&[OmopCdm54], &[NoStandard]), 0.0, 1.0);
    assert_eq!(wants(&[NoStandard], &[]), Assessment::NOT_ASKED);
    close(wants(&[OmopCdm54], &[]), 0.0, 0.0);
}

fn count(code: &str, count: i64, as_of: &str, basis: CountBasis) -> CountObservation {
    CountObservation {
        code: code.parse().unwrap(),
        count,
        as_of: as_of.parse().unwrap(),
        basis,
    }
}

#[test]
fn cohort_size_is_logarithmic_dated_and_suppressed() {
    let wants = demand(|d| {
        d.conditions = codes(&["C34"]);
        d.subjects_min = Some(999);
    });
    let with = |counts: Vec<CountObservation>, size: Option<i64>, conditions: &[&str]| {
        offer(|o| {
            o.counts = counts;
            o.population.size = size;
            o.conditions = codes(conditions);
        })
    };
    let at = |offer: &OfferSubject| cohort_size::assess(&pair(&wants, offer));
    let fresh = |n| {
        with(
            vec![count("C34", n, "2026-06", CountBasis::Measured)],
            None,
            &[],
        )
    };
    close(at(&fresh(999)), 1.0, 1.0);
    close(at(&fresh(99)), 2.0 / 3.0, 1.0);
    close(at(&fresh(50_000)), 1.0, 1.0);
    close(
        at(&with(
            vec![count("C34", 999, "2022-06", CountBasis::Measured)],
            None,
            &[],
        )),
        0.9,
        1.0,
    );
    close(
        at(&with(
            vec![count("C34", 999, "2026-06", CountBasis::Estimated)],
            None,
            &[],
        )),
        0.9,
        1.0,
    );
    // A subcode within a counted category is not added again; the latest count of a code holds.
    let nested = with(
        vec![
            count("C34", 99, "2026-06", CountBasis::Measured),
            count("C34", 900, "2020-06", CountBasis::Measured),
            count("C34.1", 50, "2026-06", CountBasis::Measured),
        ],
        None,
        &[],
    );
    close(at(&nested), 2.0 / 3.0, 1.0);
    // Too few to show: 3 and 9 score alike, and the number is nowhere.
    assert_eq!(at(&fresh(3)), at(&fresh(9)));
    assert_eq!(subjects(&wants, &fresh(3)), Subjects::Below(10));
    assert!(at(&fresh(3)).failed());
    let told = serde_json::to_string(&scored(&wants, &fresh(3))).unwrap();
    assert!(!told.contains("\"offered\":3"), "{told}");
    // A broad collection says at most how many it can be.
    let broad = with(vec![], Some(99), &["C00-C97"]);
    close(at(&broad), 0.0, 1.0 / 3.0);
    // Fewer than a tenth, even if all had it, is hopeless; a tenth is not.
    assert!(at(&broad).failed() && at(&fresh(99)).failed());
    assert!(!at(&with(vec![], Some(100), &["C00-C97"])).failed() && !at(&fresh(100)).failed());
    // A condition without a count leaves open whether there are more, up to all.
    let half = |size| {
        let counts = vec![count("C34.1", 99, "2026-06", CountBasis::Measured)];
        at(&with(counts, size, &["C34.1", "C34.2"]))
    };
    close(half(Some(999)), 1.0, 2.0 / 3.0);
    close(half(Some(99)), 2.0 / 3.0, 1.0);
    close(half(None), 2.0 / 3.0, 1.0);
    assert!(!half(Some(999)).failed() && half(None).failed());
    close(at(&with(vec![], Some(999), &["C34"])), 0.95, 1.0);
    assert_eq!(at(&with(vec![], None, &["C34"])), Assessment::UNKNOWN);
    let mut overall = SubjectsOverall::default();
    for offer in [&fresh(400), &fresh(600), &fresh(4), &broad] {
        overall.add(subjects(&wants, offer));
    }
    assert_eq!(
        (overall.counted, overall.suppressed, overall.unknown),
        (1_000, 1, 1)
    );
}

#[test]
fn the_period_is_a_window() {
    let span = |start: &str, end: &str| Period {
        start: start.parse().ok(),
        end: end.parse().ok(),
    };
    let wants = demand(|d| d.period = span("2015-01", "2024-12"));
    let held = |p: Period, refresh| {
        let offer = offer(|o| {
            o.period = p;
            o.refresh = refresh;
        });
        period::assess(&pair(&wants, &offer))
    };
    close(held(span("2018-01", "2018-12"), None), 1.0, 1.0);
    close(held(span("2024-01", "2025-12"), None), 0.5, 1.0);
    close(held(span("2000-01", "2010-12"), None), 0.0, 1.0);
    close(
        held(span("2023-12", ""), Some(RefreshFrequency::Monthly)),
        13.0 / 36.0,
        1.0,
    );
    assert_eq!(held(span("2015-01", ""), None), Assessment::UNKNOWN);
    assert_eq!(held(Period::default(), None), Assessment::UNKNOWN);
}

#[test]
fn a_hospital_states_preferences_or_none() {
    let wants = demand(|d| d.purpose = Some(PurposeClass::Device));
    let stated = |prefers: HospitalPreferences| {
        let offer = offer(|o| o.preferences = prefers);
        Criterion::HOSPITAL.map(|c| preferences::assess(&pair(&wants, &offer), c))
    };
    assert!(
        stated(HospitalPreferences::default())
            .iter()
            .all(|a| !a.asked)
    );
    let [purpose, partner, collaboration, results, capacity] = stated(HospitalPreferences {
        purposes: vec![PurposeClass::Drug],
        partners: vec![OrganisationKind::Company],
        collaboration: Some(true),
        return_of_results: None,
        capacity_per_year: Some(0),
    });
    close(purpose, 0.0, 1.0);
    close(partner, 1.0, 1.0);
    assert_eq!(
        (collaboration, results),
        (Assessment::UNKNOWN, Assessment::NOT_ASKED)
    );
    assert!(capacity.failed());
}
