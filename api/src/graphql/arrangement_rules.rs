//! What the organiser rules about the timetable of a matching day.

use super::event_weights::{bounded, runs};
use super::loader::{AllConsortia, RulesOf};
use super::matching_day::MatchingDay;
use super::organisation::{Consortium, Person};
use super::payload::{key, payload};
use super::registration::{Registration, own_registration};
use super::text::{Language, Text, TextInput};
use super::vocabulary::{ArrangementAim, FirmSize, LegalForm, Region};
use super::{Result, app, caller, id, loaders};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::id::RegistrationId;
use matchday_domain::matching_day as domain;
use matchday_domain::matching_day::rules::{ResourcePlan, RulesPlan};
use matchday_domain::problem::{Code, Problem, Problems};
use matchday_domain::text::Message;

/// What the organiser says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::matching_day::PairRule")]
pub enum PairRule {
    /// Free (제한 없음): whatever is best.
    Free,
    /// Required (반드시 상담): they meet, or there is no timetable.
    Required,
    /// Forbidden (상담 금지): they do not meet.
    Forbidden,
}

/// What some meetings need beside a table, and of which there is only so much: interpreters, screens.
#[derive(SimpleObject)]
pub struct EventResource {
    /// From 1, within the matching day; it stays the same when the rules change.
    number: i32,
    /// What it is.
    name: Text,
    /// How many meetings can have it, slot by slot.
    units: Vec<i32>,
    /// Languages between which it interprets: organisations without a language in common need it without asking. Empty
    /// for anything else.
    languages: Vec<Language>,
}

impl From<domain::EventResource> for EventResource {
    fn from(resource: domain::EventResource) -> Self {
        Self {
            number: resource.number,
            name: Text(resource.name),
            units: resource.units,
            languages: super::catalogue::convert(&resource.languages),
        }
    }
}

/// The share of a group in the timetable. A meeting of two members counts once. The group is one of `consortium`,
/// `region`, `outsideCapital`, `firmSize` and `legalForm`; the others are null or false.
pub struct GroupRule(domain::GroupRule);

/// The share of a group in the timetable.
#[Object]
impl GroupRule {
    /// The hospitals of this consortium, as it stands on the day; null if it is another group.
    async fn consortium(&self, ctx: &Context<'_>) -> Result<Option<Consortium>> {
        let domain::Grouping::Consortium(id) = self.0.of else {
            return Ok(None);
        };
        let all = loaders(ctx).consortia(AllConsortia).await?;
        let found = all.and_then(|all| all.0.iter().find(|c| c.id == id).cloned());
        Ok(found.map(Consortium))
    }

    /// All that sit in this region; null if it is another group.
    async fn region(&self) -> Option<Region> {
        match self.0.of {
            domain::Grouping::Region(region) => Some(region.into()),
            _ => None,
        }
    }

    /// Whether it is all that sit in Korea outside Seoul, Incheon and Gyeonggi.
    async fn outside_capital(&self) -> bool {
        self.0.of == domain::Grouping::OutsideCapital
    }

    /// Firms of this size; null if it is another group.
    async fn firm_size(&self) -> Option<FirmSize> {
        match self.0.of {
            domain::Grouping::FirmSize(size) => Some(size.into()),
            _ => None,
        }
    }

    /// Organisations of this legal form; null if it is another group.
    async fn legal_form(&self) -> Option<LegalForm> {
        match self.0.of {
            domain::Grouping::LegalForm(form) => Some(form.into()),
            _ => None,
        }
    }

    /// Most meetings in which a member takes part; null: no limit.
    async fn cap(&self) -> Option<i32> {
        self.0.cap
    }

    /// Meetings they should have at least, before anything else is weighed.
    async fn floor(&self) -> i32 {
        self.0.floor
    }
}

/// A version of what the organiser rules about the timetable of a matching day.
pub struct ArrangementRules(domain::ArrangementRules);

