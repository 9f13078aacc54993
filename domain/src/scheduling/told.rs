//! The faults of problems and timetables in both languages; the English is that of their `Display`. Numbers are
//! indexes, from 0.

use super::{ArrangeError, MOST_SLOTS, ProblemError, Violation};
use crate::text::Message;

/// Several sentences in one.
pub(super) fn joined(all: impl IntoIterator<Item = Message>) -> Message {
    let (ko, en): (Vec<_>, Vec<_>) = all.into_iter().map(|one| (one.ko, one.en)).unzip();
    Message::new(ko.join("; "), en.join("; "))
}

impl ProblemError {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::NoSlot => "슬롯이 없습니다".to_owned(),
            Self::TooManySlots(slots) => {
                format!("슬롯이 {slots}개입니다. {MOST_SLOTS}개까지 편성할 수 있습니다")
            }
            Self::NoTable => "테이블이 없습니다".to_owned(),
            Self::SlotOrder(i) => format!("슬롯 {i}의 순서가 맞지 않습니다"),
            Self::UnknownParticipant(i) => format!("요청 {i}의 참가자가 없습니다"),
            Self::Units(i) => format!("자원 {i}의 수량이 슬롯마다 하나씩 있지 않습니다"),
            Self::Members(i) => {
                format!("그룹 {i}에 없는 참가자가 있거나 한 참가자가 두 번 있습니다")
            }
            Self::GroupFloorAboveCap(i) => format!("그룹 {i}의 하한이 상한보다 큽니다"),
            Self::UnknownResource(i) => {
                format!("요청 {i}에 없는 자원이 있거나 한 자원이 두 번 있습니다")
            }
            Self::TooHeavy => "가중치, 하한, 요청의 합이 너무 큽니다".to_owned(),
            Self::SelfPair(i) => format!("요청 {i}이(가) 참가자를 자기 자신과 짝짓습니다"),
            Self::RepeatedPair(i) => format!("요청 {i}의 짝이 앞에 이미 있습니다"),
            Self::FloorAboveCap(i) => format!("참가자 {i}의 하한이 상한보다 큽니다"),
            Self::UnknownInLock(i) => {
                format!("고정 {i}에 없는 요청, 슬롯, 테이블 또는 자리가 있습니다")
            }
            Self::LockForbidden(i) => format!("고정 {i}의 요청이 금지되어 있습니다"),
            Self::LockRemoteTable(i) => {
                format!("고정 {i}이(가) 테이블이 필요 없는 요청에 테이블을 줍니다")
            }
            Self::LockTableClosed(i) => format!("고정 {i}의 슬롯에 열린 테이블이 없습니다"),
            Self::LockNoUnit(i) => format!("고정 {i}에 필요한 자원이 그 슬롯에 없습니다"),
            Self::LockCapZero(i) => {
                format!("고정 {i}의 참가자나 그룹은 상한이 0입니다")
            }
            Self::LockUnavailable(i) => {
                format!("고정 {i}은(는) 두 참가자가 참석할 수 있는 때가 아닙니다")
            }
            Self::LockConflict(i) => format!("고정 {i}이(가) 다른 고정과 어긋납니다"),
        };
        Message::new(ko, self.to_string())
    }
}

impl Violation {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Unknown(i) => format!("상담 {i}이(가) 없는 것을 가리킵니다"),
            Self::MeetsTwice(r) => format!("요청 {r}이(가) 두 번 만납니다"),
            Self::ExcludedSlot(r) => format!("요청 {r}이(가) 제외한 슬롯에서 만납니다"),
            Self::Delegate(p) => format!("참가자 {p}의 참석자가 그 자리에 앉을 수 없습니다"),
            Self::Table(r) => format!("요청 {r}의 테이블이 맞지 않습니다"),
            Self::Cap(p) => format!("참가자 {p}의 상담이 상한보다 많습니다"),
            Self::GroupCap(g) => format!("그룹 {g}의 상담이 상한보다 많습니다"),
            Self::Resource(r, slot) => {
                format!("슬롯 {slot}에서 자원 {r}이(가) 필요한 상담이 너무 많습니다")
            }
            Self::Rest(p, slot) => format!("참가자 {p}의 휴식이 슬롯 {slot} 둘레에 없습니다"),
            Self::Forbidden(r) => format!("요청 {r}은(는) 금지되었는데 만납니다"),
            Self::Required(r) => format!("요청 {r}은(는) 필수인데 만나지 않습니다"),
            Self::Past(r) => format!("지난 슬롯에서 요청 {r}이(가) 바뀌었습니다"),
            Self::Lock(i) => format!("고정 {i}이(가) 지켜지지 않았습니다"),
        };
        Message::new(ko, self.to_string())
    }
}

