//! Offers and demands about a topic, with the variety of a real catalogue: some facts are missing, some terms strict.

use super::random::Random;
use super::topics::Topic;
use chrono::{Datelike, Months, NaiveDate};
use matchday_domain::catalogue::{
    AccessMode, Approval, Cost, CostModel, CountBasis, CountObservation, HospitalPreferences,
    LeadTime, Library, OfferContent, Period, Population, PurposeClass, RefreshFrequency,
    ReviewCalendar, Sex, Standard, Won,
};
use matchday_domain::catalogue::{Country, DataCategory, Deidentification, LinkageSource};
use matchday_domain::demand::{
    BudgetClass, Confidentiality, DemandContent, DemandPopulation, DuoPurpose, IrbStatus,
};
use matchday_domain::organisation::{LegalForm, OrganisationKind, Profile};
use matchday_domain::suggested_code::CodeAnswers;
use matchday_domain::text::Text;
use matchday_domain::time::Month;
use matchday_domain::use_conditions::{Modifier, Permission, Unpseudonymisable, UsePolicy};

fn month(today: NaiveDate, months_ago: i64) -> Option<Month> {
    let months = Months::new(u32::try_from(months_ago).unwrap_or(0));
    Month::of(today.checked_sub_months(months)?)
}

fn both(random: &mut Random, ko: &str, en: &str) -> Text {
    // Most write Korean only.
    if random.chance(55) {
        Text::new(Some(ko), None)
    } else {
        Text::new(Some(ko), Some(en))
    }
}

/// An offer of a hospital; larger hospitals count more.
pub(super) fn offer(
    topic: &Topic,
    hospital: &Profile,
    today: NaiveDate,
    random: &mut Random,
) -> OfferContent {
    let beds = hospital.beds.unwrap_or(300);
    let size = beds * random.between(1, 12);
    let kinds = random.between(1, i64::try_from(topic.kinds.len()).unwrap_or(1));
    let kinds: Vec<_> = topic
        .kinds
        .iter()
        .copied()
        .take(usize::try_from(kinds).unwrap_or(1))
        .collect();
    let cancer = topic
        .codes
        .iter()
        .any(|code| code.as_str().starts_with('C'));
    let shown = kinds.iter().map(|kind| kind.label());
    let (kinds_ko, kinds_en): (Vec<_>, Vec<_>) = shown.map(|label| (label.ko, label.en)).unzip();
    let (kinds_ko, kinds_en) = (kinds_ko.join("·"), kinds_en.join(", "));
    let estimated = random.chance(25);
    let basis = if estimated {
        CountBasis::Estimated
    } else {
        CountBasis::Measured
    };
    let as_of = month(today, random.between(1, 40));
    let counted = random.chance(85);
    let counts = topic.codes.iter().filter_map(|code| {
        Some(CountObservation {
            code: code.clone(),
            count: size / i64::try_from(topic.codes.len()).ok()?,
            as_of: as_of?,
            basis,
        })
    });
    let counts: Vec<_> = if counted {
        counts.collect()
    } else {
        Vec::new()
    };
    let library = cancer && random.chance(40);
    OfferContent {
        title: both(
            random,
            &format!("{} {kinds_ko} 코호트", topic.ko),
            &format!("{} cohort: {kinds_en}", topic.en),
        ),
        summary: Text::new(
            Some(&format!(
                "{} 환자 {size}명의 {kinds_ko} 자료. 주요 변수: {}.",
                topic.ko,
                topic.variables_ko.join(", ")
            )),
            random
                .chance(45)
                .then(|| {
                    format!(
                        "{kinds_en} of {size} patients with {}. Variables: {}.",
                        topic.en,
                        topic.variables_en.join(", ")
                    )
                })
                .as_deref(),
        ),
        keywords: vec![topic.ko.to_owned(), topic.en.to_owned()],
        contact_office: Some("데이터센터".to_owned()),
        library: library.then_some(if random.chance(50) {
            Library::CancerClinical
        } else {
            Library::CancerPublic
        }),
        opens_on: None,
        conditions: topic.codes.clone(),
        counts,
        population: Population {
            size: Some(size),
            size_as_of: as_of,
            size_basis: Some(basis),
            sex: Some(Sex::All),
            age_min: Some(
                if topic.ko.contains("소아") || topic.ko.contains("신생아") {
                    0
                } else {
                    19
                },
            ),
            age_max: None,
        },
        period: Period {
            start: month(today, random.between(60, 180)),
            end: month(today, random.between(2, 30)),
        },
        refresh: Some(*random.pick(&[
            RefreshFrequency::Quarterly,
            RefreshFrequency::Yearly,
            RefreshFrequency::None,
        ])),
        time_lag_months: random.chance(60).then(|| random.between(1, 6)),
        data_kinds: kinds.clone(),
        variables: topic
            .variables_ko
            .iter()
            .map(|&variable| variable.to_owned())
            .collect(),
        standards: standards(&kinds, random),
        coding_systems: vec!["KCD-8".to_owned()],
        completeness_percent: random.chance(70).then(|| random.between(70, 99)),
        use_policies: policies(topic, &kinds, random),
        access_modes: match random.between(1, 10) {
            1..=4 => vec![AccessMode::ClosedRemote, AccessMode::ClosedOnsite],
            5..=7 => vec![AccessMode::ClosedOnsite],
            _ => vec![AccessMode::ClosedRemote, AccessMode::Export],
        },
        approvals: if random.chance(50) {
            vec![Approval::Irb, Approval::Drb]
        } else {
            vec![Approval::Integrated]
        },
        review: ReviewCalendar {
            cutoff_day: random.chance(70).then(|| *random.pick(&[5, 10, 15, 31])),
            meeting_days: Vec::new(),
        },
        lead_time: random.chance(85).then(|| {
            *random.pick(&[
                LeadTime::TwoToFourWeeks,
                LeadTime::OneToTwoMonths,
                LeadTime::TwoToSixMonths,
                LeadTime::OverSixMonths,
            ])
        }),
        cost: match random.between(1, 4) {
            1 => Cost {
                model: Some(CostModel::Free),
                amount: None,
            },
            2 => Cost {
                model: Some(CostModel::Fixed),
                amount: Some(Won(random.between(5, 80) * 1_000_000)),
            },
            3 => Cost {
                model: Some(CostModel::PerSubject),
                amount: Some(Won(random.between(5, 60) * 1_000)),
            },
            _ => Cost {
                model: Some(CostModel::Estimate),
                amount: None,
            },
        },
        linkable_to: if random.chance(40) {
            vec![LinkageSource::Death, LinkageSource::CancerRegistry]
        } else {
            Vec::new()
        },
        small_count_threshold: Some(10),
        preferences: preferences(random),
        code_answers: CodeAnswers::default(),
    }
}

