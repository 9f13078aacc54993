//! An invented but realistic national set: consortia, hospitals with offers, companies and institutes with demands.
//!
//! No name is a real organisation's. The same seed and day give the same set.

mod contents;
mod random;
mod topics;

use chrono::{Months, NaiveDate};
use matchday_domain::catalogue::{Country, OfferContent};
use matchday_domain::demand::DemandContent;
use matchday_domain::organisation::{
    ConsortiumRole, FirmSize, HospitalTier, LegalForm, OrganisationKind, Profile, Region,
};
use matchday_domain::text::{Language, Text};
use random::Random;

/// Hospitals of the set.
pub const HOSPITALS: usize = 41;
/// Companies and institutes of the set.
pub const COMPANIES: usize = 60;
const CONSORTIA: usize = 7;
const OFFERS: usize = 200;
const DEMANDS: usize = 120;

/// The address of the organiser's first person.
pub const ORGANISER_EMAIL: &str = "desk@organiser.example";
/// The address of the first hospital's first person.
pub const HOSPITAL_EMAIL: &str = "data@hospital01.example";
/// The address of the first company's first person.
pub const COMPANY_EMAIL: &str = "lead@company01.example";

/// A person of an organisation; the first one administers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPlan {
    /// Where mail goes; under the reserved domain `.example`.
    pub email: String,
    /// Name.
    pub name: String,
    /// Language of mails.
    pub language: Language,
}

/// An organisation with its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// What it says of itself.
    pub profile: Profile,
    /// Its people.
    pub people: Vec<PersonPlan>,
}

/// A hospital's dated part in a consortium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsortiumPart {
    /// Index of the hospital.
    pub hospital: usize,
    /// Lead or member.
    pub role: ConsortiumRole,
    /// First day.
    pub from: NaiveDate,
    /// First day on which it no longer holds.
    pub until: Option<NaiveDate>,
}

/// A consortium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsortiumPlan {
    /// Name.
    pub name: Text,
    /// Parts of hospitals.
    pub parts: Vec<ConsortiumPart>,
}

/// The whole set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NationalSet {
    /// Who holds the matching day.
    pub organiser: Org,
    /// The ministry's observer.
    pub observer: Org,
    /// Consortia.
    pub consortia: Vec<ConsortiumPlan>,
    /// Hospitals with their offers.
    pub hospitals: Vec<(Org, Vec<OfferContent>)>,
    /// Companies and institutes with their demands.
    pub companies: Vec<(Org, Vec<DemandContent>)>,
}

const FIRST: &[(&str, &str)] = &[
    ("가람", "Garam"),
    ("누리", "Nuri"),
    ("다온", "Daon"),
    ("라온", "Raon"),
    ("마루", "Maru"),
    ("보람", "Boram"),
    ("새벽", "Saebyeok"),
    ("아라", "Ara"),
    ("은하", "Eunha"),
    ("푸른솔", "Pureunsol"),
    ("한빛샘", "Hanbitsaem"),
    ("해오름", "Haeoreum"),
];
const HOSPITAL: &[(&str, &str)] = &[
    ("대학교병원", "University Hospital"),
    ("중앙의료원", "Central Medical Center"),
    ("시립병원", "City Hospital"),
    ("전문병원", "Specialised Hospital"),
];
const COMPANY: &[(&str, &str)] = &[
    ("바이오", "Bio"),
    ("메디컬AI", "Medical AI"),
    ("제약", "Pharma"),
    ("헬스케어", "Healthcare"),
    ("디바이스", "Devices"),
];
const PEOPLE: &[&str] = &[
    "김서윤",
    "이도현",
    "박지우",
    "최하준",
    "정예린",
    "강시우",
    "조은채",
    "윤태오",
    "임나래",
    "한결",
];
const REGIONS: &[Region] = &[
    Region::Seoul,
    Region::Gyeonggi,
    Region::Busan,
    Region::Daegu,
    Region::Incheon,
    Region::Gwangju,
    Region::Daejeon,
    Region::Gangwon,
    Region::Jeonbuk,
    Region::Gyeongnam,
    Region::Chungbuk,
    Region::Jeju,
];

