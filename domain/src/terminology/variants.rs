//! Other ways to say what a question says: without its trimmings (`폐암 환자`, `acute appendicitis`), with another
//! ending, in the singular, with the other name of an organ, turned round (`cancer of the lung`).
//!
//! All of it works on keys, see [`super::words::key`]: Hangul without spaces, Latin in lower case.

use super::letters::lettered;
use super::words::is_hangul;
use std::collections::HashSet;

/// Longer questions are sentences, not terms.
const MAX_KEY: usize = 120;
/// Steps from the question to a variant, and most variants tried.
const MAX_STEPS: usize = 3;
const MAX_VARIANTS: usize = 200;

/// What is said before a disease without changing which it is.
const BEFORE: &[&str] = &[
    "급성",
    "만성",
    "아급성",
    "중증",
    "경증",
    "심한",
    "가벼운",
    "원발성",
    "전이성",
    "재발성",
    "재발",
    "진행성",
    "초기",
    "말기",
    "조기",
    "소아",
    "성인",
    "노인",
    "노인성",
    "노년",
    "남성",
    "여성",
    "양측",
    "특발성",
    "상세불명의",
    "기타",
    "한국인",
    "국내",
    "심각한",
    "의심되는",
    "잦은",
    "반복적인",
    "갑작스러운",
];
/// What is said after a word without changing what it is about.
const AFTER: &[&str] = &[
    "환자",
    "환자군",
    "환아",
    "환자들",
    "데이터",
    "데이터셋",
    "자료",
    "정보",
    "검사",
    "검사결과",
    "결과",
    "결과지",
    "검사지",
    "영상",
    "이미지",
    "사진",
    "촬영",
    "기록",
    "기록지",
    "소견",
    "진단",
    "치료",
    "병력",
    "코호트",
    "증상",
    "발생",
    "예방",
    "의심",
    "신호",
    "측정",
    "측정값",
    "수치",
    "판독",
    "스캔",
    "파일",
    "내역",
    "이력",
    "여부",
    "유병",
    "진료",
    "연구",
    "걸림",
    "이있는사람",
    "을앓는사람",
    "를앓는사람",
    "후유증",
    "합병증",
    "예측",
    "위험",
    "위험도",
    "1기",
    "2기",
    "3기",
    "4기",
    "말기",
    "량",
];
/// Endings that stand for each other; the first is none, and is not exchanged: a question is the beginning of the word
/// with an ending anyway.
const ENDINGS: &[&str] = &[
    "",
    "증",
    "병",
    "질환",
    "질병",
    "증후군",
    "장애",
    "염",
    "발작",
    "증세",
];
/// Words, and parts of words, that stand for each other.
const SAME: &[(&str, &str)] = &[
    ("알콜", "알코올"),
    ("콩팥", "신장"),
    ("갑상샘", "갑상선"),
    ("전립샘", "전립선"),
    ("쓸개", "담낭"),
    ("이자", "췌장"),
    ("큰창자", "대장"),
    ("작은창자", "소장"),
    ("허파", "폐"),
    ("젖", "유방"),
    ("샘", "선"),
    ("류머티즘", "류마티스"),
    ("류마티즘", "류마티스"),
    ("류머티스", "류마티스"),
    ("류마토이드", "류마티스"),
    ("망막증", "망막병증"),
    ("신경염", "신경병증"),
    ("골절", "부러짐"),
    ("다발성", "다발"),
    ("경화증", "경변증"),
    ("경화", "경변"),
    ("소실", "상실"),
    ("빈맥", "빠른맥"),
    ("헬리코박터균", "헬리코박터"),
    ("치매증", "치매"),
    ("성", ""),
    ("의", ""),
    ("씨병", "병"),
    ("물혹", "낭종"),
    ("염증", "염"),
    ("막힘", "폐색"),
    ("찢어짐", "파열"),
    ("빠짐", "탈구"),
    ("구멍", "천공"),
    ("폴립", "용종"),
    ("엑스선", "엑스레이"),
    ("조영술", "조영"),
    ("심장동맥", "관상동맥"),
    ("목동맥", "경동맥"),
    ("임파선", "림프절"),
    ("임파", "림프"),
    ("늑막", "흉막"),
    ("뇌막", "수막"),
    ("엉덩관절", "고관절"),
    ("넙다리", "대퇴"),
    ("코곁굴", "부비동"),
    ("귀밑샘", "이하선"),
    ("알러지", "알레르기"),
    ("기피증", "공포증"),
    ("아기", "신생아"),
    ("디옥", "디오"),
    ("비형", "b형"),
    ("씨형", "c형"),
    ("에이형", "a형"),
    ("시티", "ct"),
    ("씨티", "ct"),
    ("엠알아이", "mri"),
    ("쎌", "셀"),
    ("렌트겐", "엑스선"),
    ("엑스레이", "x선"),
];
const BEFORE_EN: &[&str] = &[
    "acute",
    "chronic",
    "subacute",
    "severe",
    "mild",
    "advanced",
    "early",
    "late",
    "metastatic",
    "primary",
    "recurrent",
    "pediatric",
    "childhood",
    "adult",
    "elderly",
    "suspected",
    "a",
    "an",
    "the",
    "my",
    "bad",
    "sudden",
    "patients with",
    "people with",
    "history of",
    "diagnosis of",
    "diagnosed with",
];
const AFTER_EN: &[&str] = &[
    "patient",
    "data",
    "dataset",
    "disease",
    "disorder",
    "syndrome",
    "condition",
    "test",
    "testing",
    "exam",
    "examination",
    "scan",
    "scanning",
    "image",
    "imaging",
    "picture",
    "photo",
    "photograph",
    "record",
    "recording",
    "report",
    "result",
    "study",
    "cohort",
    "history",
    "signal",
    "measurement",
    "monitoring",
    "diagnosis",
    "infection",
    "problem",
    "attack",
    "symptom",
    "log",
    "file",
    "list",
    "registry",
];
const SAME_EN: &[(&str, &str)] = &[
    ("renal", "kidney"),
    ("hepatic", "liver"),
    ("cardiac", "heart"),
    ("pulmonary", "lung"),
    ("cerebral", "brain"),
    ("gastric", "stomach"),
    ("ocular", "eye"),
    ("dental", "tooth"),
    ("dermal", "skin"),
    ("uterine", "womb"),
    ("ovarian", "ovary"),
    ("prostatic", "prostate"),
    ("bowel", "intestinal"),
    ("carcinoma", "cancer"),
    ("tumor", "cancer"),
    ("malignancy", "cancer"),
    ("neoplasm", "tumor"),
    ("broken", "fractured"),
    ("hemorrhage", "bleeding"),
    ("hemorrhage", "bleed"),
    ("stone", "calculus"),
    ("failure", "insufficiency"),
    ("inflammation", "infection"),
    ("syndrome", "disease"),
    ("disease", "disorder"),
    ("juvenile", "pediatric"),
    ("inherited", "hereditary"),
    ("photo", "photograph"),
    ("picture", "image"),
    ("recording", "signal"),
    ("film", "radiograph"),
    ("swelling", "edema"),
    ("heartbeat", "heart rhythm"),
];