fn standards(kinds: &[matchday_domain::catalogue::DataKind], random: &mut Random) -> Vec<Standard> {
    let mut standards = Vec::new();
    if kinds
        .iter()
        .any(|kind| kind.category() == DataCategory::Imaging)
    {
        standards.push(Standard::Dicom);
    }
    if random.chance(60) {
        standards.push(*random.pick(&[
            Standard::OmopCdm54,
            Standard::OmopCdm53,
            Standard::FhirKrCore,
        ]));
    }
    standards
}

fn policies(
    topic: &Topic,
    kinds: &[matchday_domain::catalogue::DataKind],
    random: &mut Random,
) -> Vec<UsePolicy> {
    if random.chance(8) {
        return Vec::new();
    }
    let disease = random.chance(25);
    let mut modifiers = vec![Modifier::Irb];
    if random.chance(65) {
        modifiers.push(Modifier::CommercialOk);
    } else if random.chance(50) {
        modifiers.push(*random.pick(&[Modifier::Npu, Modifier::Ncu]));
    }
    for (modifier, percent) in [
        (Modifier::SafeRoom, 35),
        (Modifier::NoExport, 20),
        (Modifier::CrossBorder, 40),
        (Modifier::Col, 15),
        (Modifier::InsideResearcher, 15),
        (Modifier::Rtn, 15),
        (Modifier::Pub, 10),
        (Modifier::Nmds, 5),
    ] {
        if random.chance(percent) {
            modifiers.push(modifier);
        }
    }
    let genome = kinds
        .iter()
        .any(|kind| kind.category() == DataCategory::Omics);
    if genome {
        modifiers.push(Modifier::NoPseudonymise);
    }
    vec![UsePolicy {
        permission: Some(if disease {
            Permission::Ds
        } else {
            *random.pick(&[Permission::Hmb, Permission::Gru])
        }),
        permission_conditions: if disease {
            topic.codes.clone()
        } else {
            Vec::new()
        },
        modifiers,
        not_pseudonymisable: if genome {
            vec![Unpseudonymisable::Genome]
        } else {
            Vec::new()
        },
        ..UsePolicy::default()
    }]
}

fn preferences(random: &mut Random) -> HospitalPreferences {
    if random.chance(66) {
        return HospitalPreferences::default();
    }
    HospitalPreferences {
        purposes: vec![*random.pick(&[
            PurposeClass::Device,
            PurposeClass::Drug,
            PurposeClass::Academic,
        ])],
        partners: if random.chance(40) {
            vec![OrganisationKind::Company]
        } else {
            Vec::new()
        },
        collaboration: random.maybe(60, 90),
        return_of_results: random.maybe(40, 80),
        capacity_per_year: Some(random.between(2, 12)),
    }
}

