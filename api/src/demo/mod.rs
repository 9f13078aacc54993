//! The demonstration: a national set, a matching day from its announcement to the mails, all through the use cases.

mod matching_day;
pub mod national_set;
mod verify;

pub use matching_day::DayFigures;
pub(crate) use verify::verify;

use crate::app::listing::Listing;
use crate::app::organisation::ColleaguePlan;
use crate::app::{App, AppError, Outcome};
use crate::output::Output;
use crate::progress::progress;
use crate::server::Service;
use matchday_domain::catalogue::Offer;
use matchday_domain::demand::Demand;
use matchday_domain::id::{ConsortiumId, OrganisationId};
use matchday_domain::message;
use matchday_domain::organisation::{Consortium, ConsortiumMember, Role};
use national_set::{NationalSet, Org, national_set};
use uuid::Uuid;

/// What the demonstration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Organisations founded.
    pub organisations: usize,
    /// Offers listed.
    pub offers: usize,
    /// Demands opened.
    pub demands: usize,
    /// Matches stored: pass, ask, deny.
    pub matches: [u64; 3],
    /// The matching day.
    pub day: DayFigures,
    /// Mails written.
    pub mails: u64,
}

/// Loads the set and holds the matching day; tells each step on standard output.
///
/// # Errors
/// A use case fails.
pub(crate) async fn perform(service: &Service, seed: u64, out: Output) -> Outcome<Figures> {
    let app = &service.app;
    let set = national_set(seed, app.now().date_naive());
    let organisations = found(service, &set, out).await?;
    let (mut offers, mut demands) = (0, 0);
    let bar = progress(
        out.pick("제공과 수요", "offers and demands").to_owned(),
        set.hospitals.len() + set.companies.len(),
    );
    for ((_, contents), owner) in set.hospitals.iter().zip(&organisations.hospitals) {
        let records = named("offer", contents);
        offers += records.len();
        keep::<Offer>(app, *owner, records).await?;
        bar.inc(1);
    }
    for ((_, contents), owner) in set.companies.iter().zip(&organisations.companies) {
        let records = named("demand", contents);
        demands += records.len();
        keep::<Demand>(app, *owner, records).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    out.say(&message!(
        "  제공 {offers}건 등록, 수요 {demands}건 공개",
        "  {offers} offers listed, {demands} demands opened"
    ));
    work(service, out.pick("매칭", "matches")).await?;
    let mut matches = [0; 3];
    for (place, (_, count)) in matches.iter_mut().zip(app.store().match_counts().await?) {
        *place = count;
    }
    let [pass, ask, deny] = matches;
    out.say(&message!(
        "  매칭 {0}건 저장: 통과 {pass}, 문의 {ask}, 아깝게 빗나감 {deny}",
        "  {0} matches stored: {pass} pass, {ask} ask, {deny} near-misses",
        pass + ask + deny
    ));
    let day = matching_day::hold(service, &set, seed, out).await?;
    let mails = app.store().sent_mails().await?;
    out.say(&message!(
        "  메일 {mails}통 작성",
        "  {mails} mails written"
    ));
    Ok(Figures {
        organisations: organisations.count(),
        offers,
        demands,
        matches,
        day,
        mails,
    })
}

/// The organisations of the set, in its order.
struct Founded {
    hospitals: Vec<OrganisationId>,
    companies: Vec<OrganisationId>,
}

impl Founded {
    fn count(&self) -> usize {
        // With the organiser and the observer.
        self.hospitals.len() + self.companies.len() + 2
    }
}

async fn found(service: &Service, set: &NationalSet, out: Output) -> Outcome<Founded> {
    let bar = progress(
        out.pick("기관", "organisations").to_owned(),
        set.hospitals.len() + set.companies.len() + 2,
    );
    let one = async |org: &Org| -> Outcome<OrganisationId> {
        let people = org.people.iter().enumerate().map(|(i, person)| {
            let role = if i == 0 {
                Role::Administrator
            } else {
                Role::Member
            };
            let email = person
                .email
                .parse()
                .map_err(|_| AppError::Internal("an address of the set".to_owned()))?;
            Ok(ColleaguePlan {
                email,
                name: person.name.clone(),
                role,
                language: person.language,
            })
        });
        let people = people.collect::<Outcome<Vec<_>>>()?;
        let organisation = service
            .app
            .found_organisation(org.profile.clone(), None, people)
            .await?;
        bar.inc(1);
        Ok(organisation.id)
    };
    one(&set.organiser).await?;
    one(&set.observer).await?;
    let mut founded = Founded {
        hospitals: Vec::new(),
        companies: Vec::new(),
    };
    for (org, _) in &set.hospitals {
        founded.hospitals.push(one(org).await?);
    }
    for (org, _) in &set.companies {
        founded.companies.push(one(org).await?);
    }
    bar.finish_and_clear();
    for plan in &set.consortia {
        let consortium = Consortium {
            id: service.app.new_id::<ConsortiumId>(),
            name: plan.name.clone(),
        };
        let parts = plan.parts.iter().map(|part| ConsortiumMember {
            consortium: consortium.id,
            organisation: founded.hospitals[part.hospital],
            role: part.role,
            from: part.from,
            until: part.until,
        });
        let parts: Vec<_> = parts
            .map(|part| (service.app.new_id::<Uuid>(), part))
            .collect();
        let tx = service.app.store().begin().await?;
        tx.insert_consortium(&consortium).await?;
        for (id, part) in &parts {
            tx.insert_consortium_member(*id, part).await?;
        }
        tx.commit().await?;
    }
    out.say(&message!(
        "  컨소시엄 {1}개의 병원 {0}곳, 기업과 연구소 {2}곳",
        "  {0} hospitals in {1} consortia, {2} companies and institutes",
        founded.hospitals.len(),
        set.consortia.len(),
        founded.companies.len()
    ));
    Ok(founded)
}

async fn keep<L: Listing>(
    app: &App,
    owner: OrganisationId,
    records: Vec<(String, L::Content)>,
) -> Outcome<()> {
    let tx = app.store().begin().await?;
    for (source, content) in records {
        app.keep::<L>(&tx, owner, source, content, true).await?;
    }
    app.commit(tx).await
}

fn named<T: Clone>(kind: &str, contents: &[T]) -> Vec<(String, T)> {
    contents
        .iter()
        .enumerate()
        .map(|(i, content)| (format!("demo-{kind}-{i}"), content.clone()))
        .collect()
}

/// Does what is in the outbox, with a bar.
async fn work(service: &Service, what: &str) -> Outcome<()> {
    let waiting = service.app.store().job_counts().await?.pending;
    let bar = progress(what.to_owned(), usize::try_from(waiting).unwrap_or(0));
    loop {
        match service.worker.work().await? {
            0 => break,
            done => bar.inc(u64::try_from(done).unwrap_or(0)),
        }
    }
    bar.finish_and_clear();
    Ok(())
}