/// A version of what the organiser rules about the timetable of a matching day. Runs keep the rules they began with.
#[Object]
impl ArrangementRules {
    /// From 1, when there are none; what a change must name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Shares of groups.
    async fn groups(&self) -> Vec<GroupRule> {
        let groups = self.0.rules.groups.iter();
        groups.copied().map(GroupRule).collect()
    }

    /// What is scarce.
    async fn resources(&self) -> Vec<EventResource> {
        let resources = self.0.rules.resources.iter();
        resources.cloned().map(Into::into).collect()
    }

    /// Slots that stay free between two meetings of an organisation, 0 to 10; its own wish may be higher.
    async fn rest_slots(&self) -> i32 {
        self.0.rules.rest_slots
    }

    /// Percent by which requests of organisations in Korea outside the capital area weigh more, 0 to 100.
    async fn outside_capital_percent(&self) -> i32 {
        self.0.rules.equity.outside_capital_percent
    }

    /// Percent by which requests of micro and small firms weigh more, 0 to 100.
    async fn small_firm_percent(&self) -> i32 {
        self.0.rules.equity.small_firm_percent
    }

    /// What is sought behind coverage and weight, the most important first; what is not named follows in the order of the
    /// values of `ArrangementAim`.
    async fn aims(&self) -> Vec<ArrangementAim> {
        super::catalogue::convert(&self.0.rules.aims)
    }

    /// Why they were set; empty for the first.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who set them; null for the first, which nobody set.
    async fn set_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(person) = self.0.set_by else {
            return Ok(None);
        };
        Ok(loaders(ctx).person(person).await?.map(Person))
    }

    /// When they were set; null for the first.
    async fn set_at(&self) -> Option<DateTime<Utc>> {
        self.0.set_at
    }
}

/// What the organiser says of two who take part.
pub struct RuledPair(domain::RuledPair);

async fn side(ctx: &Context<'_>, id: RegistrationId) -> Result<Registration> {
    let found = loaders(ctx).registration(id).await?;
    Ok(Registration(
        found.ok_or_else(|| Problem::not_found("registration"))?,
    ))
}

/// What the organiser says of two who take part. They are not told.
#[Object]
impl RuledPair {
    /// The demand side.
    async fn demander(&self, ctx: &Context<'_>) -> Result<Registration> {
        side(ctx, self.0.demander).await
    }

    /// The supply side.
    async fn provider(&self, ctx: &Context<'_>) -> Result<Registration> {
        side(ctx, self.0.provider).await
    }

    /// Whether they must or must not meet.
    async fn rule(&self) -> PairRule {
        self.0.rule.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who said so; null once that person is gone.
    async fn set_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(loaders(ctx).person(self.0.set_by).await?.map(Person))
    }

    /// When.
    async fn set_at(&self) -> DateTime<Utc> {
        self.0.set_at
    }
}

impl MatchingDay {
    pub(super) async fn rules(&self, ctx: &Context<'_>) -> Result<Option<ArrangementRules>> {
        if !runs(ctx, &self.0) {
            return Ok(None);
        }
        let found = loaders(ctx).rules(RulesOf(self.0.id)).await?;
        let rules = found.map(|rules| (*rules).clone());
        Ok(Some(ArrangementRules(rules.unwrap_or_else(|| {
            domain::ArrangementRules::initial(self.0.id)
        }))))
    }

    pub(super) async fn rules_versions(
        &self,
        ctx: &Context<'_>,
        first: i32,
    ) -> Result<Vec<ArrangementRules>> {
        if !runs(ctx, &self.0) {
            return Ok(Vec::new());
        }
        let history = app(ctx)
            .rules_history(caller(ctx), &self.0, bounded(first))
            .await?;
        Ok(history.into_iter().map(ArrangementRules).collect())
    }

    pub(super) async fn pairs(&self, ctx: &Context<'_>) -> Result<Vec<RuledPair>> {
        if !runs(ctx, &self.0) {
            return Ok(Vec::new());
        }
        let pairs = app(ctx).ruled_pairs(caller(ctx), &self.0).await?;
        Ok(pairs.into_iter().map(RuledPair).collect())
    }