/// Makes the set; dates are around `today`.
pub fn national_set(seed: u64, today: NaiveDate) -> NationalSet {
    let mut random = Random::new(seed);
    let topics = topics::topics();
    let mut hospitals: Vec<(Org, Vec<OfferContent>)> = (0..HOSPITALS)
        .map(|i| (hospital(i, &mut random), Vec::new()))
        .collect();
    let mut companies: Vec<(Org, Vec<DemandContent>)> = (0..COMPANIES)
        .map(|i| (company(i, &mut random), Vec::new()))
        .collect();
    for n in 0..OFFERS {
        let topic = topics::pick(&topics, &mut random);
        let (org, offers) = &mut hospitals[n % HOSPITALS];
        offers.push(contents::offer(topic, &org.profile, today, &mut random));
    }
    for n in 0..DEMANDS {
        let topic = topics::pick(&topics, &mut random);
        let (org, demands) = &mut companies[n % COMPANIES];
        demands.push(contents::demand(topic, &org.profile, today, &mut random));
    }
    NationalSet {
        organiser: agency(
            OrganisationKind::Organiser,
            "보건데이터진흥원(가상)",
            "Health Data Agency (invented)",
            ORGANISER_EMAIL,
        ),
        observer: agency(
            OrganisationKind::Observer,
            "참관 부처(가상)",
            "Observing Ministry (invented)",
            "watch@observer.example",
        ),
        consortia: consortia(today),
        hospitals,
        companies,
    }
}

fn agency(kind: OrganisationKind, ko: &str, en: &str, email: &str) -> Org {
    let person = PersonPlan {
        email: email.to_owned(),
        name: "담당자".to_owned(),
        language: Language::Ko,
    };
    Org {
        profile: profile(kind, Text::new(Some(ko), Some(en))),
        people: vec![person],
    }
}

fn profile(kind: OrganisationKind, name: Text) -> Profile {
    Profile {
        kind,
        name,
        region: Some(Region::Seoul),
        country: Country::korea(),
        firm_size: None,
        legal_form: Some(LegalForm::NotForProfit),
        foreign_parent: Some(false),
        tier: None,
        beds: None,
        designated: false,
    }
}

fn people(first: &str, domain: &str, count: i64, random: &mut Random) -> Vec<PersonPlan> {
    (0..count)
        .map(|n| PersonPlan {
            email: if n == 0 {
                format!("{first}@{domain}")
            } else {
                format!("{first}{n}@{domain}")
            },
            name: (*random.pick(PEOPLE)).to_owned(),
            language: if random.chance(85) {
                Language::Ko
            } else {
                Language::En
            },
        })
        .collect()
}

fn hospital(i: usize, random: &mut Random) -> Org {
    let (first, kind) = (
        FIRST[i % FIRST.len()],
        HOSPITAL[(i / FIRST.len()) % HOSPITAL.len()],
    );
    let name = Text::new(
        Some(&format!("{}{}", first.0, kind.0)),
        Some(&format!("{} {}", first.1, kind.1)),
    );
    let tier = match random.between(1, 10) {
        1..=5 => HospitalTier::Tertiary,
        6..=9 => HospitalTier::General,
        _ => HospitalTier::Specialised,
    };
    let beds = match tier {
        HospitalTier::Tertiary => random.between(800, 2_400),
        _ => random.between(150, 800),
    };
    let profile = Profile {
        region: Some(REGIONS[i % REGIONS.len()]),
        tier: Some(tier),
        beds: Some(beds),
        designated: true,
        ..profile(OrganisationKind::Hospital, name)
    };
    let people = people(
        "data",
        &format!("hospital{:02}.example", i + 1),
        if beds > 1_000 { 2 } else { 1 },
        random,
    );
    Org { profile, people }
}

