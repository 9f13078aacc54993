//! What the organiser rules about the timetable of a matching day: shares of groups, what is scarce, rests and equity.
//!
//! [`ArrangementRules`] are versions that are only ever added, with who, when and why. Groups are made of what
//! organisations state of themselves; nobody is put into one by hand.

use super::MatchingDay;
use crate::id::{ConsortiumId, MatchingDayId, OrganisationId, PersonId};
use crate::organisation::{ConsortiumMember, FirmSize, LegalForm, Organisation, Region};
use crate::problem::{Check, Code, Problem, Problems};
use crate::scheduling::Aim;
use crate::text::{Language, Message, Text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Longest reason for a rule, in characters.
pub const MAX_REASON: usize = 500;
/// Most groups of a matching day with a share.
pub const MAX_GROUPS: usize = 100;
/// Most resources of a matching day.
pub const MAX_RESOURCES: usize = 50;
/// Most meetings of a share.
const MAX_SHARE: i64 = 100_000;
/// Most units of a resource in a slot.
const MAX_UNITS: i64 = 500;
/// Most slots that stay free between two meetings.
pub const MAX_REST: i64 = 10;

/// Who is meant by a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// The hospitals of a consortium, as it stands on the day.
    Consortium(ConsortiumId),
    /// All that sit in a region.
    Region(Region),
    /// All that sit in Korea outside Seoul, Incheon and Gyeonggi.
    OutsideCapital,
    /// Firms of a size.
    FirmSize(FirmSize),
    /// Organisations of a legal form.
    LegalForm(LegalForm),
}

/// The share of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRule {
    /// Who.
    pub of: Grouping,
    /// Most meetings in which a member takes part; no limit if absent. A meeting of two members counts once.
    pub cap: Option<i32>,
    /// Meetings they should have at least, before anything else is weighed.
    pub floor: i32,
}

/// What some meetings need beside a table, and of which there is only so much: interpreters, screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventResource {
    /// From 1; it stays the same when the rules change.
    pub number: i32,
    /// What it is, in one language at least.
    pub name: Text,
    /// How many meetings can have it, slot by slot.
    pub units: Vec<i32>,
    /// Languages between which it interprets: whoever shares none of the other side's languages needs it without asking.
    /// Empty for anything else.
    pub languages: Vec<Language>,
}

/// By how much more the requests of some weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Equity {
    /// Percent for organisations in Korea outside the capital area.
    pub outside_capital_percent: i32,
    /// Percent for micro and small firms.
    pub small_firm_percent: i32,
}

/// What holds for the day as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Shares of groups.
    pub groups: Vec<GroupRule>,
    /// What is scarce.
    pub resources: Vec<EventResource>,
    /// Slots that stay free between two meetings of an organisation; its own wish may be higher.
    pub rest_slots: i32,
    /// Whose requests weigh more.
    pub equity: Equity,
    /// What is sought behind coverage and weight, the most important first; what is not named follows in the usual order.
    #[serde(default)]
    pub aims: Vec<Aim>,
}

/// A version of the rules of a matching day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrangementRules {
    /// Of which day.
    pub event: MatchingDayId,
    /// From 1, when there are none.
    pub version: i32,
    /// The rules.
    pub rules: Rules,
    /// Why they were set; empty for the first.
    pub reason: String,
    /// Who set them; nobody the first.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: Option<Timestamp>,
}

/// Rules as the organiser wants them; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RulesPlan {
    /// All the shares.
    pub groups: Option<Vec<GroupRule>>,
    /// All that is scarce.
    pub resources: Option<Vec<ResourcePlan>>,
    /// Slots between two meetings, 0 to 10.
    pub rest_slots: Option<i32>,
    /// Percent for organisations in Korea outside the capital area, 0 to 100.
    pub outside_capital_percent: Option<i32>,
    /// Percent for micro and small firms, 0 to 100.
    pub small_firm_percent: Option<i32>,
    /// What is sought behind coverage and weight, the most important first; each once.
    pub aims: Option<Vec<Aim>>,
}

/// A resource as the organiser wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePlan {
    /// The number of one that is known; absent for a new one.
    pub number: Option<i32>,
    /// What it is.
    pub name: Text,
    /// How many in each slot.
    pub units: i32,
    /// How many in single slots, by index, where that differs.
    pub other_units: Vec<(i32, i32)>,
    /// Languages between which it interprets.
    pub languages: Vec<Language>,
}

impl ArrangementRules {
    /// No rules, until the organiser sets some.
    pub fn initial(event: MatchingDayId) -> Self {
        Self {
            event,
            version: 1,
            rules: Rules::default(),
            reason: String::new(),
            set_by: None,
            set_at: None,
        }
    }

    /// The resource with this number.
    pub fn resource(&self, number: i32) -> Option<&EventResource> {
        let mut all = self.rules.resources.iter();
        all.find(|resource| resource.number == number)
    }