    pub(super) async fn event_resources(&self, ctx: &Context<'_>) -> Result<Vec<EventResource>> {
        if !runs(ctx, &self.0) && own_registration(ctx, &self.0).await?.is_none() {
            return Ok(Vec::new());
        }
        let rules = loaders(ctx).rules(RulesOf(self.0.id)).await?;
        let resources = rules.iter().flat_map(|rules| &rules.rules.resources);
        Ok(resources.cloned().map(Into::into).collect())
    }
}

/// The share of a group. Exactly one of `consortiumId`, `region`, `outsideCapital`, `firmSize` and `legalForm` says which.
#[derive(Debug, Clone, InputObject)]
pub struct GroupRuleInput {
    /// The hospitals of this consortium, as it stands on the day.
    consortium_id: Option<ID>,
    /// All that sit in this region.
    region: Option<Region>,
    /// All that sit in Korea outside Seoul, Incheon and Gyeonggi.
    #[graphql(default)]
    outside_capital: bool,
    /// Firms of this size.
    firm_size: Option<FirmSize>,
    /// Organisations of this legal form.
    legal_form: Option<LegalForm>,
    /// Most meetings in which a member takes part, 0 to 100,000; no limit if left out.
    cap: Option<i32>,
    /// Meetings they should have at least, 0 to 100,000, not above `cap`.
    #[graphql(default)]
    floor: i32,
}

impl GroupRuleInput {
    fn read(&self, index: usize) -> std::result::Result<domain::GroupRule, Problem> {
        use domain::Grouping;
        let consortium = id::read_optional(
            &format!("groups.{index}.consortiumId"),
            self.consortium_id.as_ref(),
        )?;
        let named = [
            consortium.map(Grouping::Consortium),
            self.region.map(|region| Grouping::Region(region.into())),
            self.outside_capital.then_some(Grouping::OutsideCapital),
            self.firm_size.map(|size| Grouping::FirmSize(size.into())),
            self.legal_form.map(|form| Grouping::LegalForm(form.into())),
        ];
        let mut named = named.into_iter().flatten();
        match (named.next(), named.next()) {
            (Some(of), None) => Ok(domain::GroupRule {
                of,
                cap: self.cap,
                floor: self.floor,
            }),
            _ => Err(Problem::at(
                &format!("groups.{index}"),
                Code::Invalid,
                Message::new(
                    "consortiumId, region, outsideCapital, firmSize, legalForm 가운데 정확히 하나로 그룹을 정하십시오.",
                    "Say which group by exactly one of consortiumId, region, outsideCapital, firmSize and legalForm.",
                ),
            )),
        }
    }
}

/// How many of a resource there are in a slot.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct SlotUnitsInput {
    /// The slot's index.
    slot: i32,
    /// How many meetings can have it then, 0 to 500.
    units: i32,
}

/// What some meetings need beside a table.
#[derive(Debug, Clone, InputObject)]
pub struct EventResourceInput {
    /// The number of one that is known; left out for a new one.
    number: Option<i32>,
    /// What it is, in one language at least; up to 100 characters.
    name: TextInput,
    /// How many meetings can have it in a slot, 0 to 500.
    units: i32,
    /// Slots in which that differs.
    #[graphql(default)]
    other_units: Vec<SlotUnitsInput>,
    /// Languages between which it interprets, two or more; empty for anything else.
    #[graphql(default)]
    languages: Vec<Language>,
}

impl From<EventResourceInput> for ResourcePlan {
    fn from(input: EventResourceInput) -> Self {
        let other = input.other_units.iter();
        Self {
            number: input.number,
            name: input.name.into(),
            units: input.units,
            other_units: other.map(|other| (other.slot, other.units)).collect(),
            languages: super::catalogue::convert(&input.languages),
        }
    }
}