/// Keys that say the same as a question's key, nearest first; without the question itself.
pub(super) fn variants(question: &str) -> Vec<String> {
    if question.len() > MAX_KEY {
        return Vec::new();
    }
    let mut seen: HashSet<String> = HashSet::from([question.to_owned()]);
    let mut found: Vec<String> = Vec::new();
    let mut last = vec![question.to_owned()];
    for _ in 0..MAX_STEPS {
        let mut next = Vec::new();
        for key in &last {
            for variant in one_step(key) {
                if found.len() < MAX_VARIANTS && seen.insert(variant.clone()) {
                    found.push(variant.clone());
                    next.push(variant);
                }
            }
        }
        last = next;
    }
    found
}

fn one_step(key: &str) -> Vec<String> {
    let mut out = Vec::new();
    if key.chars().any(is_hangul) {
        korean(key, &mut out);
    } else {
        english(key, &mut out);
    }
    // A word of one syllable or letter says too little.
    out.retain(|variant| variant.chars().count() >= 2);
    out
}

fn korean(key: &str, out: &mut Vec<String>) {
    out.extend(lettered(key));
    out.extend(
        AFTER
            .iter()
            .filter_map(|after| key.strip_suffix(after))
            .map(trimmed),
    );
    out.extend(
        BEFORE
            .iter()
            .filter_map(|before| key.strip_prefix(before))
            .map(trimmed),
    );
    for ending in &ENDINGS[1..] {
        let Some(stem) = key
            .strip_suffix(ending)
            .filter(|stem| stem.chars().count() >= 2)
        else {
            continue;
        };
        let others = ENDINGS.iter().filter(|other| *other != ending);
        out.extend(others.map(|other| format!("{stem}{other}")));
    }
    for (a, b) in SAME {
        for (from, to) in [(a, b), (b, a)] {
            // `병` is in `씨병` already.
            let said = !to.is_empty() && !from.contains(to) && key.contains(to);
            if !from.is_empty() && key.contains(from) && !said {
                out.push(key.replace(from, to));
            }
        }
    }
}

