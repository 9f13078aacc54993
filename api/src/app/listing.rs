//! What organisations list: hospitals keep their offers, companies and institutes their demands.

use super::once::Once;
use super::{App, Caller, Key, Outcome};
use matchday_domain::catalogue::offer::OfferStep;
use matchday_domain::catalogue::{Offer, OfferContent};
use matchday_domain::demand::{Demand, DemandContent, DemandStep};
use matchday_domain::id::{DemandId, OfferId, OrganisationId};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Problem, Problems};
use matchday_domain::suggested_code::{Coded, TermCode};
use matchday_infra::store::{Change, ChangeKind, Job, StoreError, Tx, Viewer};

/// An offer or a demand.
pub(crate) trait Listing: Sized {
    /// Its identity.
    type Id: Copy + std::fmt::Display + std::str::FromStr;
    /// What it says.
    type Content: Coded + Clone;
    /// What can be done to it.
    type Step;
    /// Shows it to others.
    const PUBLISH: Self::Step;
    /// The mutation that saves a new one, and those that change it: what it says, its codes, its state.
    const CREATE: &'static str;
    const UPDATE: &'static str;
    const ANSWER_CODES: &'static str;
    const MOVE: &'static str;

    /// What somebody must be allowed who keeps it.
    fn keeping(owner: OrganisationId) -> Action;
    fn id(&self) -> Self::Id;
    fn owner(&self) -> OrganisationId;
    fn version(&self) -> i32;
    fn content(&self) -> &Self::Content;

    /// A draft; `source` is the record it was imported from.
    fn draft(
        app: &App,
        owner: OrganisationId,
        content: Self::Content,
        source: Option<String>,
    ) -> Result<Self, Problems>;
    fn revise(&mut self, app: &App, version: i32, content: Self::Content) -> Result<(), Problems>;
    fn answer_codes(
        &mut self,
        app: &App,
        version: i32,
        confirm: &[TermCode],
        dismiss: &[TermCode],
    ) -> Result<(), Problems>;
    fn step(&mut self, app: &App, version: i32, step: Self::Step) -> Result<(), Problems>;

    async fn find(tx: &Tx, viewer: Viewer, id: Self::Id) -> Result<Option<Self>, StoreError>;
    async fn from_source(
        tx: &Tx,
        owner: OrganisationId,
        source: &str,
    ) -> Result<Option<Self>, StoreError>;
    async fn insert(&self, tx: &Tx) -> Result<(), StoreError>;
    /// False if somebody changed it since `read_version`.
    async fn update(&self, tx: &Tx, read_version: i32) -> Result<bool, StoreError>;

    /// What subscribers hear when it is new or changed, and how its matches are computed.
    fn news(&self) -> (ChangeKind, Job);
}

macro_rules! listing {
    ($Listing:ident, $Content:ident, $Id:ident, $Step:ident::$Publish:ident, $Keep:ident, $Match:ident { $id:ident },
     $mutations:tt, $find:ident, $from_source:ident, $insert:ident, $update:ident) => {
        impl Listing for $Listing {
            type Id = $Id;
            type Content = $Content;
            type Step = $Step;
            const PUBLISH: $Step = $Step::$Publish;
            const CREATE: &'static str = $mutations[0];
            const UPDATE: &'static str = $mutations[1];
            const ANSWER_CODES: &'static str = $mutations[2];
            const MOVE: &'static str = $mutations[3];

            fn keeping(owner: OrganisationId) -> Action {
                Action::$Keep { owner }
            }

            fn id(&self) -> $Id {
                self.id
            }

            fn owner(&self) -> OrganisationId {
                self.organisation
            }

            fn version(&self) -> i32 {
                self.version
            }

            fn content(&self) -> &$Content {
                &self.content
            }

            fn draft(
                app: &App,
                owner: OrganisationId,
                content: $Content,
                source: Option<String>,
            ) -> Result<Self, Problems> {
                let (words, now) = (app.terminology(), app.now());
                Self::draft(app.new_id(), owner, content, source, words, now)
            }

            fn revise(&mut self, app: &App, version: i32, new: $Content) -> Result<(), Problems> {
                self.revise(version, new, app.terminology(), app.now())
            }

            fn answer_codes(
                &mut self,
                app: &App,
                version: i32,
                confirm: &[TermCode],
                dismiss: &[TermCode],
            ) -> Result<(), Problems> {
                self.answer_codes(version, confirm, dismiss, app.terminology(), app.now())
            }

            fn step(&mut self, app: &App, version: i32, step: $Step) -> Result<(), Problems> {
                self.step(version, step, app.now())
            }

            async fn find(tx: &Tx, viewer: Viewer, id: $Id) -> Result<Option<Self>, StoreError> {
                tx.$find(viewer, id).await
            }

            async fn from_source(
                tx: &Tx,
                owner: OrganisationId,
                source: &str,
            ) -> Result<Option<Self>, StoreError> {
                tx.$from_source(owner, source).await
            }

            async fn insert(&self, tx: &Tx) -> Result<(), StoreError> {
                tx.$insert(self).await
            }

            async fn update(&self, tx: &Tx, read_version: i32) -> Result<bool, StoreError> {
                tx.$update(self, read_version).await
            }

            fn news(&self) -> (ChangeKind, Job) {
                (ChangeKind::$Listing(self.id), Job::$Match { $id: self.id })
            }
        }
    };
}

