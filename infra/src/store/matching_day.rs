//! Matching days, registrations and delegates.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx, Viewer, page};
use crate::entity::{delegate, matching_day, meeting_delegate, registration};
use matchday_domain::id::{DelegateId, MatchingDayId, OrganisationId, PersonId, RegistrationId};
use matchday_domain::matching_day::{
    Delegate, EventState, HalfDay, MatchingDay, Registration, Side,
};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::time::Window;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

fn read(row: matching_day::Model) -> Result<MatchingDay, StoreError> {
    const TABLE: &str = "matching_day";
    Ok(MatchingDay {
        id: MatchingDayId(row.id),
        organiser: OrganisationId(row.organiser_id),
        title: json(TABLE, row.title)?,
        venue: json(TABLE, row.venue)?,
        zone: row
            .zone
            .parse()
            .map_err(|e| StoreError::corrupt(TABLE, e))?,
        state: vocabulary(TABLE, &row.state, EventState::from_code)?,
        version: row.version,
        registration: Window {
            opens_at: row.registration_opens_at,
            closes_at: row.registration_closes_at,
        },
        requests: Window {
            opens_at: row.requests_open_at,
            closes_at: row.requests_close_at,
        },
        slots: json(TABLE, row.slots)?,
        tables: json(TABLE, row.tables)?,
        created_at: row.created_at,
    })
}

fn read_registration(row: registration::Model) -> Result<Registration, StoreError> {
    Ok(Registration {
        id: RegistrationId(row.id),
        event: MatchingDayId(row.event_id),
        organisation: OrganisationId(row.organisation_id),
        side: vocabulary("registration", &row.side, Side::from_code)?,
        meetings_min: row.meetings_min,
        meetings_max: row.meetings_max,
        rest_slots: row.rest_slots,
        preferred_half: (row.preferred_half.as_deref())
            .map(|half| vocabulary("registration", half, HalfDay::from_code))
            .transpose()?,
        finishes_early: row.finishes_early,
        withdrawn: row.withdrawn,
        version: row.version,
        created_at: row.created_at,
    })
}

fn read_delegate(row: delegate::Model) -> Result<Delegate, StoreError> {
    Ok(Delegate {
        id: DelegateId(row.id),
        registration: RegistrationId(row.registration_id),
        person: PersonId(row.person_id),
        fields: row.fields,
        languages: json("delegate", row.languages)?,
        remote: row.remote,
        unavailable_slots: json("delegate", row.unavailable_slots)?,
    })
}

/// A draft is its organiser's alone.
fn visible(viewer: Viewer) -> Condition {
    let announced = Condition::any().add(matching_day::Column::State.ne(EventState::Draft.code()));
    match viewer.organisation() {
        Some(own) => announced.add(matching_day::Column::OrganiserId.eq(own.0)),
        None => Condition::all(),
    }
}

impl<C: ConnectionTrait> Access<C> {
    /// Matching days by id, in no order; drafts of others are missing.
    ///
    /// # Errors
    /// The database.
    pub async fn matching_days(
        &self,
        viewer: Viewer,
        ids: &[MatchingDayId],
    ) -> Result<Vec<MatchingDay>, StoreError> {
        let rows = matching_day::Entity::find()
            .filter(matching_day::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(visible(viewer))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn matching_day(
        &self,
        viewer: Viewer,
        id: MatchingDayId,
    ) -> Result<Option<MatchingDay>, StoreError> {
        Ok(self.matching_days(viewer, &[id]).await?.pop())
    }

    /// Matching days in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn matching_day_page(
        &self,
        viewer: Viewer,
        request: PageRequest<Uuid>,
    ) -> Result<Page<MatchingDay>, StoreError> {
        let select = matching_day::Entity::find().filter(visible(viewer));
        let page = page::by_id(&self.conn, select, matching_day::Column::Id, request).await?;
        page.try_map(read)
    }

    /// Registrations by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn registrations(
        &self,
        ids: &[RegistrationId],
    ) -> Result<Vec<Registration>, StoreError> {
        let rows = registration::Entity::find()
            .filter(registration::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_registration).collect()
    }