fn company(i: usize, random: &mut Random) -> Org {
    let first = FIRST[i % FIRST.len()];
    let (kind, last) = match i % 12 {
        10 => (
            OrganisationKind::ResearchInstitute,
            ("연구원", "Research Institute"),
        ),
        11 => (OrganisationKind::University, ("대학교", "University")),
        _ => (
            OrganisationKind::Company,
            COMPANY[(i / FIRST.len()) % COMPANY.len()],
        ),
    };
    let number = if kind == OrganisationKind::Company {
        String::new()
    } else {
        format!(" {}", i / 12 + 1)
    };
    let name = Text::new(
        Some(&format!("{}{}{number}", first.0, last.0)),
        Some(&format!("{} {}{number}", first.1, last.1)),
    );
    let for_profit = kind == OrganisationKind::Company;
    let sizes = [
        FirmSize::Micro,
        FirmSize::Small,
        FirmSize::Small,
        FirmSize::Medium,
        FirmSize::Large,
    ];
    let profile = Profile {
        region: Some(*random.pick(REGIONS)),
        firm_size: Some(if for_profit {
            *random.pick(&sizes)
        } else {
            FirmSize::NotApplicable
        }),
        legal_form: Some(if for_profit {
            LegalForm::ForProfit
        } else {
            LegalForm::NotForProfit
        }),
        foreign_parent: random.maybe(95, 10),
        ..profile(kind, name)
    };
    let people = people(
        "lead",
        &format!("company{:02}.example", i + 1),
        1 + i64::from(random.chance(30)),
        random,
    );
    Org { profile, people }
}

/// Seven consortia; in the first the lead changes, from the second a member leaves.
fn consortia(today: NaiveDate) -> Vec<ConsortiumPlan> {
    let months_ago = |n| today.checked_sub_months(Months::new(n)).unwrap_or(today);
    let start = months_ago(30);
    (0..CONSORTIA)
        .map(|c| {
            let mut parts: Vec<ConsortiumPart> = (c..HOSPITALS)
                .step_by(CONSORTIA)
                .enumerate()
                .map(|(n, hospital)| ConsortiumPart {
                    hospital,
                    role: if n == 0 {
                        ConsortiumRole::Lead
                    } else {
                        ConsortiumRole::Member
                    },
                    from: start,
                    until: None,
                })
                .collect();
            if c == 0 {
                let change = months_ago(6);
                let (old, new) = (parts[0].hospital, parts[1].hospital);
                parts[0].until = Some(change);
                parts[1].until = Some(change);
                parts.push(ConsortiumPart {
                    hospital: new,
                    role: ConsortiumRole::Lead,
                    from: change,
                    until: None,
                });
                parts.push(ConsortiumPart {
                    hospital: old,
                    role: ConsortiumRole::Member,
                    from: change,
                    until: None,
                });
            }
            if let (1, Some(last)) = (c, parts.last_mut()) {
                last.until = Some(months_ago(3));
            }
            let name = Text::new(
                Some(&format!("제{} 컨소시엄", c + 1)),
                Some(&format!("Consortium {}", c + 1)),
            );
            ConsortiumPlan { name, parts }
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use matchday_domain::terminology::Terminology;
    use std::collections::BTreeSet;

    #[test]
    fn the_set_is_whole_valid_and_repeatable() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 15).unwrap();
        let set = national_set(1, today);
        assert_eq!(set, national_set(1, today));
        assert_ne!(set, national_set(2, today));
        assert_eq!(
            (
                set.consortia.len(),
                set.hospitals.len(),
                set.companies.len()
            ),
            (7, 41, 60)
        );
        let rows = include_str!("topics.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count();
        assert_eq!(topics::topics().len(), rows);
        let terminology = Terminology::standard();
        for (org, offers) in &set.hospitals {
            org.profile.check().unwrap();
            offers
                .iter()
                .for_each(|offer| offer.check(terminology).unwrap());
        }
        for (org, demands) in &set.companies {
            org.profile.check().unwrap();
            demands
                .iter()
                .for_each(|demand| demand.check(terminology).unwrap());
        }
        let orgs = set
            .hospitals
            .iter()
            .map(|(org, _)| org)
            .chain(set.companies.iter().map(|(org, _)| org));
        let all: Vec<_> = orgs
            .clone()
            .flat_map(|org| &org.people)
            .map(|person| &person.email)
            .collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        let names: BTreeSet<_> = orgs.map(|org| org.profile.name.ko.clone()).collect();
        assert_eq!(names.len(), 101, "every name is its own");
        for email in [ORGANISER_EMAIL, HOSPITAL_EMAIL, COMPANY_EMAIL] {
            assert!(
                email
                    .parse::<matchday_domain::organisation::EmailAddress>()
                    .is_ok()
            );
        }
        assert_eq!(set.companies[0].0.people[0].email, COMPANY_EMAIL);
        assert_eq!(set.hospitals[0].0.people[0].email, HOSPITAL_EMAIL);
    }
}
