//! Each criterion by itself.

use super::*;
use crate::catalogue::{
    AccessMode, Cost, CostModel, CountBasis, CountObservation, HospitalPreferences, LeadTime,
    LinkageSource, Period, PurposeClass, RefreshFrequency, Sex, Standard, Won,
};
use crate::demand::BudgetClass;
use crate::matching::criteria::cohort_size::{Subjects, SubjectsOverall, subjects};
use crate::matching::criteria::text::DemandText;
use crate::matching::criteria::{
    Assessment, Pair, access, cohort_size, data_kinds, disease, period, preferences, standard,
    text, variables,
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
fn access_weighs_mode_date_cost_and_way() {
    let wants = demand(|d| {
        d.access_modes = vec![AccessMode::ClosedRemote];
        d.needed_by = Some(day("2027-01-31"));
        d.budget = Some(Won(1_000_000));
        d.subjects_min = Some(100);
    });
    let of = |modes: &[AccessMode], lead, model, amount: i64, cutoff| {
        let offer = offer(|o| {
            o.access_modes = modes.to_vec();
            o.lead_time = lead;
            o.cost = Cost {
                model,
                amount: Some(Won(amount)),
            };
            o.review.cutoff_day = cutoff;
        });
        access::assess(&pair(&wants, &offer))
    };
    let remote = [AccessMode::ClosedRemote];
    let quick = Some(LeadTime::OneToTwoMonths);
    close(
        of(&remote, quick, Some(CostModel::Fixed), 10, None),
        1.0,
        1.0,
    );
    // The next cut-off is the 30th of November; 61 days after it is the 30th of January, just in time.
    close(
        of(&remote, quick, Some(CostModel::Fixed), 10, Some(31)),
        1.0,
        1.0,
    );
    let later = of(
        &remote,
        Some(LeadTime::TwoToSixMonths),
        Some(CostModel::Free),
        0,
        None,
    );
    close(later, (0.4 + 0.3 * (1.0 - 106.0 / 180.0) + 0.2) / 0.9, 1.0);
    close(
        of(&remote, quick, Some(CostModel::PerSubject), 20_000, None),
        (0.4 + 0.3 + 0.1) / 0.9,
        1.0,
    );
    close(
        of(&[AccessMode::Export], quick, Some(CostModel::Free), 0, None),
        0.5 / 0.9,
        1.0,
    );
    // Visits only: the region counts too.
    let visit = of(
        &[AccessMode::ClosedOnsite],
        quick,
        Some(CostModel::Free),
        0,
        None,
    );
    close(visit, 0.4 * 0.4 + 0.3 + 0.2 + 0.1 * 0.4, 1.0);
    close(of(&[], None, None, 0, None), 0.0, 0.0);
}

#[test]
fn the_own_share_bounds_what_can_be_paid() {
    let costs = |budget: Option<i64>, own: Option<i64>, class, amount: Option<i64>| {
        let demand = demand(|d| {
            d.budget = budget.map(Won);
            d.own_share = own.map(Won);
            d.budget_class = class;
        });
        let offer = offer(|o| {
            o.cost = Cost {
                model: amount.map(|_| CostModel::Fixed),
                amount: amount.map(Won),
            };
        });
        access::assess(&pair(&demand, &offer))
    };
    let voucher = Some(BudgetClass::VoucherSmall);
    // The own share is a part of a budget, whoever pays the rest.
    close(costs(Some(100), Some(20), voucher, Some(100)), 1.0, 1.0);
    close(costs(Some(100), Some(20), voucher, Some(400)), 0.25, 1.0);
    // Without a budget it is all there is of own money, and the least that there is beside a voucher.
    close(
        costs(None, Some(100), Some(BudgetClass::Own), Some(400)),
        0.25,
        1.0,
    );
    for class in [voucher, None] {
        close(costs(None, Some(100), class, Some(100)), 1.0, 1.0);
        close(costs(None, Some(100), class, Some(400)), 1.0, 0.25);
        close(costs(None, Some(0), class, Some(400)), 0.0, 0.0);
        close(costs(None, Some(100), class, None), 0.0, 0.0);
    }
    assert_eq!(costs(None, None, voucher, Some(400)), Assessment::NOT_ASKED);
    // More money never lowers the worst or the best that it can come to.
    let bounds = |own| {
        let found = costs(None, Some(own), voucher, Some(400));
        let lowest = found.value * found.known;
        (lowest, lowest + 1.0 - found.known)
    };
    for own in 0..500 {
        let (less, more) = (bounds(own), bounds(own + 1));
        assert!(
            less.0 <= more.0 + 1e-12 && less.1 <= more.1 + 1e-12,
            "{own}"
        );
    }
}

#[test]
fn an_open_budget_is_told_as_missing_and_no_amount_of_the_asker_is() {
    let demand = demand(|d| {
        d.own_share = Some(Won(7_654_321));
        d.conditions = codes(&["C34"]);
    });
    let offer = offer(|o| {
        o.conditions = codes(&["C34"]);
        o.cost = Cost {
            model: Some(CostModel::Fixed),
            amount: Some(Won(30_617_284)),
        };
    });
    let told = access::explain(&pair(&demand, &offer));
    assert_eq!(
        told.sentence.en,
        "Estimated cost 30,617,284 won, above the own share, and the whole budget is not stated."
    );
    assert!(told.sentence.ko.contains("자부담") && !told.sentence.ko.contains("7,654"));
    let [(fact, whose, share)] = told.missing[..] else {
        panic!("{:?}", told.missing)
    };
    // Three quarters of the cost are open.
    assert_eq!((fact, whose), (Fact::Budget, Whose::Demander));
    assert!((share - 0.75).abs() < 1e-9, "{share}");
}

#[test]
fn text_counts_rare_words_more_and_is_bounded() {
    let offers: Vec<OfferSubject> = ["EGFR lung cohort", "lung cohort", "lung registry"]
        .iter()
        .map(|title| offer(|o| o.title = Text::new(None, Some(title))))
        .collect();
    let model = TextModel::of(3, &offers);
    assert!(model.rarity("egfr") > model.rarity("lung") && model.documents() == 3);
    let wants = demand(|d| d.title = Text::new(None, Some("EGFR in lungs")));
    let words = DemandText::of(&wants, &model);
    let values: Vec<f64> = offers
        .iter()
        .map(|o| text::assess(&pair(&wants, o), &words).value)
        .collect();
    assert!(
        values[0] > values[1] && values[1] > 0.0 && values[0] < 1.0,
        "{values:?}"
    );
    assert!((values[1] - values[2]).abs() < 1e-12);
}

/// T of an offer for a demand with this title.
fn text_of(title: &str, offer: &OfferSubject, model: &TextModel) -> f64 {
    let wants = demand(|d| d.title = Text::new(None, Some(title)));
    text::assess(&pair(&wants, offer), &DemandText::of(&wants, model)).value
}

#[test]
fn text_discounts_the_long_but_does_not_favour_the_short() {
    let says = |words: usize| {
        let summary = format!("egfr {}", "filler ".repeat(words));
        offer(|o| {
            o.title = Text::new(None, Some("cohort"));
            o.summary = Text::new(None, Some(&summary));
        })
    };
    let model = TextModel::of(1, &[says(20), says(60)]);
    let value = |words: usize| text_of("EGFR", &says(words), &model);
    assert!((value(5) - value(90)).abs() < 1e-12);
    assert!(value(90) > value(400), "{} {}", value(90), value(400));
}

#[test]
fn text_knows_compounds_however_they_are_written() {
    let says = |title: &str| offer(|o| o.title = Text::new(None, Some(title)));
    let model = TextModel::default();
    let value = |asked: &str, said: &str| text_of(asked, &says(said), &model);
    for (asked, said) in [("PD-L1", "PDL1"), ("PDL1", "PD-L1"), ("x-ray", "Xrays")] {
        assert!(value(asked, said) > 0.0, "{asked} {said}");
    }
    // The words side by side are more than the words apart.
    assert!(value("heart failure", "heart failure") > value("heart failure", "failure, heart"));
    // What only asks is neither missed nor found.
    let plain = value("heart failure", "heart failure");
    assert!((value("We want to find heart failure", "heart failure") - plain).abs() < 1e-12);
    assert_eq!(value("We want to find it", "We want to find it"), 0.0);
}

#[test]
fn text_takes_the_first_sentence_for_a_missing_title() {
    let says = |title: Option<&str>| {
        offer(|o| {
            o.title = Text::new(None, title);
            o.summary = Text::new(None, Some("EGFR 1.5 cohort. Lung registry."));
        })
    };
    let model = TextModel::default();
    let untitled = says(None);
    assert!(text_of("cohort", &untitled, &model) > text_of("registry", &untitled, &model));
    let titled = says(Some("Samples"));
    let gap = text_of("cohort", &titled, &model) - text_of("registry", &titled, &model);
    assert!(gap.abs() < 1e-12);
}

#[test]
fn of_two_words_equally_rare_the_repeated_one_tells_more() {
    let says = |summary: &str| offer(|o| o.summary = Text::new(None, Some(summary)));
    let offers = [says("A. sepsis, sepsis, sepsis, thorough"), says("A. lung")];
    let model = TextModel::of(1, &offers);
    assert!(model.rarity("sepsi") > model.rarity("thorough"));
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
