//! Records of other catalogues become organisations, offers and demands; a second run changes nothing.

use super::listing::Listing;
use super::once::Once;
use super::{App, AppError, Caller, Key, Outcome, taken};
use matchday_domain::catalogue::Offer;
use matchday_domain::demand::Demand;
use matchday_domain::id::OrganisationId;
use matchday_domain::organisation::{Organisation, OrganisationKind, Profile};
use matchday_domain::policy::Action;
use matchday_domain::privacy::{AccessDeed, AccessLine, AccessResource};
use matchday_domain::problem::{Code, Problem, Problems};
use matchday_domain::suggested_code::keep_answers;
use matchday_domain::text::Message;
use matchday_infra::import::{Format, Item, Reading, Record, RowError, unknown_fields};
use matchday_infra::store::Tx;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Records kept in one transaction, so that a long file neither blocks others nor is lost when it is stopped.
const CHUNK: usize = 100;

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It was new.
    New,
    /// It says something else than before.
    Changed,
    /// It says what it said before.
    Same,
    /// It cannot be kept.
    Refused(Problems),
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// Records that were new.
    pub new: usize,
    /// Records that say something else than before.
    pub changed: usize,
    /// Records that say what they said before.
    pub unchanged: usize,
    /// Records that could not be read or kept.
    pub refused: usize,
    /// Why, in the order of the file; a record may have several reasons.
    pub errors: Vec<RowError>,
    /// Fields of offers that the source does not state, with the number of offers.
    pub unknown: BTreeMap<String, usize>,
}

impl ImportReport {
    /// The beginning of a report: what could not be read.
    pub fn of_errors(errors: Vec<RowError>) -> Self {
        Self {
            refused: errors.len(),
            errors,
            ..Self::default()
        }
    }

    /// Records of the file.
    pub fn read(&self) -> usize {
        self.new + self.changed + self.unchanged + self.refused
    }

    fn add(&mut self, line: u64, kept: Kept) {
        match kept {
            Kept::New => self.new += 1,
            Kept::Changed => self.changed += 1,
            Kept::Same => self.unchanged += 1,
            Kept::Refused(problems) => {
                self.refused += 1;
                self.errors.extend(problems.into_iter().map(|problem| {
                    let path = problem.path.join(".");
                    RowError {
                        line,
                        field: (!path.is_empty()).then_some(path),
                        reason: problem.message,
                    }
                }));
            }
        }
    }
}

/// What a record is, and the organisation it belongs to; none for an organisation itself, which says nothing of others.
fn subject(record: &Record) -> Option<(AccessResource, String)> {
    match &record.item {
        Item::Organisation(_) => None,
        Item::Offer { organisation, .. } => Some((AccessResource::Offer, organisation.clone())),
        Item::Demand { organisation, .. } => Some((AccessResource::Demand, organisation.clone())),
    }
}