fn english(key: &str, out: &mut Vec<String>) {
    let words: Vec<&str> = key.split(' ').collect();
    let singular: Vec<String> = words.iter().map(|word| singular(word)).collect();
    let singular = singular.join(" ");
    if singular != key {
        out.push(singular);
    }
    for link in [" of ", " in ", " on "] {
        if let Some((what, of)) = key.split_once(link) {
            let of = of.strip_prefix("the ").unwrap_or(of);
            out.push(format!("{of} {what}"));
        }
    }
    let last = |after: &&str| {
        key.strip_suffix(after)
            .and_then(|rest| rest.strip_suffix(' '))
    };
    out.extend(AFTER_EN.iter().filter_map(last).map(str::to_owned));
    let first = |before: &&str| {
        key.strip_prefix(before)
            .and_then(|rest| rest.strip_prefix(' '))
    };
    out.extend(BEFORE_EN.iter().filter_map(first).map(str::to_owned));
    for (a, b) in SAME_EN {
        for (from, to) in [(a, b), (b, a)] {
            if words.contains(from) {
                let changed = words
                    .iter()
                    .map(|word| if word == from { to } else { word });
                out.push(changed.copied().collect::<Vec<_>>().join(" "));
            }
        }
    }
    for ending in [" disease", " syndrome", " disorder"] {
        out.push(format!("{key}{ending}"));
    }
}

fn trimmed(rest: &str) -> String {
    rest.trim().to_owned()
}

/// The singular of an English or Latin plural; a word that is none may lose a letter, which then finds nothing.
fn singular(word: &str) -> String {
    let latin = [
        ("omata", "oma"),
        ("oses", "osis"),
        ("ases", "ase"),
        ("itides", "itis"),
        ("uli", "ulus"),
        ("ies", "y"),
        ("ches", "ch"),
        ("xes", "x"),
    ];
    for (plural, one) in latin {
        if let Some(stem) = word.strip_suffix(plural).filter(|stem| stem.len() >= 2) {
            return format!("{stem}{one}");
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 3 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminology::words::key;

    #[test]
    fn trimmings_endings_and_turns() {
        for (question, variant) in [
            ("폐암 환자", "폐암"),
            ("급성 신우신염 환자 데이터", "신우신염"),
            ("비알콜성 지방간", "비알코올성지방간"),
            ("메니에르 증후군", "메니에르병"),
            ("버거씨병", "버거병"),
            ("방광 염증", "방광염"),
            ("콩팥 결석", "신장결석"),
            ("kidney stones", "kidney stone"),
            ("adenomata", "adenoma"),
            ("cancer of the lung", "lung cancer"),
            ("severe renal failure", "kidney failure"),
            ("EEG recordings", "eeg"),
            ("뇌 엠알에이", "뇌mra"),
            ("씨비씨 검사", "cbc"),
        ] {
            let found = variants(&key(question));
            assert!(found.contains(&variant.to_owned()), "{question}: {found:?}");
        }
        assert!(variants(&"가".repeat(1_000)).is_empty());
        assert!(variants(&"s ".repeat(50)).len() <= MAX_VARIANTS);
    }
}
