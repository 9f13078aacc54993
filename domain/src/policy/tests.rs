use super::*;
use uuid::Uuid;

fn actor(kind: OrganisationKind, role: Role, verification: Verification) -> Actor {
    Actor {
        person: PersonId(Uuid::from_u128(1)),
        acts_for: Some(Acting {
            organisation: OrganisationId(Uuid::from_u128(7)),
            kind,
            role,
            verification,
        }),
        means: Means::Session,
    }
}

fn all_actions(own: OrganisationId) -> [Action; 11] {
    [
        Action::Browse,
        Action::Administer { organisation: own },
        Action::VerifyOrganisations,
        Action::KeepOffers { owner: own },
        Action::KeepDemands { owner: own },
        Action::ReadOwn { owner: own },
        Action::ReadReports { hospital: None },
        Action::ReadReports {
            hospital: Some(own),
        },
        Action::HoldMatchingDay,
        Action::RunMatchingDay { organiser: own },
        Action::TakePart { organisation: own },
    ]
}

#[test]
fn a_key_may_what_both_its_scopes_and_its_creator_may() {
    let own = OrganisationId(Uuid::from_u128(7));
    let may = |actor: &Actor, action| decide(Some(actor), action).is_ok();
    for (kind, role) in OrganisationKind::ALL
        .iter()
        .flat_map(|kind| Role::ALL.iter().map(move |role| (*kind, *role)))
    {
        let creator = actor(kind, role, Verification::Verified);
        let with = |means| Actor {
            means,
            ..creator.clone()
        };
        for subset in 0_u32..16 {
            let scopes = Scope::ALL.iter().enumerate();
            let scopes = scopes.filter(|(i, _)| subset & (1 << i) != 0);
            let scopes: BTreeSet<Scope> = scopes.map(|(_, scope)| *scope).collect();
            let key = with(Means::Key(scopes.clone()));
            for action in all_actions(own) {
                let said = (kind, role, &scopes, action);
                assert!(!may(&key, action) || may(&creator, action), "{said:?}");
                let reads = matches!(
                    action,
                    Action::Browse | Action::ReadOwn { .. } | Action::ReadReports { .. }
                );
                let wanted = match action {
                    Action::KeepOffers { .. } => Some(Scope::Catalogue),
                    Action::KeepDemands { .. } => Some(Scope::Demands),
                    Action::HoldMatchingDay
                    | Action::RunMatchingDay { .. }
                    | Action::TakePart { .. } => Some(Scope::MatchingDay),
                    _ => None,
                };
                let open = (reads && !scopes.is_empty())
                    || wanted.is_some_and(|scope| scopes.contains(&scope));
                assert_eq!(may(&key, action), open && may(&creator, action), "{said:?}");
            }
        }
        let token = with(Means::ProviderToken);
        assert!(!may(&token, Action::Administer { organisation: own }));
        assert!(!may(&token, Action::VerifyOrganisations));
        assert_eq!(may(&token, Action::Browse), may(&creator, Action::Browse));
    }
}

#[test]
fn what_is_a_persons_own_is_not_for_programs() {
    let person = actor(
        OrganisationKind::Hospital,
        Role::Administrator,
        Verification::Verified,
    );
    let own = [
        (OwnAction::SeeSelf, true),
        (OwnAction::ReadAgenda, true),
        (OwnAction::KeepSessions, false),
        (OwnAction::KeepCalendarFeed, false),
        (OwnAction::RegisterOrganisation, false),
        (OwnAction::Leave, false),
    ];
    for (action, open_to_programs) in own {
        assert!(decide_own(Some(&person), action).is_ok());
        for means in [
            Means::Key(Scope::ALL.iter().copied().collect()),
            Means::ProviderToken,
        ] {
            let program = Actor {
                means,
                ..person.clone()
            };
            let decided = decide_own(Some(&program), action);
            assert_eq!(decided.is_ok(), open_to_programs, "{action:?}");
        }
        let nobody = decide_own(None, action).err().map(|problem| problem.code);
        assert_eq!(nobody, Some(Code::Unauthenticated));
    }
}

fn code(result: Result<&Acting, Problem>) -> Option<Code> {
    result.err().map(|problem| problem.code)
}