impl App {
    /// Keeps what the operator brings, of whatever organisation. An organisation that a record describes and that is
    /// not there yet is founded, verified and without people. New offers are listed, new demands opened.
    ///
    /// `progress` is told the number of records done, after each transaction.
    ///
    /// # Errors
    /// The store; what was kept before stays. What is wrong with a record is in the report.
    pub async fn import(
        &self,
        reading: Reading,
        mut progress: impl FnMut(usize),
    ) -> Outcome<ImportReport> {
        let mut report = ImportReport::of_errors(reading.errors);
        let mut records = reading.records;
        // A file may name an organisation after what belongs to it.
        records.sort_by_key(|record| !matches!(record.item, Item::Organisation(_)));
        let mut owners = HashMap::new();
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            let tx = self.store.begin().await?;
            let (mut done, mut changed) = (0, BTreeSet::new());
            for record in records.by_ref().take(CHUNK) {
                let line = record.line;
                let about = subject(&record);
                let kept = self
                    .keep_record(&tx, record, &mut owners, &mut report)
                    .await;
                let kept = kept.or_else(refused)?;
                if let (Kept::New | Kept::Changed, Some((resource, source))) = (&kept, about) {
                    changed.extend(owners.get(&source).map(|owner| (resource, owner.id)));
                }
                report.add(line, kept);
                done += 1;
            }
            let lines: Vec<AccessLine> = changed
                .into_iter()
                .map(|(resource, owner)| AccessLine {
                    operation: "import".to_owned(),
                    ..self.line(None, AccessDeed::Change, resource, owner)
                })
                .collect();
            tx.add_access_lines(&lines).await?;
            self.commit(tx).await?;
            progress(done);
        }
        report.errors.sort_by_key(|error| error.line);
        Ok(report)
    }

    async fn keep_record(
        &self,
        tx: &Tx,
        record: Record,
        owners: &mut HashMap<String, Organisation>,
        report: &mut ImportReport,
    ) -> Outcome<Kept> {
        let source = record.source_ref;
        match record.item {
            Item::Organisation(profile) => self.keep_organisation(tx, source, *profile).await,
            Item::Offer {
                organisation,
                profile,
                content,
            } => {
                let owner = self.owner(tx, owners, &organisation, profile).await?;
                may_keep(owner, OrganisationKind::offers)?;
                let unknown = unknown_fields(&content);
                let kept = self.keep::<Offer>(tx, owner.id, source, *content, true);
                let kept = kept.await?;
                report.note_unknown(unknown);
                Ok(kept)
            }
            Item::Demand {
                organisation,
                content,
            } => {
                let owner = self.owner(tx, owners, &organisation, None).await?;
                may_keep(owner, OrganisationKind::demands)?;
                self.keep::<Demand>(tx, owner.id, source, *content, true)
                    .await
            }
        }
    }

    async fn owner<'a>(
        &self,
        tx: &Tx,
        owners: &'a mut HashMap<String, Organisation>,
        source: &str,
        profile: Option<Box<Profile>>,
    ) -> Outcome<&'a Organisation> {
        if !owners.contains_key(source) {
            let found = match (tx.organisation_from_source(source).await?, profile) {
                (Some(known), _) => known,
                (None, Some(profile)) => {
                    self.found(tx, *profile, Some(source.to_owned()), Vec::new())
                        .await?
                }
                (None, None) => {
                    return Err(Problem::at(
                        "organisation",
                        Code::NotFound,
                        Message::new(
                            format!(
                                "등록되지 않은 기관입니다: {source}. 기관을 먼저 가져오십시오."
                            ),
                            format!(
                                "No such organisation: {source}. Import the organisations first."
                            ),
                        ),
                    )
                    .into());
                }
            };
            owners.insert(source.to_owned(), found);
        }
        owners
            .get(source)
            .ok_or_else(|| AppError::Internal("an owner is lost".to_owned()))
    }

    async fn keep_organisation(&self, tx: &Tx, source: String, profile: Profile) -> Outcome<Kept> {
        let Some(mut known) = tx.organisation_from_source(&source).await? else {
            self.found(tx, profile, Some(source), Vec::new()).await?;
            return Ok(Kept::New);
        };
        let version = known.version;
        known.revise(version, profile)?;
        if known.version == version {
            return Ok(Kept::Same);
        }
        if !tx.update_organisation(&known, version).await? {
            return Err(Problem::stale(version + 1).into());
        }
        Ok(Kept::Changed)
    }

    /// A hospital keeps the offers of a file of its own; with `list`, new ones are listed, else they are drafts.
    ///
    /// # Errors
    /// Not a verified hospital, or the store. What is wrong with a record is in the report; the others are kept.
    pub async fn import_own_offers(
        &self,
        caller: &Caller,
        key: &Key,
        format: Format,
        text: &str,
        list: bool,
    ) -> Outcome<ImportReport> {
        let owner = caller
            .viewer()?
            .organisation()
            .ok_or_else(Problem::forbidden)?;
        caller.may(Action::KeepOffers { owner })?;
        let once = Once::new(caller, "importOffers", key)?;
        let reading = matchday_infra::import::read(format, text.as_bytes());
        let mut report = ImportReport::of_errors(reading.errors);
        let tx = self.store.begin().await?;
        if let Some(earlier) = once.replay::<serde_json::Value>(self, &tx).await? {
            return serde_json::from_value(earlier)
                .map_err(|error| AppError::Internal(error.to_string()));
        }
        let mut named = None;
        for record in reading.records {
            let kept = match record.item {
                Item::Offer {
                    organisation,
                    content,
                    ..
                } => {
                    // A file of several hospitals is a catalogue, not an office's own list.
                    if *named.get_or_insert_with(|| organisation.clone()) == organisation {
                        let unknown = unknown_fields(&content);
                        let kept =
                            self.keep::<Offer>(&tx, owner, record.source_ref, *content, list);
                        kept.await.inspect(|_| report.note_unknown(unknown))
                    } else {
                        Err(another_organisation(&organisation).into())
                    }
                }
                Item::Organisation(_) | Item::Demand { .. } => Err(not_an_offer().into()),
            };
            report.add(record.line, kept.or_else(refused)?);
        }
        report.errors.sort_by_key(|error| error.line);
        let answer = serde_json::to_value(&report);
        let answer = answer.map_err(|error| AppError::Internal(error.to_string()))?;
        once.keep(self, &tx, answer).await?;
        self.commit(tx).await?;
        Ok(report)
    }

    /// Keeps one listing under its name in the source; a new one is published if `publish`.
    pub(crate) async fn keep<L: Listing>(
        &self,
        tx: &Tx,
        owner: OrganisationId,
        source: String,
        content: L::Content,
        publish: bool,
    ) -> Outcome<Kept> {
        if let Some(mut known) = L::from_source(tx, owner, &source).await? {
            let before = known.version();
            let mut content = content;
            keep_answers(known.content(), &mut content, self.terminology());
            known.revise(self, before, content)?;
            if known.version() == before {
                return Ok(Kept::Same);
            }
            self.save_listing(tx, &known, before).await?;
            return Ok(Kept::Changed);
        }
        let mut new = L::draft(self, owner, content, Some(source))?;
        if publish {
            new.step(self, new.version(), L::PUBLISH)?;
        }
        let twice = taken(
            "ref",
            "다른 가져오기가 같은 자료를 처리하고 있습니다.",
            "Another import is keeping the same record.",
        );
        new.insert(tx).await.map_err(twice)?;
        self.announce_listing(tx, &new).await?;
        Ok(Kept::New)
    }
}