listing!(
    Offer,
    OfferContent,
    OfferId,
    OfferStep::List,
    KeepOffers,
    MatchOffer { offer },
    [
        "createOffer",
        "updateOffer",
        "answerOfferCodes",
        "moveOffer"
    ],
    offer,
    offer_from_source,
    insert_offer,
    update_offer
);

listing!(
    Demand,
    DemandContent,
    DemandId,
    DemandStep::Open,
    KeepDemands,
    MatchDemand { demand },
    [
        "createDemand",
        "updateDemand",
        "answerDemandCodes",
        "moveDemand"
    ],
    demand,
    demand_from_source,
    insert_demand,
    update_demand
);

impl App {
    /// A new listing of the caller's organisation, as a draft.
    ///
    /// # Errors
    /// Not a verified organisation of the side that lists it, what is wrong with the content, or the store.
    pub(crate) async fn create<L: Listing>(
        &self,
        caller: &Caller,
        key: &Key,
        content: L::Content,
    ) -> Outcome<L> {
        let owner = caller
            .viewer()?
            .organisation()
            .ok_or_else(Problem::forbidden)?;
        caller.may(L::keeping(owner))?;
        let once = Once::new(caller, L::CREATE, key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<L::Id>(self, &tx).await? {
            return self.own(&tx, caller, id).await;
        }
        let listing = L::draft(self, owner, content, None)?;
        listing.insert(&tx).await?;
        once.keep(self, &tx, listing.id()).await?;
        self.commit(tx).await?;
        Ok(listing)
    }

    /// Changes what a listing says; `edit` turns the old content into the new.
    ///
    /// # Errors
    /// Not its owner, a stale version, a closed or withdrawn listing, what is wrong with the content, or the store.
    pub(crate) async fn update<L: Listing>(
        &self,
        caller: &Caller,
        key: &Key,
        id: L::Id,
        version: i32,
        edit: impl FnOnce(&mut L::Content) -> Result<(), Problems>,
    ) -> Outcome<L> {
        self.change(caller, (L::UPDATE, key), id, version, |listing: &mut L| {
            let mut content = listing.content().clone();
            edit(&mut content)?;
            listing.revise(self, version, content)
        })
        .await
    }

    /// Takes the author's answers to codes that the words of a listing suggest.
    ///
    /// # Errors
    /// Not its owner, a stale version, a closed or withdrawn listing, codes that are not suggested, or the store.
    pub(crate) async fn answer_codes<L: Listing>(
        &self,
        caller: &Caller,
        key: &Key,
        id: L::Id,
        version: i32,
        confirm: &[TermCode],
        dismiss: &[TermCode],
    ) -> Outcome<L> {
        let operation = (L::ANSWER_CODES, key);
        self.change(caller, operation, id, version, |listing: &mut L| {
            listing.answer_codes(self, version, confirm, dismiss)
        })
        .await
    }

    /// Lists an offer or opens a demand, pauses, closes or withdraws it.
    ///
    /// # Errors
    /// Not its owner, a stale version, a state from which the step does not lead, or the store.
    pub(crate) async fn advance<L: Listing>(
        &self,
        caller: &Caller,
        key: &Key,
        id: L::Id,
        version: i32,
        step: L::Step,
    ) -> Outcome<L> {
        self.change(caller, (L::MOVE, key), id, version, |listing: &mut L| {
            listing.step(self, version, step)
        })
        .await
    }

    async fn change<L: Listing>(
        &self,
        caller: &Caller,
        (operation, key): (&'static str, &Key),
        id: L::Id,
        version: i32,
        change: impl FnOnce(&mut L) -> Result<(), Problems>,
    ) -> Outcome<L> {
        let once = Once::new(caller, operation, key)?;
        let tx = self.store.begin().await?;
        let mut listing = self.own::<L>(&tx, caller, id).await?;
        if once.replay::<L::Id>(self, &tx).await?.is_some() {
            return Ok(listing);
        }
        change(&mut listing)?;
        self.save_listing(&tx, &listing, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(listing)
    }

    async fn own<L: Listing>(&self, tx: &Tx, caller: &Caller, id: L::Id) -> Outcome<L> {
        let listing = L::find(tx, caller.viewer()?, id)
            .await?
            .ok_or_else(|| Problem::not_found("id"))?;
        caller.may(L::keeping(listing.owner()))?;
        Ok(listing)
    }

    /// Saves a changed listing, tells subscribers, and has its matches computed anew.
    pub(super) async fn save_listing<L: Listing>(
        &self,
        tx: &Tx,
        listing: &L,
        read_version: i32,
    ) -> Outcome<()> {
        if listing.version() == read_version {
            return Ok(());
        }
        if !listing.update(tx, read_version).await? {
            let newer = L::find(tx, Viewer::Service, listing.id()).await?;
            return Err(Problem::stale(newer.map_or(read_version, |newer| newer.version())).into());
        }
        self.announce_listing(tx, listing).await
    }

    /// Tells subscribers of a new or changed listing, and has its matches computed.
    pub(super) async fn announce_listing<L: Listing>(&self, tx: &Tx, listing: &L) -> Outcome<()> {
        let (kind, job) = listing.news();
        let change = Change {
            kind,
            concerns: vec![listing.owner()],
        };
        tx.note(&[change], self.now()).await?;
        tx.post(&[job], self.now()).await?;
        Ok(())
    }
}