/// A demand of a company or institute.
pub(super) fn demand(
    topic: &Topic,
    asker: &Profile,
    today: NaiveDate,
    random: &mut Random,
) -> DemandContent {
    let for_profit = asker.legal_form == Some(LegalForm::ForProfit);
    let purpose = if for_profit {
        *random.pick(&[
            PurposeClass::Device,
            PurposeClass::Drug,
            PurposeClass::DigitalHealthProduct,
            PurposeClass::Service,
        ])
    } else {
        *random.pick(&[PurposeClass::Academic, PurposeClass::Method])
    };
    let label = purpose.label();
    let required = topic.kinds.first().copied();
    let subjects = random.between(2, 30) * 100;
    let budget = random.between(2, 40) * 10_000_000;
    let coded = random.chance(85);
    let genome = topic
        .kinds
        .iter()
        .any(|kind| kind.category() == DataCategory::Omics);
    let needed_by = today.checked_add_months(Months::new(
        u32::try_from(random.between(2, 18)).unwrap_or(6),
    ));
    DemandContent {
        title: both(
            random,
            &format!("{} {} 개발·연구용 자료", topic.ko, label.ko),
            &format!("{} data for a {}", topic.en, label.en),
        ),
        aim: Text::new(
            Some(&format!(
                "{} 환자 {subjects}명 이상의 자료로 {} 관련 연구를 합니다. 필요한 변수: {}.",
                topic.ko,
                label.ko,
                topic.variables_ko.join(", ")
            )),
            None,
        ),
        purpose: Some(purpose),
        duo_purpose: Some(if coded {
            DuoPurpose::Ds
        } else {
            DuoPurpose::Hmb
        }),
        commercial: Some(for_profit),
        methods_development: random.maybe(90, 50),
        uses_genotype: Some(genome),
        ancestry_research: Some(false),
        clinical_care: Some(false),
        conditions: if coded {
            topic.codes.clone()
        } else {
            Vec::new()
        },
        conditions_text: if coded {
            Text::default()
        } else {
            Text::new(Some(topic.ko), None)
        },
        population: DemandPopulation {
            sex: Some(Sex::All),
            age_min: Some(19),
            ..DemandPopulation::default()
        },
        data_kinds_required: required.into_iter().collect(),
        data_kinds_any_of: Vec::new(),
        data_kinds_wished: topic.kinds.iter().copied().skip(1).collect(),
        variables_required: topic
            .variables_ko
            .iter()
            .take(1)
            .map(|&variable| variable.to_owned())
            .collect(),
        variables_wished: topic
            .variables_ko
            .iter()
            .skip(1)
            .map(|&variable| variable.to_owned())
            .collect(),
        subjects_min: Some(subjects),
        subjects_wished: Some(subjects * 2),
        period: Period {
            start: Month::new(today.year() - 10, 1),
            end: month(today, 1),
        },
        standards: if random.chance(40) {
            vec![Standard::OmopCdm54]
        } else {
            Vec::new()
        },
        deidentification: Some(Deidentification::Pseudonymised),
        linkage: if random.chance(20) {
            vec![LinkageSource::Death]
        } else {
            Vec::new()
        },
        access_modes: match random.between(1, 10) {
            1..=6 => vec![AccessMode::ClosedRemote, AccessMode::ClosedOnsite],
            7..=8 => vec![AccessMode::ClosedRemote, AccessMode::Export],
            9 => vec![AccessMode::Export],
            _ => Vec::new(),
        },
        viewer_countries: countries(asker, random),
        processing_countries: vec![Country::korea()],
        irb_status: Some(*random.pick(&[
            IrbStatus::Approved,
            IrbStatus::InPreparation,
            IrbStatus::NotStarted,
        ])),
        willing_to_collaborate: random.maybe(80, 80),
        willing_to_publish: random.maybe(60, 70),
        willing_to_return_results: random.maybe(60, 70),
        use_months: Some(random.between(6, 36)),
        publish_by: None,
        budget: Some(Won(budget)),
        budget_class: Some(*random.pick(&[
            BudgetClass::Own,
            BudgetClass::VoucherSmall,
            BudgetClass::VoucherMedium,
            BudgetClass::VoucherLarge,
        ])),
        own_share: Some(Won(budget / 5)),
        needed_by,
        confidentiality: Some(if random.chance(50) {
            Confidentiality::Blind
        } else {
            Confidentiality::Named
        }),
        excluded_organisations: Vec::new(),
        code_answers: CodeAnswers::default(),
    }
}

fn countries(asker: &Profile, random: &mut Random) -> Vec<Country> {
    let mut countries = vec![Country::korea()];
    if asker.foreign_parent == Some(true) && random.chance(50) {
        countries.extend(Country::new("US"));
    }
    countries
}