    /// The version after this one. `consortia` are those that exist, `needed` the numbers of the resources that requests
    /// name.
    ///
    /// # Errors
    /// A stale version, no reason, and all that is wrong with the plan, by field: a consortium that does not exist, the
    /// same group twice, a floor above its cap, a resource that requests need and that would be gone.
    pub fn replace(
        &self,
        read_version: i32,
        plan: RulesPlan,
        day: &MatchingDay,
        (consortia, needed): (&[ConsortiumId], &BTreeSet<i32>),
        reason: &str,
        (by, now): (PersonId, Timestamp),
    ) -> Result<Self, Problems> {
        if read_version != self.version {
            return Err(Problem::stale(self.version).into());
        }
        let mut check = Check::new();
        check_reason(&mut check, reason);
        check.range("restSlots", plan.rest_slots.map(i64::from), 0, MAX_REST);
        for (path, percent) in [
            ("outsideCapitalPercent", plan.outside_capital_percent),
            ("smallFirmPercent", plan.small_firm_percent),
        ] {
            check.range(path, percent.map(i64::from), 0, 100);
        }
        let old = &self.rules;
        let groups = plan.groups.unwrap_or_else(|| old.groups.clone());
        check_groups(&mut check, &groups, consortia);
        let resources = match plan.resources {
            Some(wanted) => self.resources(&mut check, wanted, day, needed),
            None => old.resources.clone(),
        };
        let aims = plan.aims.unwrap_or_else(|| old.aims.clone());
        for (i, aim) in aims.iter().enumerate() {
            check.require(!aims[..i].contains(aim), || {
                Problem::at(
                    &format!("aims.{i}"),
                    Code::Duplicate,
                    Message::new(
                        "같은 목표가 두 번 있습니다.",
                        "The same aim is named twice.",
                    ),
                )
            });
        }
        check.finish()?;
        let equity = Equity {
            outside_capital_percent: plan
                .outside_capital_percent
                .unwrap_or(old.equity.outside_capital_percent),
            small_firm_percent: plan
                .small_firm_percent
                .unwrap_or(old.equity.small_firm_percent),
        };
        Ok(Self {
            event: self.event,
            version: self.version + 1,
            rules: Rules {
                groups,
                resources,
                rest_slots: plan.rest_slots.unwrap_or(old.rest_slots),
                equity,
                aims,
            },
            reason: reason.trim().to_owned(),
            set_by: Some(by),
            set_at: Some(now),
        })
    }

    fn resources(
        &self,
        check: &mut Check,
        wanted: Vec<ResourcePlan>,
        day: &MatchingDay,
        needed: &BTreeSet<i32>,
    ) -> Vec<EventResource> {
        check.at_most("resources", wanted.len(), MAX_RESOURCES);
        let highest = |number: Option<i32>| number.unwrap_or(0);
        let known = self.rules.resources.iter().map(|known| known.number);
        let mut next = highest(known.chain(needed.iter().copied()).max()) + 1;
        let mut resources: Vec<EventResource> = Vec::new();
        for (i, plan) in wanted.into_iter().enumerate().take(MAX_RESOURCES) {
            let path = |field: &str| format!("resources.{i}.{field}");
            check.require(!plan.name.is_empty(), || Problem::required(&path("name")));
            check.text(&path("name"), &plan.name, 100);
            check.range(&path("units"), Some(plan.units.into()), 0, MAX_UNITS);
            let mut units = vec![plan.units; day.slots.len()];
            for (j, (slot, number)) in plan.other_units.iter().enumerate() {
                let at = path(&format!("otherUnits.{j}"));
                check.range(&format!("{at}.units"), Some((*number).into()), 0, MAX_UNITS);
                match usize::try_from(*slot).ok().and_then(|s| units.get_mut(s)) {
                    Some(units) => *units = *number,
                    None => check.add(Problem::not_found(&format!("{at}.slot"))),
                }
            }
            let distinct: BTreeSet<Language> = plan.languages.iter().copied().collect();
            check.require(
                distinct.len() == plan.languages.len() && distinct.len() != 1,
                || {
                    Problem::at(
                        &path("languages"),
                        Code::Invalid,
                        Message::new(
                            "통역은 서로 다른 두 언어 이상을 적습니다. 통역이 아니면 비워 두십시오.",
                            "An interpreter goes between two different languages or more; leave it empty for anything else.",
                        ),
                    )
                },
            );
            let number = plan.number.unwrap_or(next);
            match plan.number {
                None => next += 1,
                Some(number) => {
                    check.require(self.resource(number).is_some(), || {
                        Problem::not_found(&path("number"))
                    });
                    check.require(resources.iter().all(|r| r.number != number), || {
                        twice(&path("number"))
                    });
                }
            }
            resources.push(EventResource {
                number,
                name: plan.name,
                units,
                languages: plan.languages,
            });
        }
        for gone in &self.rules.resources {
            let stays = resources.iter().any(|stays| stays.number == gone.number);
            check.require(stays || !needed.contains(&gone.number), || {
                let name = |language| gone.name.get(language).unwrap_or_default();
                Problem::at(
                    "resources",
                    Code::WrongState,
                    Message::new(
                        format!(
                            "‘{}’을(를) 필요로 하는 상담 신청이 있어 없앨 수 없습니다.",
                            name(Language::Ko)
                        ),
                        format!(
                            "“{}” cannot go: there are requests that need it.",
                            name(Language::En)
                        ),
                    ),
                )
            });
        }
        resources
    }
}

