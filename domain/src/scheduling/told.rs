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
            Self::Members(i) => format!("그룹 {i}에 없는 참가자가 있거나 한 참가자가 두 번 있습니다"),
            Self::GroupFloorAboveCap(i) => format!("그룹 {i}의 하한이 상한보다 큽니다"),
            Self::UnknownResource(i) => format!("요청 {i}에 없는 자원이 있거나 한 자원이 두 번 있습니다"),
            Self::TooHeavy => "가중치, 하한, 요청의 합이 너무 큽니다".to_owned(),
            Self::SelfPair(i) => format!("요청 {i}이(가) 참가자를 자기 자신과 짝짓습니다"),
            Self::RepeatedPair(i) => format!("요청 {i}의 짝이 앞에 이미 있습니다"),
            Self::FloorAboveCap(i) => format!("참가자 {i}의 하한이 상한보다 큽니다"),
            Self::UnknownInLock(i) => format!("고정 {i}에 없는 요청, 슬롯, 테이블 또는 자리가 있습니다"),
            Self::LockUnavailable(i) => format!("고정 {i}은(는) 두 참가자가 참석할 수 있는 때가 아닙니다"),
            Self::LockConflict(i) => format!("고정 {i}이(가) 다른 고정과 어긋납니다"),
        };
        Message::new(ko, self.to_string())
    }
}

impl Violation {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Unknown(i) => format!("미팅 {i}이(가) 없는 것을 가리킵니다"),
            Self::MeetsTwice(r) => format!("요청 {r}이(가) 두 번 만납니다"),
            Self::ExcludedSlot(r) => format!("요청 {r}이(가) 제외한 슬롯에서 만납니다"),
            Self::Delegate(p) => format!("참가자 {p}의 대표가 그 자리에 앉을 수 없습니다"),
            Self::Table(r) => format!("요청 {r}의 테이블이 맞지 않습니다"),
            Self::Cap(p) => format!("참가자 {p}의 미팅이 상한보다 많습니다"),
            Self::GroupCap(g) => format!("그룹 {g}의 미팅이 상한보다 많습니다"),
            Self::Resource(r, slot) => {
                format!("슬롯 {slot}에서 자원 {r}이(가) 필요한 미팅이 너무 많습니다")
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
                format!("필수 미팅이 서로 어긋납니다: {}", all.ko)
            }
            Self::Undecided => "필수 미팅이 모두 열릴 수 있는지 밝혀지지 않았습니다".to_owned(),
            Self::Published(i) => {
                format!("공표된 미팅 {i}의 요청이나 슬롯이 없거나 두 번 있습니다")
            }
            Self::Refused(violations) => {
                let all = joined(violations.iter().map(Violation::message));
                format!("검사기가 시간표를 거부했습니다: {}", all.ko)
            }
        };
        Message::new(ko, self.to_string())
    }
}
