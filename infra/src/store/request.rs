//! Meeting requests.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx, page};
use crate::entity::{meeting_request as row, registration};
use matchday_domain::id::{
    DemandId, MatchingDayId, MeetingRequestId, OfferId, OrganisationId, RegistrationId,
};
use matchday_domain::matching_day::{Answer, DeclineReason, MeetingRequest, Priority, Side};
use matchday_domain::page::{Page, PageRequest};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

const TABLE: &str = "meeting_request";

fn read(row: row::Model) -> Result<MeetingRequest, StoreError> {
    Ok(MeetingRequest {
        id: MeetingRequestId(row.id),
        event: MatchingDayId(row.event_id),
        demander: RegistrationId(row.demander_id),
        provider: RegistrationId(row.provider_id),
        sent_by: vocabulary(TABLE, &row.sent_by, Side::from_code)?,
        priority: vocabulary(TABLE, &row.priority, Priority::from_code)?,
        demand: row.demand_id.map(DemandId),
        offer: row.offer_id.map(OfferId),
        message: row.message,
        resources: (row.resources.map(|numbers| json(TABLE, numbers)))
            .transpose()?
            .unwrap_or_default(),
        answer: vocabulary(TABLE, &row.answer, Answer::from_code)?,
        decline_reason: (row.decline_reason)
            .map(|reason| vocabulary(TABLE, &reason, DeclineReason::from_code))
            .transpose()?,
        version: row.version,
        created_at: row.created_at,
    })
}

/// What a party of the market may see: its own requests, without the silent "no thanks" of others.
fn visible_to(party: RegistrationId) -> Condition {
    let silent = row::Column::Priority.eq(Priority::NoThanks.code());
    let received = |own: row::Column, sender: Side| {
        Condition::all().add(own.eq(party.0)).add(
            Condition::any()
                .add(row::Column::SentBy.ne(sender.code()))
                .add(silent.clone().not()),
        )
    };
    Condition::any()
        .add(received(row::Column::DemanderId, Side::Supply))
        .add(received(row::Column::ProviderId, Side::Demand))
}

impl<C: ConnectionTrait> Access<C> {
    /// Requests by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn requests(
        &self,
        ids: &[MeetingRequestId],
    ) -> Result<Vec<MeetingRequest>, StoreError> {
        let rows = row::Entity::find()
            .filter(row::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The request of a pair.
    ///
    /// # Errors
    /// The database.
    pub async fn request_of_pair(
        &self,
        event: MatchingDayId,
        demander: RegistrationId,
        provider: RegistrationId,
    ) -> Result<Option<MeetingRequest>, StoreError> {
        let row = row::Entity::find()
            .filter(row::Column::EventId.eq(event.0))
            .filter(row::Column::DemanderId.eq(demander.0))
            .filter(row::Column::ProviderId.eq(provider.0))
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }

    /// Requests of a matching day in the order of creation: of one party as it may see them, or all.
    ///
    /// # Errors
    /// The database.
    pub async fn request_page(
        &self,
        event: MatchingDayId,
        party: Option<RegistrationId>,
        answer: Option<Answer>,
        request: PageRequest<Uuid>,
    ) -> Result<Page<MeetingRequest>, StoreError> {
        let mut select = row::Entity::find().filter(row::Column::EventId.eq(event.0));
        if let Some(party) = party {
            select = select.filter(visible_to(party));
        }
        if let Some(answer) = answer {
            select = select.filter(row::Column::Answer.eq(answer.code()));
        }
        let page = page::by_id(&self.conn, select, row::Column::Id, request).await?;
        page.try_map(read)
    }

    /// The accepted requests of an organisation, whoever sent them, at any matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn accepted_requests(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<MeetingRequest>, StoreError> {
        let own = Query::select()
            .column(registration::Column::Id)
            .from(registration::Entity)
            .and_where(registration::Column::OrganisationId.eq(organisation.0))
            .to_owned();
        let party = Condition::any()
            .add(row::Column::DemanderId.in_subquery(own.clone()))
            .add(row::Column::ProviderId.in_subquery(own));
        let rows = row::Entity::find()
            .filter(row::Column::Answer.eq(Answer::Accepted.code()))
            .filter(party)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// All requests of a matching day, in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn requests_for(
        &self,
        event: MatchingDayId,
    ) -> Result<Vec<MeetingRequest>, StoreError> {
        let rows = row::Entity::find()
            .filter(row::Column::EventId.eq(event.0))
            .order_by_asc(row::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }
}

impl Tx {
    /// Saves a new request.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: the pair has one; or the database.
    pub async fn insert_request(&self, request: &MeetingRequest) -> Result<(), StoreError> {
        columns(request)?.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a changed request if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// The database.
    pub async fn update_request(
        &self,
        request: &MeetingRequest,
        read_version: i32,
    ) -> Result<bool, StoreError> {
        let done = row::Entity::update_many()
            .set(columns(request)?)
            .filter(row::Column::Id.eq(request.id.0))
            .filter(row::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }
}

fn columns(request: &MeetingRequest) -> Result<row::ActiveModel, StoreError> {
    let needed = (!request.resources.is_empty()).then_some(&request.resources);
    Ok(row::ActiveModel {
        id: Set(request.id.0),
        event_id: Set(request.event.0),
        demander_id: Set(request.demander.0),
        provider_id: Set(request.provider.0),
        sent_by: Set(request.sent_by.code().to_owned()),
        priority: Set(request.priority.code().to_owned()),
        demand_id: Set(request.demand.map(|id| id.0)),
        offer_id: Set(request.offer.map(|id| id.0)),
        message: Set(request.message.clone()),
        resources: Set(needed.map(|numbers| to_json(TABLE, numbers)).transpose()?),
        answer: Set(request.answer.code().to_owned()),
        decline_reason: Set(request
            .decline_reason
            .map(|reason| reason.code().to_owned())),
        version: Set(request.version),
        created_at: Set(request.created_at),
    })
}