pub(super) fn check_reason(check: &mut Check, reason: &str) {
    let reason = reason.trim();
    check.require(!reason.is_empty(), || Problem::required("reason"));
    check.prose("reason", reason, MAX_REASON);
}

fn check_groups(check: &mut Check, groups: &[GroupRule], consortia: &[ConsortiumId]) {
    check.at_most("groups", groups.len(), MAX_GROUPS);
    let mut seen = BTreeSet::new();
    for (i, group) in groups.iter().enumerate().take(MAX_GROUPS) {
        let path = |field: &str| format!("groups.{i}.{field}");
        if let Grouping::Consortium(id) = group.of {
            check.require(consortia.contains(&id), || {
                Problem::not_found(&path("consortiumId"))
            });
        }
        check.require(seen.insert(group.of), || twice(&format!("groups.{i}")));
        let (cap, floor) = (group.cap.map(i64::from), i64::from(group.floor));
        check.range(&path("cap"), cap, 0, MAX_SHARE);
        check.range(&path("floor"), Some(floor), 0, MAX_SHARE);
        check.require(cap.is_none_or(|cap| floor <= cap), || {
            Problem::at(
                &path("floor"),
                Code::NotOrdered,
                Message::new(
                    "하한이 상한보다 클 수 없습니다.",
                    "The floor may not lie above the cap.",
                ),
            )
        });
    }
}

fn twice(path: &str) -> Problem {
    Problem::at(
        path,
        Code::Duplicate,
        Message::new("같은 항목이 두 번 있습니다.", "It is given twice."),
    )
}

impl Grouping {
    /// Whether an organisation is one of the group. `parts` are the consortia it is in on the day.
    pub fn includes(self, organisation: &Organisation, parts: &[ConsortiumId]) -> bool {
        let profile = &organisation.profile;
        match self {
            Self::Consortium(id) => parts.contains(&id),
            Self::Region(region) => profile.region == Some(region),
            Self::OutsideCapital => outside_capital(organisation),
            Self::FirmSize(size) => profile.firm_size == Some(size),
            Self::LegalForm(form) => profile.legal_form == Some(form),
        }
    }

    /// Its name.
    pub fn name(self, consortia: &BTreeMap<ConsortiumId, Text>) -> Text {
        let both = |label: Message| Text::new(Some(&label.ko), Some(&label.en));
        match self {
            Self::Consortium(id) => consortia.get(&id).cloned().unwrap_or_default(),
            Self::Region(region) => both(region.label()),
            Self::OutsideCapital => both(Message::new("비수도권", "outside the capital area")),
            Self::FirmSize(size) => {
                let size = size.label();
                both(Message::new(
                    format!("기업 규모: {}", size.ko),
                    format!("firm size: {}", size.en),
                ))
            }
            Self::LegalForm(form) => both(form.label()),
        }
    }
}

fn outside_capital(organisation: &Organisation) -> bool {
    let region = organisation.profile.region;
    region.is_some_and(|region| !region.is_capital_area() && region != Region::Abroad)
}

impl Equity {
    /// The percent by which the requests of an organisation weigh more.
    pub fn percent_of(&self, organisation: &Organisation) -> i32 {
        let size = organisation.profile.firm_size;
        let small = matches!(size, Some(FirmSize::Micro | FirmSize::Small));
        let part = |applies: bool, percent: i32| if applies { percent } else { 0 };
        part(outside_capital(organisation), self.outside_capital_percent)
            + part(small, self.small_firm_percent)
    }
}

impl EventResource {
    /// Whether two sides that speak these languages need it to understand each other.
    pub fn interprets(&self, one: &BTreeSet<Language>, other: &BTreeSet<Language>) -> bool {
        let speaks = |side: &BTreeSet<Language>| self.languages.iter().any(|l| side.contains(l));
        one.is_disjoint(other) && speaks(one) && speaks(other)
    }
}

/// The consortia of each organisation on the day of a matching day, by its first slot in its own zone.
pub fn consortia_on(
    day: &MatchingDay,
    parts: &[ConsortiumMember],
) -> BTreeMap<OrganisationId, Vec<ConsortiumId>> {
    let Some(first) = day.slots.first() else {
        return BTreeMap::new();
    };
    let date = first.starts_at.with_timezone(&day.zone).date_naive();
    let mut of: BTreeMap<OrganisationId, Vec<ConsortiumId>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.holds_on(date)) {
        of.entry(part.organisation)
            .or_default()
            .push(part.consortium);
    }
    of
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;