/// Rules for the timetable of a matching day; what is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub struct SetArrangementRulesInput {
    /// The matching day; not closed or cancelled.
    matching_day_id: ID,
    /// The version of the rules as it was read.
    version: i32,
    /// All the groups with a share, at most 100.
    groups: Option<Vec<GroupRuleInput>>,
    /// All that is scarce, at most 50; one that requests need cannot be left out of them.
    resources: Option<Vec<EventResourceInput>>,
    /// Slots that stay free between two meetings of an organisation, 0 to 10.
    rest_slots: Option<i32>,
    /// Percent by which requests of organisations in Korea outside the capital area weigh more, 0 to 100.
    outside_capital_percent: Option<i32>,
    /// Percent by which requests of micro and small firms weigh more, 0 to 100.
    small_firm_percent: Option<i32>,
    /// What is sought behind coverage and weight, the most important first, each at most once; what is not named follows
    /// in the order of the values of `ArrangementAim`.
    aims: Option<Vec<ArrangementAim>>,
    /// Why, for the history; 1 to 500 characters.
    reason: String,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

impl SetArrangementRulesInput {
    fn plan(&self) -> std::result::Result<RulesPlan, Problems> {
        let (mut groups, mut problems) = (Vec::new(), Problems::new());
        for (i, group) in self.groups.iter().flatten().enumerate() {
            match group.read(i) {
                Ok(group) => groups.push(group),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let resources = self.resources.clone();
        Ok(RulesPlan {
            groups: self.groups.is_some().then_some(groups),
            resources: resources.map(|all| all.into_iter().map(Into::into).collect()),
            rest_slots: self.rest_slots,
            outside_capital_percent: self.outside_capital_percent,
            small_firm_percent: self.small_firm_percent,
            aims: self.aims.as_deref().map(super::catalogue::convert),
        })
    }
}

/// A rule for two who take part.
#[derive(Debug, Clone, InputObject)]
pub struct SetPairRuleInput {
    /// The matching day; not closed or cancelled.
    matching_day_id: ID,
    /// The registration of one of the two.
    registration_id: ID,
    /// The registration of the other, on the other side of the market.
    other_id: ID,
    /// Whether they must or must not meet; FREE lifts what was ruled.
    rule: PairRule,
    /// Why, 1 to 500 characters; the two do not see it.
    reason: String,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `setArrangementRules`.
    SetArrangementRulesPayload {
        /// The rules now in force.
        arrangement_rules: ArrangementRules
    }
}

payload! {
    /// The answer to `setPairRule`.
    SetPairRulePayload {
        /// The pair with what is now ruled.
        ruled_pair: RuledPair
    }
}

#[derive(Default)]
pub struct ArrangementRulesMutation;

#[Object]
impl ArrangementRulesMutation {
    /// Sets shares of groups, what is scarce, rests and equity: a new version, in force for runs of the arrangement that
    /// start later. For the organiser of the matching day.
    async fn set_arrangement_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rules")] input: SetArrangementRulesInput,
    ) -> Result<Option<SetArrangementRulesPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let plan = input.plan()?;
            app(ctx)
                .set_rules(caller(ctx), &key, event, input.version, plan, &input.reason)
                .await
        };
        SetArrangementRulesPayload::settle(
            ctx,
            input.client_mutation_id.clone(),
            outcome.await,
            ArrangementRules,
        )
    }

    /// Says that two who take part must meet, must not meet, or may, in runs of the arrangement that start later. For the
    /// organiser of the matching day.
    async fn set_pair_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule")] input: SetPairRuleInput,
    ) -> Result<Option<SetPairRulePayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let one = id::read("registrationId", &input.registration_id)?;
            let other = id::read("otherId", &input.other_id)?;
            let rule = (input.rule.into(), &*input.reason);
            app(ctx)
                .set_pair_rule(caller(ctx), &key, event, (one, other), rule)
                .await
        };
        SetPairRulePayload::settle(ctx, input.client_mutation_id, outcome.await, RuledPair)
    }
}
