//! Arrangement runs, their meetings, and the invitations sent for them.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx, page};
use crate::entity::{arrangement, invitation, meeting, meeting_delegate};
use matchday_domain::id::{
    ArrangementId, DelegateId, MatchingDayId, MeetingId, MeetingRequestId, PersonId, RegistrationId,
};
use matchday_domain::invitation::Step;
use matchday_domain::matching_day::arrangement::{Run, RunState};
use matchday_domain::matching_day::{Meeting, MeetingState};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const TABLE: &str = "arrangement";

fn read(row: arrangement::Model) -> Result<Run, StoreError> {
    Ok(Run {
        id: ArrangementId(row.id),
        event: MatchingDayId(row.event_id),
        number: row.number,
        state: vocabulary(TABLE, &row.state, RunState::from_code)?,
        input: json(TABLE, row.input)?,
        result: row.result.map(|value| json(TABLE, value)).transpose()?,
        failure: row.failure,
        failure_reasons: (row.failure_reasons.map(|value| json(TABLE, value)))
            .transpose()?
            .unwrap_or_default(),
        progress: row.progress.map(|value| json(TABLE, value)).transpose()?,
        created_by: PersonId(row.created_by),
        created_at: row.created_at,
        finished_at: row.finished_at,
        published_at: row.published_at,
    })
}

fn read_meeting(row: meeting::Model, delegates: Vec<DelegateId>) -> Result<Meeting, StoreError> {
    Ok(Meeting {
        id: MeetingId(row.id),
        arrangement: ArrangementId(row.arrangement_id),
        event: MatchingDayId(row.event_id),
        demander: RegistrationId(row.demander_id),
        provider: RegistrationId(row.provider_id),
        request: row.request_id.map(MeetingRequestId),
        slot: row.slot,
        table: row.table_number,
        delegates,
        state: vocabulary("meeting", &row.state, MeetingState::from_code)?,
        locked: row.locked,
        version: row.version,
    })
}

/// The newest published run of each matching day.
fn published() -> sea_orm::sea_query::SelectStatement {
    use sea_orm::sea_query::Alias;
    let newer = Alias::new("newer");
    let beaten = Query::select()
        .expr(Expr::val(1))
        .from_as(arrangement::Entity, newer.clone())
        .and_where(
            Expr::col((newer.clone(), arrangement::Column::EventId))
                .equals((arrangement::Entity, arrangement::Column::EventId)),
        )
        .and_where(
            Expr::col((newer.clone(), arrangement::Column::PublishedAt)).gt(Expr::col((
                arrangement::Entity,
                arrangement::Column::PublishedAt,
            ))),
        )
        .to_owned();
    Query::select()
        .column(arrangement::Column::Id)
        .from(arrangement::Entity)
        .and_where(arrangement::Column::PublishedAt.is_not_null())
        .and_where(Expr::exists(beaten).not())
        .to_owned()
}

impl<C: ConnectionTrait> Access<C> {
    /// Runs by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn runs(&self, ids: &[ArrangementId]) -> Result<Vec<Run>, StoreError> {
        let rows = arrangement::Entity::find()
            .filter(arrangement::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Runs of a matching day in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn run_page(
        &self,
        event: MatchingDayId,
        request: PageRequest<Uuid>,
    ) -> Result<Page<Run>, StoreError> {
        let select = arrangement::Entity::find().filter(arrangement::Column::EventId.eq(event.0));
        let page = page::by_id(&self.conn, select, arrangement::Column::Id, request).await?;
        page.try_map(read)
    }

    /// The newest run of a matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn newest_run(&self, event: MatchingDayId) -> Result<Option<Run>, StoreError> {
        let row = arrangement::Entity::find()
            .filter(arrangement::Column::EventId.eq(event.0))
            .order_by_desc(arrangement::Column::Number)
            .limit(1)
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }

