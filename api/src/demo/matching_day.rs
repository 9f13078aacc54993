//! The demonstration's matching day: 12 slots, 20 tables, everybody takes part.

use super::national_set::{NationalSet, ORGANISER_EMAIL, Org};
use super::work;
use crate::app::arrangement::RunWish;
use crate::app::suggestion::sides;
use crate::app::{AppError, Caller, Key, Outcome};
use crate::output::{Output, padded, right};
use crate::server::Service;
use chrono::{Days, NaiveTime, SubsecRound, TimeDelta};
use matchday_domain::id::MatchingDayId;
use matchday_domain::matching::suggestion::{Candidate, best_pairs};
use matchday_domain::matching_day::request::RequestPlan;
use matchday_domain::matching_day::{
    DelegatePlan, EventPlan, EventState, Priority, RegistrationPlan, SessionPlan,
};
use matchday_domain::message;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::scheduling::{Level, LevelName};
use matchday_domain::text::{Language, Text};
use matchday_domain::time::Window;

/// Requests that a company sends at most.
const REQUESTS: usize = 6;

/// What the matching day came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFigures {
    /// The day.
    pub id: MatchingDayId,
    /// Organisations registered.
    pub registrations: usize,
    /// Requests sent.
    pub requests: usize,
    /// Meetings placed.
    pub meetings: usize,
    /// Pairs left out.
    pub left_out: usize,
    /// The figures of the timetable.
    pub levels: Vec<Level>,
}