    /// An organisation's registration for a matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn registration_of(
        &self,
        event: MatchingDayId,
        organisation: OrganisationId,
    ) -> Result<Option<Registration>, StoreError> {
        let row = registration::Entity::find()
            .filter(registration::Column::EventId.eq(event.0))
            .filter(registration::Column::OrganisationId.eq(organisation.0))
            .one(&self.conn)
            .await?;
        row.map(read_registration).transpose()
    }

    /// A page of the registrations of a matching day that were not withdrawn.
    ///
    /// # Errors
    /// The database.
    pub async fn registration_page(
        &self,
        event: MatchingDayId,
        side: Option<Side>,
        request: PageRequest<Uuid>,
    ) -> Result<Page<Registration>, StoreError> {
        let mut select = registration::Entity::find()
            .filter(registration::Column::EventId.eq(event.0))
            .filter(registration::Column::Withdrawn.eq(false));
        if let Some(side) = side {
            select = select.filter(registration::Column::Side.eq(side.code()));
        }
        let page = page::by_id(&self.conn, select, registration::Column::Id, request).await?;
        page.try_map(read_registration)
    }

    /// All registrations of a matching day that were not withdrawn, in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn registrations_for(
        &self,
        event: MatchingDayId,
    ) -> Result<Vec<Registration>, StoreError> {
        let rows = registration::Entity::find()
            .filter(registration::Column::EventId.eq(event.0))
            .filter(registration::Column::Withdrawn.eq(false))
            .order_by_asc(registration::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_registration).collect()
    }

    /// All registrations of a matching day in the order of creation, also those that were withdrawn.
    ///
    /// # Errors
    /// The database.
    pub async fn all_registrations_for(
        &self,
        event: MatchingDayId,
    ) -> Result<Vec<Registration>, StoreError> {
        let rows = registration::Entity::find()
            .filter(registration::Column::EventId.eq(event.0))
            .order_by_asc(registration::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_registration).collect()
    }

    /// The delegates of registrations, in the order in which they were named.
    ///
    /// # Errors
    /// The database.
    pub async fn delegates_of(
        &self,
        registrations: &[RegistrationId],
    ) -> Result<Vec<Delegate>, StoreError> {
        let rows = delegate::Entity::find()
            .filter(delegate::Column::RegistrationId.is_in(registrations.iter().map(|id| id.0)))
            .order_by_asc(delegate::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_delegate).collect()
    }

    /// Delegates by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn delegates(&self, ids: &[DelegateId]) -> Result<Vec<Delegate>, StoreError> {
        let rows = delegate::Entity::find()
            .filter(delegate::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_delegate).collect()
    }

    /// A person's places as a delegate, newest matching day first.
    ///
    /// # Errors
    /// The database.
    pub async fn delegations_of(
        &self,
        person: PersonId,
    ) -> Result<Vec<(MatchingDayId, Delegate)>, StoreError> {
        let rows = delegate::Entity::find()
            .filter(delegate::Column::PersonId.eq(person.0))
            .order_by_desc(delegate::Column::EventId)
            .all(&self.conn)
            .await?;
        rows.into_iter()
            .map(|row| Ok((MatchingDayId(row.event_id), read_delegate(row)?)))
            .collect()
    }
}

