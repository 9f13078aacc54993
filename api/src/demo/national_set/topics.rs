//! What the invented data are about, read from `topics.tsv`.

use super::random::Random;
use matchday_domain::catalogue::DataKind;
use matchday_domain::terminology::ConditionCode;

/// A disease with what is usually collected for it.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub ko: &'static str,
    pub en: &'static str,
    pub codes: Vec<ConditionCode>,
    pub kinds: Vec<DataKind>,
    pub variables_ko: Vec<&'static str>,
    pub variables_en: Vec<&'static str>,
    weight: usize,
}

/// All topics; a test asserts that no row is lost.
pub(super) fn topics() -> Vec<Topic> {
    include_str!("topics.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(read)
        .collect()
}

fn read(line: &'static str) -> Option<Topic> {
    let mut cells = line.split('\t');
    let mut next = || cells.next();
    let (ko, en, codes, kinds) = (next()?, next()?, next()?, next()?);
    let (variables_ko, variables_en, weight) = (next()?, next()?, next()?);
    Some(Topic {
        ko,
        en,
        codes: codes
            .split(',')
            .map(|code| code.parse().ok())
            .collect::<Option<_>>()?,
        kinds: kinds
            .split(',')
            .map(DataKind::from_code)
            .collect::<Option<_>>()?,
        variables_ko: variables_ko.split(';').collect(),
        variables_en: variables_en.split(';').collect(),
        weight: weight.parse().ok()?,
    })
}

/// A topic, common ones more often.
pub(super) fn pick<'a>(topics: &'a [Topic], random: &mut Random) -> &'a Topic {
    let all: usize = topics.iter().map(|topic| topic.weight).sum();
    let mut at = usize::try_from(random.between(1, i64::try_from(all).unwrap_or(1))).unwrap_or(1);
    for topic in topics {
        if at <= topic.weight {
            return topic;
        }
        at -= topic.weight;
    }
    &topics[0]
}
