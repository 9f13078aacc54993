//! Organisations, people, their places, and consortia.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx, Viewer, page};
use crate::entity::{
    consortium, consortium_member, former_member, membership, organisation, person,
};
use matchday_domain::id::{ConsortiumId, MembershipId, OrganisationId, PersonId};
use matchday_domain::organisation::{
    Consortium, ConsortiumMember, ConsortiumRole, EmailAddress, Membership, Organisation,
    OrganisationKind, Person, Role, Verification,
};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::text::Language;
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A place in an organisation, with who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMember {
    /// The place.
    pub membership: Membership,
    /// Who holds it.
    pub person: Person,
}

fn read(row: organisation::Model) -> Result<Organisation, StoreError> {
    Ok(Organisation {
        id: OrganisationId(row.id),
        profile: json("organisation", row.profile)?,
        verification: vocabulary("organisation", &row.verification, Verification::from_code)?,
        version: row.version,
        source_ref: row.source_ref,
        created_at: row.created_at,
    })
}

fn read_person(row: person::Model) -> Result<Person, StoreError> {
    Ok(Person {
        id: PersonId(row.id),
        email: row
            .email
            .parse::<EmailAddress>()
            .map_err(|e| StoreError::corrupt("person", e))?,
        name: row.name,
        language: Language::preferred(&row.language),
        created_at: row.created_at,
    })
}

fn read_membership(row: &membership::Model) -> Result<Membership, StoreError> {
    Ok(Membership {
        id: MembershipId(row.id),
        person: PersonId(row.person_id),
        organisation: OrganisationId(row.organisation_id),
        role: vocabulary("membership", &row.role, Role::from_code)?,
    })
}

fn read_part(row: consortium_member::Model) -> Result<ConsortiumMember, StoreError> {
    Ok(ConsortiumMember {
        consortium: ConsortiumId(row.consortium_id),
        organisation: OrganisationId(row.organisation_id),
        role: vocabulary("consortium_member", &row.role, ConsortiumRole::from_code)?,
        from: row.from_date,
        until: row.until_date,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// Organisations by id, in no order. Their profiles are public to whoever is signed in.
    ///
    /// # Errors
    /// The database.
    pub async fn organisations(
        &self,
        ids: &[OrganisationId],
    ) -> Result<Vec<Organisation>, StoreError> {
        let rows = organisation::Entity::find()
            .filter(organisation::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One organisation.
    ///
    /// # Errors
    /// The database.
    pub async fn organisation(
        &self,
        id: OrganisationId,
    ) -> Result<Option<Organisation>, StoreError> {
        Ok(self.organisations(&[id]).await?.pop())
    }

    /// The organisation that was imported from this record.
    ///
    /// # Errors
    /// The database.
    pub async fn organisation_from_source(
        &self,
        source_ref: &str,
    ) -> Result<Option<Organisation>, StoreError> {
        let row = organisation::Entity::find()
            .filter(organisation::Column::SourceRef.eq(source_ref))
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }

    /// Organisations that the viewer may see, in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn organisation_page(
        &self,
        viewer: Viewer,
        kind: Option<OrganisationKind>,
        verification: Option<Verification>,
        request: PageRequest<Uuid>,
    ) -> Result<Page<Organisation>, StoreError> {
        let mut select = organisation::Entity::find();
        if let Viewer::Organisation(own) = viewer {
            let verified = organisation::Column::Verification.eq(Verification::Verified.code());
            let own = organisation::Column::Id.eq(own.0);
            select = select.filter(Condition::any().add(verified).add(own));
        }
        if let Some(kind) = kind {
            select = select.filter(organisation::Column::Kind.eq(kind.code()));
        }
        if let Some(verification) = verification {
            select = select.filter(organisation::Column::Verification.eq(verification.code()));
        }
        let page = page::by_id(&self.conn, select, organisation::Column::Id, request).await?;
        page.try_map(read)
    }

    /// How many organisations there are; 0 in an empty database.
    ///
    /// # Errors
    /// The database.
    pub async fn organisation_count(&self) -> Result<u64, StoreError> {
        use sea_orm::PaginatorTrait;
        Ok(organisation::Entity::find().count(&self.conn).await?)
    }

    /// People by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_person).collect()
    }

    /// The person with this address.
    ///
    /// # Errors
    /// The database.
    pub async fn person_by_email(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<Person>, StoreError> {
        let row = person::Entity::find()
            .filter(person::Column::Email.eq(email.as_str()))
            .one(&self.conn)
            .await?;
        row.map(read_person).transpose()
    }

    /// The places a person holds, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn memberships_of(&self, person: PersonId) -> Result<Vec<Membership>, StoreError> {
        let rows = membership::Entity::find()
            .filter(membership::Column::PersonId.eq(person.0))
            .order_by_asc(membership::Column::Id)
            .all(&self.conn)
            .await?;
        rows.iter().map(read_membership).collect()
    }

    /// The people of organisations, oldest place first.
    ///
    /// # Errors
    /// The database.
    pub async fn members_of(
        &self,
        organisations: &[OrganisationId],
    ) -> Result<Vec<ListedMember>, StoreError> {
        let places = membership::Entity::find()
            .filter(membership::Column::OrganisationId.is_in(organisations.iter().map(|id| id.0)))
            .order_by_asc(membership::Column::Id)
            .all(&self.conn)
            .await?;
        let ids: Vec<_> = places
            .iter()
            .map(|place| PersonId(place.person_id))
            .collect();
        let people = self.people(&ids).await?;
        places
            .iter()
            .map(|place| {
                let membership = read_membership(place)?;
                let person = people
                    .iter()
                    .find(|person| person.id == membership.person)
                    .cloned();
                let person =
                    person.ok_or_else(|| StoreError::corrupt("membership", "nobody holds it"))?;
                Ok(ListedMember { membership, person })
            })
            .collect()
    }

    /// All consortia, in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn consortia(&self) -> Result<Vec<Consortium>, StoreError> {
        let rows = consortium::Entity::find()
            .order_by_asc(consortium::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Consortium {
                    id: ConsortiumId(row.id),
                    name: json("consortium", row.name)?,
                })
            })
            .collect()
    }

    /// The dated parts of all hospitals in all consortia, by first day.
    ///
    /// # Errors
    /// The database.
    pub async fn consortium_members(&self) -> Result<Vec<ConsortiumMember>, StoreError> {
        let rows = consortium_member::Entity::find()
            .order_by_asc(consortium_member::Column::FromDate)
            .order_by_asc(consortium_member::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_part).collect()
    }
}