impl Tx {
    /// Saves a new matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_matching_day(&self, day: &MatchingDay) -> Result<(), StoreError> {
        columns(day)?.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a changed matching day if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// The database.
    pub async fn update_matching_day(
        &self,
        day: &MatchingDay,
        read_version: i32,
    ) -> Result<bool, StoreError> {
        let done = matching_day::Entity::update_many()
            .set(columns(day)?)
            .filter(matching_day::Column::Id.eq(day.id.0))
            .filter(matching_day::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Saves a new registration with its delegates.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: the organisation is registered, or a person is a delegate already; or the database.
    pub async fn insert_registration(
        &self,
        registration: &Registration,
        delegates: &[Delegate],
    ) -> Result<(), StoreError> {
        registration_columns(registration)
            .insert(&self.conn)
            .await?;
        self.insert_delegates(registration.event, delegates).await
    }

    /// Saves a changed registration, with all its delegates, if nobody changed it since `read_version`.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: a person is a delegate already; or the database.
    pub async fn update_registration(
        &self,
        registration: &Registration,
        read_version: i32,
        delegates: &[Delegate],
    ) -> Result<bool, StoreError> {
        let done = registration::Entity::update_many()
            .set(registration_columns(registration))
            .filter(registration::Column::Id.eq(registration.id.0))
            .filter(registration::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        if done.rows_affected == 0 {
            return Ok(false);
        }
        let known: Vec<Uuid> = delegate::Entity::find()
            .filter(delegate::Column::RegistrationId.eq(registration.id.0))
            .all(&self.conn)
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect();
        let kept: Vec<Uuid> = delegates.iter().map(|d| d.id.0).collect();
        let gone: Vec<Uuid> = known
            .iter()
            .filter(|id| !kept.contains(id))
            .copied()
            .collect();
        if !gone.is_empty() {
            // A run that was made before registration was opened again may seat them.
            meeting_delegate::Entity::delete_many()
                .filter(meeting_delegate::Column::DelegateId.is_in(gone.iter().copied()))
                .exec(&self.conn)
                .await?;
            delegate::Entity::delete_many()
                .filter(delegate::Column::Id.is_in(gone))
                .exec(&self.conn)
                .await?;
        }
        let (old, new): (Vec<_>, Vec<_>) = delegates
            .iter()
            .cloned()
            .partition(|d| known.contains(&d.id.0));
        for delegate in &old {
            delegate::Entity::update(delegate_columns(registration.event, delegate)?)
                .exec(&self.conn)
                .await?;
        }
        self.insert_delegates(registration.event, &new).await?;
        Ok(true)
    }

    async fn insert_delegates(
        &self,
        event: MatchingDayId,
        delegates: &[Delegate],
    ) -> Result<(), StoreError> {
        if delegates.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = delegates
            .iter()
            .map(|d| delegate_columns(event, d))
            .collect::<Result<_, _>>()?;
        delegate::Entity::insert_many(rows)
            .exec_without_returning(&self.conn)
            .await?;
        Ok(())
    }
}

fn columns(day: &MatchingDay) -> Result<matching_day::ActiveModel, StoreError> {
    const TABLE: &str = "matching_day";
    Ok(matching_day::ActiveModel {
        id: Set(day.id.0),
        organiser_id: Set(day.organiser.0),
        title: Set(to_json(TABLE, &day.title)?),
        venue: Set(to_json(TABLE, &day.venue)?),
        zone: Set(day.zone.name().to_owned()),
        state: Set(day.state.code().to_owned()),
        version: Set(day.version),
        registration_opens_at: Set(day.registration.opens_at),
        registration_closes_at: Set(day.registration.closes_at),
        requests_open_at: Set(day.requests.opens_at),
        requests_close_at: Set(day.requests.closes_at),
        slots: Set(to_json(TABLE, &day.slots)?),
        tables: Set(to_json(TABLE, &day.tables)?),
        created_at: Set(day.created_at),
    })
}

fn registration_columns(registration: &Registration) -> registration::ActiveModel {
    registration::ActiveModel {
        id: Set(registration.id.0),
        event_id: Set(registration.event.0),
        organisation_id: Set(registration.organisation.0),
        side: Set(registration.side.code().to_owned()),
        meetings_min: Set(registration.meetings_min),
        meetings_max: Set(registration.meetings_max),
        rest_slots: Set(registration.rest_slots),
        preferred_half: Set(registration
            .preferred_half
            .map(|half| half.code().to_owned())),
        finishes_early: Set(registration.finishes_early),
        withdrawn: Set(registration.withdrawn),
        version: Set(registration.version),
        created_at: Set(registration.created_at),
    }
}

fn delegate_columns(
    event: MatchingDayId,
    delegate: &Delegate,
) -> Result<delegate::ActiveModel, StoreError> {
    Ok(delegate::ActiveModel {
        id: Set(delegate.id.0),
        registration_id: Set(delegate.registration.0),
        event_id: Set(event.0),
        person_id: Set(delegate.person.0),
        fields: Set(delegate.fields.clone()),
        languages: Set(to_json("delegate", &delegate.languages)?),
        remote: Set(delegate.remote),
        unavailable_slots: Set(to_json("delegate", &delegate.unavailable_slots)?),
    })
}