/// A choice that depends on the seed and two numbers only.
fn lot(seed: u64, a: usize, b: usize) -> u64 {
    let mut z =
        seed ^ (u64::try_from(a * 1_009 + b).unwrap_or(0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z ^ (z >> 31)) % 100
}

async fn caller(service: &Service, org: &Org) -> Outcome<Caller> {
    let first = org
        .people
        .first()
        .map(|person| person.email.as_str())
        .unwrap_or_default();
    caller_at(service, first).await
}

async fn caller_at(service: &Service, email: &str) -> Outcome<Caller> {
    let email: EmailAddress = email
        .parse()
        .map_err(|_| AppError::Internal("an address of the set".to_owned()))?;
    service.app.caller_by_email(&email).await
}

/// Holds the day up to the mails.
pub(super) async fn hold(
    service: &Service,
    set: &NationalSet,
    seed: u64,
    out: Output,
) -> Outcome<DayFigures> {
    let organiser = caller_at(service, ORGANISER_EMAIL).await?;
    let id = announce(service, &organiser, out).await?;
    let orgs: Vec<&Org> = set
        .hospitals
        .iter()
        .map(|(org, _)| org)
        .chain(set.companies.iter().map(|(org, _)| org))
        .collect();
    for (i, org) in orgs.iter().enumerate() {
        register(service, id, org, i, seed).await?;
    }
    out.say(&message!(
        "  기관 {0}곳 등록",
        "  {0} organisations registered",
        orgs.len()
    ));
    advance(service, &organiser, id, EventState::Requests).await?;
    let requests = request_and_answer(service, set, id, seed, out).await?;
    out.say(&message!(
        "  상담 신청 {requests}건 발송",
        "  {requests} meeting requests sent"
    ));
    advance(service, &organiser, id, EventState::Arranging).await?;
    let wish = RunWish {
        seed,
        iterations: None,
        keep_locks: true,
        changes: None,
    };
    let run = service
        .app
        .start_arrangement(&organiser, &Key::default(), id, wish)
        .await?;
    work(service, out.pick("편성과 메일", "arrangement and mails")).await?;
    let run = service.app.store().runs(&[run.id]).await?.pop();
    let run = run.ok_or_else(|| AppError::Internal("the run is gone".to_owned()))?;
    let result = run.result.ok_or_else(|| {
        AppError::Internal(
            run.failure
                .unwrap_or_else(|| "the arrangement did not end".to_owned()),
        )
    })?;
    out.say(&message!(
        "  상담 {0}건 배정, {1}쌍 제외, 이유가 저마다 있음",
        "  {0} meetings placed, {1} pairs left out, each with its reason",
        result.meetings.len(),
        result.left_out.len()
    ));
    for level in &result.levels {
        let bound = match level.bound {
            Some(bound) => bound.to_string(),
            None => out.pick("증명 없음", "no proof").to_owned(),
        };
        let name = padded(out.pick(&level.name.label().ko, level.name.code()), 12);
        let value = right(&level.value.to_string(), 12);
        out.say(&message!(
            "    {name} {value}   한계 {bound}",
            "    {name} {value}   bound {bound}"
        ));
    }
    service
        .app
        .publish_arrangement(&organiser, &Key::default(), run.id)
        .await?;
    work(service, out.pick("초대장", "invitations")).await?;
    Ok(DayFigures {
        id,
        registrations: orgs.len(),
        requests,
        meetings: result.meetings.len(),
        left_out: result.left_out.len(),
        levels: result.levels,
    })
}

async fn announce(service: &Service, organiser: &Caller, out: Output) -> Outcome<MatchingDayId> {
    let now = service.app.now().trunc_subsecs(0);
    let minute = now - TimeDelta::seconds(now.timestamp() % 60);
    let date = now.date_naive() + Days::new(21);
    let session = |hour| SessionPlan {
        date,
        starts: NaiveTime::from_hms_opt(hour, 30, 0).unwrap_or_default(),
        ends: NaiveTime::from_hms_opt(hour + 3, 30, 0).unwrap_or_default(),
        slot_minutes: 25,
        gap_minutes: 5,
    };
    let window = |days| Window {
        opens_at: minute,
        closes_at: minute + TimeDelta::days(days),
    };
    let plan = EventPlan {
        title: Text::new(
            Some("의료데이터 활용 매칭데이"),
            Some("Medical data matching day"),
        ),
        venue: Text::new(Some("서울 컨벤션홀"), Some("Convention Hall, Seoul")),
        zone: chrono_tz::Asia::Seoul,
        sessions: vec![session(9), session(13)],
        tables: (1..=20).map(|n| format!("T{n:02}")).collect(),
        registration: window(10),
        requests: window(14),
    };
    let day = service
        .app
        .create_matching_day(organiser, &Key::default(), plan)
        .await?;
    out.say(&message!(
        "  매칭데이: 슬롯 {0}개, 테이블 {1}개, {date}",
        "  a matching day of {0} slots and {1} tables, {date}",
        day.slots.len(),
        day.tables.len()
    ));
    advance(service, organiser, day.id, EventState::Registration).await?;
    Ok(day.id)
}

async fn advance(
    service: &Service,
    organiser: &Caller,
    id: MatchingDayId,
    to: EventState,
) -> Outcome<()> {
    let day = service
        .app
        .store()
        .matching_day(organiser.viewer()?, id)
        .await?;
    let version = day.map_or(0, |day| day.version);
    service
        .app
        .advance_matching_day(organiser, &Key::default(), id, version, to)
        .await?;
    Ok(())
}

async fn register(
    service: &Service,
    day: MatchingDayId,
    org: &Org,
    i: usize,
    seed: u64,
) -> Outcome<()> {
    let caller = caller(service, org).await?;
    let own = caller
        .viewer()?
        .organisation()
        .unwrap_or_else(|| matchday_domain::id::OrganisationId(uuid::Uuid::nil()));
    let members = service.app.store().members_of(&[own]).await?;
    let delegates = members.iter().enumerate().map(|(n, member)| DelegatePlan {
        person: member.person.id,
        fields: String::new(),
        languages: vec![Language::Ko, member.person.language],
        remote: false,
        // One in five comes late or leaves early.
        unavailable_slots: match lot(seed, i, n) {
            0..=9 => vec![0, 1],
            10..=19 => vec![10, 11],
            _ => Vec::new(),
        },
    });
    let plan = RegistrationPlan {
        delegates: delegates.collect(),
        meetings_min: 0,
        meetings_max: Some(8),
        rest_slots: 0,
        preferred_half: None,
        finishes_early: false,
    };
    service
        .app
        .register(&caller, &Key::default(), day, None, plan)
        .await?;
    Ok(())
}

/// Companies ask the hospitals of their best matches; hospitals accept, decline, or leave it open.
async fn request_and_answer(
    service: &Service,
    set: &NationalSet,
    event: MatchingDayId,
    seed: u64,
    out: Output,
) -> Outcome<usize> {
    let store = service.app.store();
    let registrations = store.registrations_for(event).await?;
    let (demanders, providers) = sides(&registrations);
    let candidates = store.candidates(&demanders, &providers).await?;
    let best = best_pairs(&candidates, &store.event_weights(event).await?.weights);
    let bar = crate::progress::progress(
        out.pick("신청과 응답", "requests and answers").to_owned(),
        set.companies.len(),
    );
    let mut sent = 0;
    for (c, (org, _)) in set.companies.iter().enumerate() {
        let asker = caller(service, org).await?;
        let own = asker.viewer()?.organisation();
        let matches: Vec<&Candidate> = best
            .iter()
            .map(|(candidate, _)| *candidate)
            .filter(|candidate| Some(candidate.demander) == own)
            .take(REQUESTS)
            .collect();
        for (n, found) in matches.into_iter().enumerate() {
            let Some(to) = registrations
                .iter()
                .find(|r| r.organisation == found.provider)
            else {
                continue;
            };
            let plan = RequestPlan {
                priority: if n == 0 {
                    Priority::Must
                } else {
                    Priority::Like
                },
                demand: Some(found.demand),
                offer: Some(found.offer),
                message: None,
                resources: Vec::new(),
            };
            let request = service
                .app
                .send_request(&asker, &Key::default(), event, to.id, plan)
                .await?;
            sent += 1;
            let choice = lot(seed, c, 100 + n);
            if choice < 75 {
                let people = store.members_of(&[to.organisation]).await?;
                let Some(member) = people.first() else {
                    continue;
                };
                let hospital = service.app.caller_by_email(&member.person.email).await?;
                let accept = choice < 62;
                service
                    .app
                    .answer_request(
                        &hospital,
                        &Key::default(),
                        request.id,
                        request.version,
                        (accept, None),
                    )
                    .await?;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(sent)
}

impl DayFigures {
    /// The figure of a level.
    pub fn level(&self, name: LevelName) -> Option<&Level> {
        self.levels.iter().find(|level| level.name == name)
    }
}