impl Tx {
    /// Saves a new organisation.
    ///
    /// # Errors
    /// The source record was imported before, or the database.
    pub async fn insert_organisation(&self, organisation: &Organisation) -> Result<(), StoreError> {
        columns(organisation)?.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a changed organisation if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// The database.
    pub async fn update_organisation(
        &self,
        organisation: &Organisation,
        read_version: i32,
    ) -> Result<bool, StoreError> {
        let done = organisation::Entity::update_many()
            .set(columns(organisation)?)
            .filter(organisation::Column::Id.eq(organisation.id.0))
            .filter(organisation::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Saves a new person.
    ///
    /// # Errors
    /// The address is taken, or the database.
    pub async fn insert_person(&self, person: &Person) -> Result<(), StoreError> {
        let row = person::ActiveModel {
            id: Set(person.id.0),
            email: Set(person.email.as_str().to_owned()),
            name: Set(person.name.clone()),
            language: Set(person.language.tag().to_owned()),
            created_at: Set(person.created_at),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a new place.
    ///
    /// # Errors
    /// The person holds one there already, or the database.
    pub async fn insert_membership(&self, place: &Membership) -> Result<(), StoreError> {
        let row = membership::ActiveModel {
            id: Set(place.id.0),
            person_id: Set(place.person.0),
            organisation_id: Set(place.organisation.0),
            role: Set(place.role.code().to_owned()),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Holds an organisation's row until the end of the transaction, so that what is decided about all its people, keys
    /// or invitations together is decided by one at a time.
    ///
    /// # Errors
    /// The database.
    pub async fn lock_organisation(&self, id: OrganisationId) -> Result<(), StoreError> {
        // SQLite has one writer anyway; on PostgreSQL rows that refer to it may still come.
        organisation::Entity::find_by_id(id.0)
            .lock(LockType::NoKeyUpdate)
            .one(&self.conn)
            .await?;
        Ok(())
    }

    /// Gives a place another role.
    ///
    /// # Errors
    /// The database.
    pub async fn update_role(&self, place: &Membership) -> Result<(), StoreError> {
        membership::Entity::update_many()
            .col_expr(membership::Column::Role, Expr::value(place.role.code()))
            .filter(membership::Column::Id.eq(place.id.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Ends a place.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_membership(&self, id: MembershipId) -> Result<(), StoreError> {
        membership::Entity::delete_by_id(id.0)
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Remembers that a person was removed from an organisation.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_former_member(
        &self,
        organisation: OrganisationId,
        person: PersonId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.forget_former_member(organisation, person).await?;
        let row = former_member::ActiveModel {
            organisation_id: Set(organisation.0),
            person_id: Set(person.0),
            removed_at: Set(now),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Forgets it: the organisation wants the person again.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_former_member(
        &self,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        former_member::Entity::delete_by_id((organisation.0, person.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Whether a person was removed from an organisation.
    ///
    /// # Errors
    /// The database.
    pub async fn is_former_member(
        &self,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let row = former_member::Entity::find_by_id((organisation.0, person.0))
            .one(&self.conn)
            .await?;
        Ok(row.is_some())
    }

    /// Saves a new consortium.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_consortium(&self, consortium: &Consortium) -> Result<(), StoreError> {
        let row = consortium::ActiveModel {
            id: Set(consortium.id.0),
            name: Set(to_json("consortium", &consortium.name)?),
            source_ref: Set(None),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a hospital's part in a consortium.
    ///
    /// # Errors
    /// It has one from this day on already, or the database.
    pub async fn insert_consortium_member(
        &self,
        id: Uuid,
        part: &ConsortiumMember,
    ) -> Result<(), StoreError> {
        let row = consortium_member::ActiveModel {
            id: Set(id),
            consortium_id: Set(part.consortium.0),
            organisation_id: Set(part.organisation.0),
            role: Set(part.role.code().to_owned()),
            from_date: Set(part.from),
            until_date: Set(part.until),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }
}

fn columns(organisation: &Organisation) -> Result<organisation::ActiveModel, StoreError> {
    Ok(organisation::ActiveModel {
        id: Set(organisation.id.0),
        kind: Set(organisation.profile.kind.code().to_owned()),
        verification: Set(organisation.verification.code().to_owned()),
        profile: Set(to_json("organisation", &organisation.profile)?),
        version: Set(organisation.version),
        source_ref: Set(organisation.source_ref.clone()),
        created_at: Set(organisation.created_at),
    })
}