impl ArrangeError {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Problem(errors) => {
                let all = joined(errors.iter().map(ProblemError::message));
                format!("편성할 수 없는 문제입니다: {}", all.ko)
            }
            Self::Infeasible(clash) => {
                let all = joined(clash.iter().map(|clash| clash.message(1)));
                format!("필수 상담이 서로 어긋납니다: {}", all.ko)
            }
            Self::Undecided => "필수 상담이 모두 열릴 수 있는지 밝혀지지 않았습니다".to_owned(),
            Self::Published(i) => {
                format!("공표된 상담 {i}의 요청이나 슬롯이 없거나 두 번 있습니다")
            }
            Self::Refused(violations) => {
                let all = joined(violations.iter().map(Violation::message));
                format!("검사기가 시간표를 거부했습니다: {}", all.ko)
            }
        };
        Message::new(ko, self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::Clash;
    use crate::scheduling::prove::{Broken, Condition, Malformed, NotAllMeet, ProveError};

    #[test]
    fn everything_is_told_in_both_languages() {
        use {ProblemError as P, Violation as V};
        let problems = [
            P::NoSlot,
            P::TooManySlots(1),
            P::NoTable,
            P::SlotOrder(1),
            P::UnknownParticipant(1),
            P::Units(1),
            P::Members(1),
            P::GroupFloorAboveCap(1),
            P::UnknownResource(1),
            P::TooHeavy,
            P::SelfPair(1),
            P::RepeatedPair(1),
            P::FloorAboveCap(1),
            P::UnknownInLock(1),
            P::LockForbidden(1),
            P::LockRemoteTable(1),
            P::LockTableClosed(1),
            P::LockNoUnit(1),
            P::LockCapZero(1),
            P::LockUnavailable(1),
            P::LockConflict(1),
        ];
        let violations = [
            V::Unknown(1),
            V::MeetsTwice(1),
            V::ExcludedSlot(1),
            V::Delegate(1),
            V::Table(1),
            V::Cap(1),
            V::GroupCap(1),
            V::Resource(1, 2),
            V::Rest(1, 2),
            V::Forbidden(1),
            V::Required(1),
            V::Past(1),
            V::Lock(1),
        ];
        let broken = [
            Broken::Length(1, 2),
            Broken::NoSuchSlot(1),
            Broken::Window(1),
            Broken::Fixed(1),
            Broken::Forbidden(1, 2),
            Broken::Twice(1, 2),
            Broken::Tables(1, 2, 3),
            Broken::Precedence(1, 2),
            Broken::Fairness(3, 2),
        ];
        let malformed = [
            Malformed::NoSlot,
            Malformed::Forbidden(1, 2),
            Malformed::UnknownParticipant(1),
            Malformed::SelfPair(1),
            Malformed::UnknownSlot(1),
            Malformed::Precedence(1),
        ];
        let not_all_meet = [
            NotAllMeet::Delegates(1),
            NotAllMeet::Remote(1),
            NotAllMeet::PlannedBreak(1),
            NotAllMeet::Rest(1),
            NotAllMeet::Restricted(1),
            NotAllMeet::GroupCap(1),
            NotAllMeet::Cap(1, 2, 3),
        ];
        let one = 1;
        let clashes = [
            Clash::Required { request: one },
            Clash::Locked { request: one },
            Clash::Delegates { participant: one },
            Clash::Cap { participant: one },
            Clash::Rest { participant: one },
            Clash::GroupCap { group: one },
            Clash::Tables,
            Clash::Resource { resource: one },
        ];
        let conditions = [
            Condition::Window { meeting: one },
            Condition::Fixed { meeting: one },
            Condition::Forbidden { participant: one },
            Condition::Precedence {
                first: one,
                second: 2,
            },
            Condition::Tables,
            Condition::Fairness,
        ];
        let mut all: Vec<Message> = Vec::new();
        all.extend(problems.iter().map(P::message));
        all.extend(violations.iter().map(V::message));
        all.extend(broken.iter().map(Broken::message));
        all.extend(malformed.iter().map(Malformed::message));
        all.extend(not_all_meet.iter().map(NotAllMeet::message));
        all.extend(clashes.iter().map(|clash| clash.message(0)));
        all.extend(conditions.iter().map(|condition| condition.message(0)));
        all.push(ArrangeError::Problem(problems.to_vec()).message());
        all.push(ArrangeError::Infeasible(clashes.to_vec()).message());
        all.push(ArrangeError::Undecided.message());
        all.push(ArrangeError::Published(1).message());
        all.push(ArrangeError::Refused(violations.to_vec()).message());
        all.push(ProveError::Malformed(malformed.to_vec()).message());
        all.push(ProveError::Refused(broken.to_vec()).message());
        for Message { ko, en } in all {
            assert!(ko.chars().any(|c| ('가'..='힣').contains(&c)), "{ko}");
            assert!(!en.is_empty() && en.is_ascii(), "{en}");
            // The same numbers in both.
            let numbers = |text: &str| {
                let mut all: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
                all.sort_unstable();
                all
            };
            assert_eq!(numbers(&ko), numbers(&en), "{ko} / {en}");
        }
    }
}