    /// The run whose timetable holds for a matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn published_run(&self, event: MatchingDayId) -> Result<Option<Run>, StoreError> {
        let row = arrangement::Entity::find()
            .filter(arrangement::Column::EventId.eq(event.0))
            .filter(arrangement::Column::Id.in_subquery(published()))
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }

    /// Those of some runs whose timetables hold.
    ///
    /// # Errors
    /// The database.
    pub async fn published_among(
        &self,
        runs: &[ArrangementId],
    ) -> Result<HashSet<ArrangementId>, StoreError> {
        let ids = arrangement::Entity::find()
            .select_only()
            .column(arrangement::Column::Id)
            .filter(arrangement::Column::Id.is_in(runs.iter().map(|id| id.0)))
            .filter(arrangement::Column::Id.in_subquery(published()))
            .into_tuple::<Uuid>()
            .all(&self.conn)
            .await?;
        Ok(ids.into_iter().map(ArrangementId).collect())
    }

    /// All meetings of a run, by slot and table.
    ///
    /// # Errors
    /// The database.
    pub async fn meetings_of_run(&self, run: ArrangementId) -> Result<Vec<Meeting>, StoreError> {
        let rows = meeting::Entity::find()
            .filter(meeting::Column::ArrangementId.eq(run.0))
            .order_by_asc(meeting::Column::Slot)
            .order_by_asc(meeting::Column::TableNumber)
            .order_by_asc(meeting::Column::Id)
            .all(&self.conn)
            .await?;
        self.with_delegates(rows).await
    }

    /// Meetings by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn meetings(&self, ids: &[MeetingId]) -> Result<Vec<Meeting>, StoreError> {
        let rows = meeting::Entity::find()
            .filter(meeting::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        self.with_delegates(rows).await
    }

    /// The meetings of published timetables at which any of these delegates sit, by slot.
    ///
    /// # Errors
    /// The database.
    pub async fn published_meetings_of(
        &self,
        delegates: &[DelegateId],
    ) -> Result<Vec<Meeting>, StoreError> {
        let theirs = Query::select()
            .column(meeting_delegate::Column::MeetingId)
            .from(meeting_delegate::Entity)
            .and_where(meeting_delegate::Column::DelegateId.is_in(delegates.iter().map(|id| id.0)))
            .to_owned();
        let rows = meeting::Entity::find()
            .filter(meeting::Column::Id.in_subquery(theirs))
            .filter(meeting::Column::ArrangementId.in_subquery(published()))
            .filter(meeting::Column::State.ne(MeetingState::Cancelled.code()))
            .order_by_asc(meeting::Column::Slot)
            .all(&self.conn)
            .await?;
        self.with_delegates(rows).await
    }

    async fn with_delegates(&self, rows: Vec<meeting::Model>) -> Result<Vec<Meeting>, StoreError> {
        let seats = meeting_delegate::Entity::find()
            .filter(meeting_delegate::Column::MeetingId.is_in(rows.iter().map(|row| row.id)))
            .order_by_asc(meeting_delegate::Column::DelegateId)
            .all(&self.conn)
            .await?;
        let mut of: HashMap<Uuid, Vec<DelegateId>> = HashMap::new();
        for seat in seats {
            of.entry(seat.meeting_id)
                .or_default()
                .push(DelegateId(seat.delegate_id));
        }
        rows.into_iter()
            .map(|row| {
                let delegates = of.remove(&row.id).unwrap_or_default();
                read_meeting(row, delegates)
            })
            .collect()
    }

    /// The last invitations sent to the delegates of a matching day, by delegate, demander and provider.
    ///
    /// # Errors
    /// The database.
    pub async fn invitations_of(
        &self,
        delegates: &[DelegateId],
    ) -> Result<HashMap<(DelegateId, RegistrationId, RegistrationId), Step>, StoreError> {
        let rows = invitation::Entity::find()
            .filter(invitation::Column::DelegateId.is_in(delegates.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                let key = (
                    DelegateId(row.delegate_id),
                    RegistrationId(row.demander_id),
                    RegistrationId(row.provider_id),
                );
                Ok((key, json("invitation", row.sent)?))
            })
            .collect()
    }
}