impl ImportReport {
    fn note_unknown(&mut self, fields: Vec<&'static str>) {
        for field in fields {
            *self.unknown.entry(field.to_owned()).or_default() += 1;
        }
    }
}

/// What is wrong with a record is the record's; only the rest is ours.
fn refused(error: AppError) -> Outcome<Kept> {
    match error {
        AppError::Refused(problems) => Ok(Kept::Refused(problems)),
        error => Err(error),
    }
}

fn may_keep(owner: &Organisation, allowed: fn(OrganisationKind) -> bool) -> Result<(), Problem> {
    let kind = owner.profile.kind;
    if allowed(kind) {
        return Ok(());
    }
    let kind = kind.label();
    Err(Problem::at(
        "organisation",
        Code::Invalid,
        Message::new(
            format!(
                "이 종류의 기관({})은 이런 자료를 올릴 수 없습니다.",
                kind.ko
            ),
            format!(
                "An organisation of this kind ({}) has no such records.",
                kind.en
            ),
        ),
    ))
}

fn another_organisation(name: &str) -> Problem {
    Problem::at(
        "organisation",
        Code::Forbidden,
        Message::new(
            format!("파일에 다른 기관의 자료가 있습니다: {name}. 소속 기관의 자료만 올리십시오."),
            format!(
                "The file has records of another organisation too: {name}. Import your own only."
            ),
        ),
    )
}

fn not_an_offer() -> Problem {
    Problem::at(
        "type",
        Code::Invalid,
        Message::new("제공 데이터가 아닙니다.", "This is not an offer."),
    )
}
