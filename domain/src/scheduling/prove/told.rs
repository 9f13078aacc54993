//! The faults of proofs in both languages; the English is that of their `Display`. Numbers are indexes, from 0, where
//! nothing else is said.

use super::super::told::joined;
use super::{Broken, Clash, Condition, Malformed, NotAllMeet, ProveError};
use crate::message;
use crate::text::Message;

impl Broken {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Length(slots, meetings) => format!("상담 {meetings}개에 슬롯이 {slots}개입니다"),
            Self::NoSuchSlot(m) => format!("상담 {m}의 슬롯이 없습니다"),
            Self::Window(m) => format!("상담 {m}이(가) 세션 밖에 있습니다"),
            Self::Fixed(m) => format!("상담 {m}이(가) 고정된 슬롯에 있지 않습니다"),
            Self::Forbidden(p, slot) => format!("참가자 {p}이(가) 금지된 슬롯 {slot}에서 만납니다"),
            Self::Twice(p, slot) => format!("참가자 {p}이(가) 슬롯 {slot}에서 두 번 만납니다"),
            Self::Tables(slot, meetings, tables) => {
                format!("슬롯 {slot}의 상담이 {meetings}개인데 테이블은 {tables}개입니다")
            }
            Self::Precedence(first, second) => {
                format!("상담 {first}이(가) 상담 {second}보다 앞에 있지 않습니다")
            }
            Self::Fairness(found, most) => {
                format!("참가자 사이의 공백 차이가 {found}입니다. {most}까지여야 합니다")
            }
        };
        Message::new(ko, self.to_string())
    }
}

impl Malformed {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::NoSlot => "슬롯이 없습니다".to_owned(),
            Self::Forbidden(found, expected) => {
                format!("금지된 슬롯이 참가자 {expected}명이 아니라 {found}명에게 있습니다")
            }
            Self::UnknownParticipant(m) => format!("상담 {m}의 참가자가 없습니다"),
            Self::SelfPair(m) => format!("상담 {m}이(가) 참가자를 자기 자신과 짝짓습니다"),
            Self::UnknownSlot(m) => format!("상담 {m}이(가) 없는 슬롯에 고정되었습니다"),
            Self::Precedence(i) => format!("선후 관계 {i}에 없는 상담이나 자기 자신이 있습니다"),
        };
        Message::new(ko, self.to_string())
    }
}

impl NotAllMeet {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Delegates(p) => format!("참가자 {p}의 참석자는 한 명이어야 합니다"),
            Self::Remote(r) => {
                format!("요청 {r}은(는) 원격입니다. 모든 상담에 테이블이 필요해야 합니다")
            }
            Self::PlannedBreak(slot) => {
                format!("슬롯 {slot} 앞에 계획된 휴식이 있습니다. 상담이 이어질 수 있어야 합니다")
            }
            Self::Rest(p) => format!("참가자 {p}이(가) 상담 사이의 휴식을 원합니다"),
            Self::Restricted(r) => format!("요청 {r}은(는) 금지되었거나 자원이 필요합니다"),
            Self::GroupCap(g) => format!("그룹 {g}에 상한이 있습니다"),
            Self::Cap(p, cap, asked) => {
                format!("참가자 {p}의 상담은 {cap}개까지인데 {asked}개가 요청되었습니다")
            }
        };
        Message::new(ko, self.to_string())
    }
}

impl ProveError {
    /// The sentence.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Malformed(errors) => joined(errors.iter().map(Malformed::message)).ko,
            Self::Refused(broken) => {
                let all = joined(broken.iter().map(Broken::message));
                format!("검사기가 시간표를 거부했습니다: {}", all.ko)
            }
        };
        Message::new(ko, self.to_string())
    }
}

impl Condition {
    /// The condition, as a part of a sentence; `first` is the number of the first meeting and participant: 0 or 1.
    pub fn message(&self, first: usize) -> Message {
        let n = |index: &usize| index + first;
        match self {
            Self::Window { meeting } => {
                message!("상담 {0}의 세션", "the session of meeting {0}", n(meeting))
            }
            Self::Fixed { meeting } => message!(
                "상담 {0}의 고정된 슬롯",
                "the fixed slot of meeting {0}",
                n(meeting)
            ),
            Self::Forbidden { participant } => message!(
                "참가자 {0}의 금지된 슬롯",
                "the forbidden slots of participant {0}",
                n(participant)
            ),
            Self::Precedence {
                first: before,
                second,
            } => message!(
                "상담 {0}이(가) 상담 {1}보다 앞",
                "meeting {0} before meeting {1}",
                n(before),
                n(second)
            ),
            Self::Tables => Message::new("테이블의 수", "the number of tables"),
            Self::Fairness => Message::new("공백의 공정성", "the fairness of breaks"),
        }
    }
}

impl Clash {
    /// The condition, as a part of a sentence; `first` is the number of the first request and participant: 0 or 1.
    pub fn message(&self, first: usize) -> Message {
        let n = |index: &usize| index + first;
        match self {
            Self::Required { request } => {
                message!("요청 {0}은(는) 필수", "request {0} is required", n(request))
            }
            Self::Locked { request } => {
                message!("요청 {0}은(는) 고정", "request {0} is locked", n(request))
            }
            Self::Delegates { participant } => message!(
                "참가자 {0}의 참석자",
                "the delegates of participant {0}",
                n(participant)
            ),
            Self::Cap { participant } => message!(
                "참가자 {0}의 상한",
                "the cap of participant {0}",
                n(participant)
            ),
            Self::Rest { participant } => message!(
                "참가자 {0}의 휴식",
                "the rest of participant {0}",
                n(participant)
            ),
            Self::GroupCap { group } => {
                message!("그룹 {0}의 상한", "the cap of group {0}", n(group))
            }
            Self::Tables => Message::new("테이블의 수", "the number of tables"),
            Self::Resource { resource } => {
                message!("자원 {0}의 수량", "the units of resource {0}", n(resource))
            }
        }
    }
}