impl Tx {
    /// Saves a new run.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: another run of the matching day is under way; or the database.
    pub async fn insert_run(&self, run: &Run) -> Result<(), StoreError> {
        columns(run)?.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a changed run if its state is still `from`; tells whether it was.
    ///
    /// # Errors
    /// The database.
    pub async fn update_run(&self, run: &Run, from: RunState) -> Result<bool, StoreError> {
        let done = arrangement::Entity::update_many()
            .set(columns(run)?)
            .filter(arrangement::Column::Id.eq(run.id.0))
            .filter(arrangement::Column::State.eq(from.code()))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Makes a run's timetable the one that holds.
    ///
    /// # Errors
    /// The database.
    pub async fn publish_run(&self, run: ArrangementId, now: Timestamp) -> Result<(), StoreError> {
        arrangement::Entity::update_many()
            .col_expr(arrangement::Column::PublishedAt, Expr::value(now))
            .filter(arrangement::Column::Id.eq(run.0))
            .exec(&self.conn)
            .await?;
        meeting::Entity::update_many()
            .col_expr(
                meeting::Column::State,
                Expr::value(MeetingState::Scheduled.code()),
            )
            .filter(meeting::Column::ArrangementId.eq(run.0))
            .filter(meeting::Column::State.eq(MeetingState::Draft.code()))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Saves the meetings of a new timetable.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: a table or delegate sits twice in a slot; or the database.
    pub async fn insert_meetings(&self, meetings: &[Meeting]) -> Result<(), StoreError> {
        for chunk in meetings.chunks(500) {
            let rows = chunk.iter().map(meeting_columns);
            meeting::Entity::insert_many(rows)
                .exec_without_returning(&self.conn)
                .await?;
            let seats: Vec<_> = chunk.iter().flat_map(seats).collect();
            for seats in seats.chunks(1_000) {
                meeting_delegate::Entity::insert_many(seats.to_vec())
                    .exec_without_returning(&self.conn)
                    .await?;
            }
        }
        Ok(())
    }

    /// Saves a changed meeting if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: its table or a delegate is taken in the slot; or the database.
    pub async fn update_meeting(
        &self,
        meeting: &Meeting,
        read_version: i32,
    ) -> Result<bool, StoreError> {
        let done = meeting::Entity::update_many()
            .set(meeting_columns(meeting))
            .filter(meeting::Column::Id.eq(meeting.id.0))
            .filter(meeting::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        if done.rows_affected == 0 {
            return Ok(false);
        }
        meeting_delegate::Entity::delete_many()
            .filter(meeting_delegate::Column::MeetingId.eq(meeting.id.0))
            .exec(&self.conn)
            .await?;
        // A cancelled meeting holds nobody's slot; who was to sit there is known from the invitations.
        if meeting.stands() {
            meeting_delegate::Entity::insert_many(seats(meeting))
                .exec_without_returning(&self.conn)
                .await?;
        }
        Ok(true)
    }

    /// Remembers what was last sent to a delegate for a pair.
    ///
    /// # Errors
    /// The database.
    pub async fn keep_invitation(
        &self,
        delegate: DelegateId,
        demander: RegistrationId,
        provider: RegistrationId,
        sent: &Step,
    ) -> Result<(), StoreError> {
        use invitation::Column::{DelegateId, DemanderId, ProviderId};
        let row = invitation::ActiveModel {
            delegate_id: Set(delegate.0),
            demander_id: Set(demander.0),
            provider_id: Set(provider.0),
            sent: Set(to_json("invitation", sent)?),
        };
        invitation::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([DelegateId, DemanderId, ProviderId])
                    .update_column(invitation::Column::Sent)
                    .to_owned(),
            )
            .exec_without_returning(&self.conn)
            .await?;
        Ok(())
    }
}

fn columns(run: &Run) -> Result<arrangement::ActiveModel, StoreError> {
    let optional = |value: Option<serde_json::Value>| Set(value);
    Ok(arrangement::ActiveModel {
        id: Set(run.id.0),
        event_id: Set(run.event.0),
        number: Set(run.number),
        state: Set(run.state.code().to_owned()),
        input: Set(to_json(TABLE, &run.input)?),
        result: optional(run.result.as_ref().map(|r| to_json(TABLE, r)).transpose()?),
        failure: Set(run.failure.clone()),
        failure_reasons: optional(
            (!run.failure_reasons.is_empty())
                .then(|| to_json(TABLE, &run.failure_reasons))
                .transpose()?,
        ),
        progress: optional(
            run.progress
                .as_ref()
                .map(|p| to_json(TABLE, p))
                .transpose()?,
        ),
        created_by: Set(run.created_by.0),
        created_at: Set(run.created_at),
        finished_at: Set(run.finished_at),
        published_at: Set(run.published_at),
    })
}

fn meeting_columns(meeting: &Meeting) -> meeting::ActiveModel {
    meeting::ActiveModel {
        id: Set(meeting.id.0),
        arrangement_id: Set(meeting.arrangement.0),
        event_id: Set(meeting.event.0),
        demander_id: Set(meeting.demander.0),
        provider_id: Set(meeting.provider.0),
        request_id: Set(meeting.request.map(|id| id.0)),
        slot: Set(meeting.slot),
        table_number: Set(meeting.table),
        state: Set(meeting.state.code().to_owned()),
        locked: Set(meeting.locked),
        version: Set(meeting.version),
    }
}

fn seats(meeting: &Meeting) -> Vec<meeting_delegate::ActiveModel> {
    let seat = |delegate: &DelegateId| meeting_delegate::ActiveModel {
        meeting_id: Set(meeting.id.0),
        delegate_id: Set(delegate.0),
        arrangement_id: Set(meeting.arrangement.0),
        slot: Set(meeting.slot),
    };
    meeting.delegates.iter().map(seat).collect()
}