#[test]
fn only_the_owner_of_the_right_kind_and_role_may_write() {
    let own = OrganisationId(Uuid::from_u128(7));
    let other = OrganisationId(Uuid::from_u128(8));
    let verified = Verification::Verified;
    let hospital = actor(OrganisationKind::Hospital, Role::Member, verified);
    assert_eq!(
        code(decide(Some(&hospital), Action::KeepOffers { owner: own })),
        None
    );
    assert_eq!(
        code(decide(Some(&hospital), Action::KeepOffers { owner: other })),
        Some(Code::Forbidden)
    );
    assert_eq!(
        code(decide(Some(&hospital), Action::KeepDemands { owner: own })),
        Some(Code::Forbidden)
    );
    let reviewer = actor(OrganisationKind::Hospital, Role::Reviewer, verified);
    assert_eq!(
        code(decide(Some(&reviewer), Action::KeepOffers { owner: own })),
        Some(Code::Forbidden)
    );
    let observer = actor(OrganisationKind::Observer, Role::Administrator, verified);
    assert_eq!(
        code(decide(Some(&observer), Action::HoldMatchingDay)),
        Some(Code::Forbidden)
    );
    assert_eq!(
        code(decide(
            Some(&observer),
            Action::TakePart { organisation: own }
        )),
        Some(Code::Forbidden)
    );
}

#[test]
fn reports_are_for_overseers_and_hospitals_read_their_own_part() {
    let own = OrganisationId(Uuid::from_u128(7));
    let other = OrganisationId(Uuid::from_u128(8));
    let may = |kind, hospital| {
        let actor = actor(kind, Role::Reviewer, Verification::Verified);
        decide(Some(&actor), Action::ReadReports { hospital }).is_ok()
    };
    for kind in OrganisationKind::ALL {
        let overseer = matches!(
            kind,
            OrganisationKind::Organiser | OrganisationKind::Observer
        );
        assert_eq!(may(*kind, None), overseer, "{kind:?}");
        assert_eq!(may(*kind, Some(own)), kind.offers(), "{kind:?}");
        assert!(!may(*kind, Some(other)), "{kind:?}");
    }
}

#[test]
fn disclosure_goes_in_stages() {
    let own = OrganisationId(Uuid::from_u128(7));
    let owner = OrganisationId(Uuid::from_u128(8));
    let verified = Verification::Verified;
    let may = |kind, action| decide(Some(&actor(kind, Role::Reviewer, verified)), action).is_ok();
    use OrganisationKind::{Hospital, Observer, Organiser};
    let asker = |owner, named, accepted| Action::SeeAsker {
        owner,
        named,
        accepted,
    };
    for kind in [Hospital, Observer] {
        assert!(!may(kind, asker(owner, false, false)));
        assert!(may(kind, asker(owner, true, false)));
        assert!(may(kind, asker(owner, false, true)));
        assert!(may(kind, asker(own, false, false)));
        // Being named is not yet being reached.
        assert!(!may(
            kind,
            Action::SeeContacts {
                owner,
                accepted: false
            }
        ));
        assert!(may(
            kind,
            Action::SeeContacts {
                owner,
                accepted: true
            }
        ));
        assert!(!may(kind, Action::SeeInside { owner }));
        let unverified = Action::SeeOrganisation {
            organisation: owner,
            verified: false,
        };
        assert!(!may(kind, unverified));
        assert!(may(Organiser, unverified));
    }
    assert!(may(Organiser, asker(owner, false, false)));
    assert!(may(
        Organiser,
        Action::SeeContacts {
            owner,
            accepted: false
        }
    ));
    assert!(may(Organiser, Action::SeeInside { owner }));
}

#[test]
fn nobody_acts_before_verification_or_without_signing_in() {
    let own = OrganisationId(Uuid::from_u128(7));
    let pending = actor(
        OrganisationKind::Company,
        Role::Administrator,
        Verification::Pending,
    );
    assert_eq!(
        code(decide(Some(&pending), Action::KeepDemands { owner: own })),
        Some(Code::NotVerified)
    );
    assert_eq!(
        code(decide(
            Some(&pending),
            Action::Administer { organisation: own }
        )),
        None
    );
    assert_eq!(
        code(decide(None, Action::Browse)),
        Some(Code::Unauthenticated)
    );
}
