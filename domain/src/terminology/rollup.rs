//! Codes gathered under the categories, blocks and chapters that hold them, for reports.

use super::span::Span;
use super::tree::Level;
use super::{ConditionCode, Terminology};
use crate::text::Message;

crate::vocabulary! {
    /// How finely conditions are told apart.
    CodeLevel {
        Code = "code", "코드", "code";
        Category = "category", "3단위 분류", "category";
        Block = "block", "중분류", "block";
        Chapter = "chapter", "대분류", "chapter";
    }
}

/// Korean names of the chapters by their English titles.
const CHAPTERS: &[(&str, &str)] = &[
    (
        "Certain infectious and parasitic diseases",
        "특정 감염성 및 기생충성 질환",
    ),
    ("Neoplasms", "신생물"),
    (
        "Diseases of the blood and blood-forming organs and certain disorders involving the immune mechanism",
        "혈액 및 조혈기관의 질환과 면역기전을 침범한 특정 장애",
    ),
    (
        "Endocrine, nutritional and metabolic diseases",
        "내분비, 영양 및 대사 질환",
    ),
    (
        "Mental, Behavioral and Neurodevelopmental disorders",
        "정신 및 행동 장애",
    ),
    ("Diseases of the nervous system", "신경계통의 질환"),
    ("Diseases of the eye and adnexa", "눈 및 눈 부속기의 질환"),
    (
        "Diseases of the ear and mastoid process",
        "귀 및 유돌의 질환",
    ),
    ("Diseases of the circulatory system", "순환계통의 질환"),
    ("Diseases of the respiratory system", "호흡계통의 질환"),
    ("Diseases of the digestive system", "소화계통의 질환"),
    (
        "Diseases of the skin and subcutaneous tissue",
        "피부 및 피하조직의 질환",
    ),
    (
        "Diseases of the musculoskeletal system and connective tissue",
        "근골격계통 및 결합조직의 질환",
    ),
    (
        "Diseases of the genitourinary system",
        "비뇨생식계통의 질환",
    ),
    (
        "Pregnancy, childbirth and the puerperium",
        "임신, 출산 및 산후기",
    ),
    (
        "Certain conditions originating in the perinatal period",
        "출생 전후기에 기원한 특정 병태",
    ),
    (
        "Congenital malformations, deformations and chromosomal abnormalities",
        "선천기형, 변형 및 염색체이상",
    ),
    (
        "Symptoms, signs and abnormal clinical and laboratory findings, not elsewhere classified",
        "달리 분류되지 않은 증상, 징후와 임상 및 검사의 이상소견",
    ),
    (
        "Injury, poisoning and certain other consequences of external causes",
        "손상, 중독 및 외인에 의한 특정 기타 결과",
    ),
    ("External causes of morbidity", "질병이환의 외인"),
    (
        "Factors influencing health status and contact with health services",
        "건강상태 및 보건서비스 접촉에 영향을 주는 요인",
    ),
    ("Codes for special purposes", "특수목적 코드"),
];

impl Terminology {
    /// The category, innermost block or chapter that holds a condition; itself where it is as broad or broader.
    pub fn rolled_up(&self, code: &ConditionCode, level: CodeLevel) -> ConditionCode {
        let wanted = match level {
            CodeLevel::Code => return code.clone(),
            CodeLevel::Category => Level::Category,
            CodeLevel::Block => Level::Block,
            CodeLevel::Chapter => Level::Chapter,
        };
        self.tree
            .path(Span::of(code))
            .find(|node| node.level == wanted)
            .and_then(|node| node.code.parse().ok())
            .unwrap_or_else(|| code.clone())
    }

    /// [`Terminology::label`], with the Korean name of a chapter.
    pub fn heading(&self, code: &ConditionCode) -> Message {
        let label = self.label(code);
        let korean = CHAPTERS
            .iter()
            .find(|(english, _)| label.ko == *english)
            .map(|(_, korean)| (*korean).to_owned());
        Message {
            ko: korean.unwrap_or(label.ko),
            en: label.en,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_roll_up_to_what_holds_them() {
        let terminology = Terminology::standard();
        let up = |code: &str, level| {
            terminology
                .rolled_up(&code.parse().unwrap(), level)
                .to_string()
        };
        assert_eq!(up("C34.1", CodeLevel::Code), "C34.1");
        assert_eq!(up("C34.1", CodeLevel::Category), "C34");
        assert_eq!(up("C34.1", CodeLevel::Block), "C30-C39");
        let chapter = up("C34.1", CodeLevel::Chapter);
        assert!(chapter.starts_with("C00-D"), "{chapter}");
        // What is broader than the level stays as it is.
        assert_eq!(up("C00-C97", CodeLevel::Category), "C00-C97");
        assert_eq!(up("C00-C97", CodeLevel::Chapter), chapter);
    }

    #[test]
    fn every_chapter_has_a_korean_name() {
        let terminology = Terminology::standard();
        let chapters: Vec<_> = terminology
            .tree
            .nodes()
            .iter()
            .filter(|node| node.level == Level::Chapter)
            .collect();
        assert_eq!(chapters.len(), CHAPTERS.len());
        for chapter in chapters {
            let heading = terminology.heading(&chapter.code.parse().unwrap());
            assert!(!heading.ko.is_ascii(), "{}: {heading:?}", chapter.code);
        }
    }
}
