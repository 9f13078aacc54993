//! The people of an organisation: it always keeps an administrator.

use super::{Membership, Role};
use crate::id::MembershipId;
use crate::problem::{Code, Problem};
use crate::text::Message;

/// A colleague's place with another role; `places` are all places of the organisation.
///
/// # Errors
/// No such place, or the last administrator would lose the role.
pub fn give_role(
    places: &[Membership],
    id: MembershipId,
    role: Role,
) -> Result<Membership, Problem> {
    let place = find(places, id)?;
    if role != Role::Administrator {
        keep_an_administrator(places, place)?;
    }
    Ok(Membership {
        role,
        ..place.clone()
    })
}

/// The place that a colleague gives up or loses; `places` are all places of the organisation.
///
/// # Errors
/// No such place, or it is the last administrator's.
pub fn depart(places: &[Membership], id: MembershipId) -> Result<Membership, Problem> {
    let place = find(places, id)?;
    keep_an_administrator(places, place)?;
    Ok(place.clone())
}

fn find(places: &[Membership], id: MembershipId) -> Result<&Membership, Problem> {
    let place = places.iter().find(|place| place.id == id);
    place.ok_or_else(|| Problem::not_found("membershipId"))
}

fn keep_an_administrator(places: &[Membership], leaving: &Membership) -> Result<(), Problem> {
    let is_other = |place: &&Membership| {
        place.organisation == leaving.organisation
            && place.id != leaving.id
            && place.role == Role::Administrator
    };
    if leaving.role != Role::Administrator || places.iter().any(|place| is_other(&place)) {
        return Ok(());
    }
    Err(Problem::at(
        "membershipId",
        Code::LastAdministrator,
        Message::new(
            "기관에는 관리자가 한 명 이상 있어야 합니다. 먼저 다른 사람을 관리자로 지정하십시오.",
            "An organisation keeps at least one administrator; make somebody else one first.",
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{OrganisationId, PersonId};
    use uuid::Uuid;

    fn place(n: u128, role: Role) -> Membership {
        Membership {
            id: MembershipId(Uuid::from_u128(n)),
            person: PersonId(Uuid::from_u128(n)),
            organisation: OrganisationId(Uuid::from_u128(9)),
            role,
        }
    }

    fn code<T>(result: Result<T, Problem>) -> Option<Code> {
        result.err().map(|problem| problem.code)
    }

    #[test]
    fn the_last_administrator_stays_one() {
        let mut places = vec![place(1, Role::Administrator), place(2, Role::Member)];
        let (first, second) = (places[0].id, places[1].id);
        assert_eq!(code(depart(&places, first)), Some(Code::LastAdministrator));
        for role in [Role::Member, Role::Reviewer] {
            let demoted = give_role(&places, first, role);
            assert_eq!(code(demoted), Some(Code::LastAdministrator));
        }
        assert_eq!(code(give_role(&places, first, Role::Administrator)), None);
        assert_eq!(code(depart(&places, second)), None);
        let raised = give_role(&places, second, Role::Administrator);
        assert_eq!(
            raised.as_ref().map(|place| place.role),
            Ok(Role::Administrator)
        );
        places[1].role = Role::Administrator;
        assert_eq!(code(depart(&places, first)), None);
        let unknown = MembershipId(Uuid::from_u128(3));
        assert_eq!(code(depart(&places, unknown)), Some(Code::NotFound));
    }
}
