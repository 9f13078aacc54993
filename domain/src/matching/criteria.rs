//! What fits, criterion by criterion (design: disease, kinds, variables, standard, cohort, period; access is beside).

use super::explain::Criterion;
use super::subject::{DemandSubject, OfferSubject};
use super::words;
use crate::catalogue::{CountBasis, DataKind, Standard};
use crate::terminology::Terminology;
use crate::text::Message;
use crate::time::Month;
use std::collections::BTreeMap;

/// A criterion's judgement of a pair.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub criterion: Criterion,
    /// 0 to 1; none: the offer does not say.
    pub value: Option<f64>,
    /// The demander cannot do without it.
    pub must: bool,
    pub evidence: Vec<String>,
    pub sentence: Message,
}

impl Judged {
    pub(super) fn new(
        criterion: Criterion,
        value: Option<f64>,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            criterion,
            value,
            must: false,
            evidence: Vec::new(),
            sentence: Message::new(ko, en),
        }
    }

    fn must(mut self, must: bool) -> Self {
        self.must = must;
        self
    }

    fn with(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// What a demand does not ask for is not judged: `None`.
pub(super) type Judgement = Option<Judged>;

#[allow(clippy::cast_precision_loss)] // counts stay far below 2^52
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Mean over the demanded conditions of the best offered one. Direction: an offer that is narrower than the demand
/// serves it; one that is broader serves it in part.
pub(super) fn disease(
    demand: &DemandSubject,
    offer: &OfferSubject,
    terminology: &Terminology,
) -> Judgement {
    if demand.conditions.is_empty() {
        return None;
    }
    if offer.conditions.is_empty() {
        let (ko, en) = (
            "제공 데이터의 질환 코드가 없습니다.",
            "The offer states no conditions.",
        );
        return Some(Judged::new(Criterion::Disease, None, ko, en));
    }
    let mut evidence = Vec::new();
    let credits: Vec<f64> = demand
        .conditions
        .iter()
        .map(|demanded| {
            let best = offer.conditions.iter().map(|offered| {
                (
                    terminology.topic_relation(demanded, offered).credit(),
                    std::cmp::Reverse(offered),
                )
            });
            let (credit, offered) = best
                .max()
                .map_or((0, None), |(credit, offered)| (credit, Some(offered.0)));
            if let Some(offered) = offered.filter(|_| credit > 0) {
                evidence.push(format!(
                    "{demanded} ← {offered}: {:.1}",
                    f64::from(credit) / 1_000.0
                ));
            }
            f64::from(credit) / 1_000.0
        })
        .collect();
    // Words that nobody confirmed as codes count less.
    let value = mean(&credits)
        * if demand.conditions_suggested {
            0.9
        } else {
            1.0
        };
    let named: Vec<Message> = demand
        .conditions
        .iter()
        .take(3)
        .map(|code| terminology.label(code))
        .collect();
    let ko = named
        .iter()
        .map(|label| label.ko.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let en = named
        .iter()
        .map(|label| label.en.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let judged = Judged::new(
        Criterion::Disease,
        Some(value),
        format!("요구 질환({ko})과의 일치도"),
        format!("How far it covers the demanded conditions ({en})"),
    );
    Some(judged.must(true).with(evidence))
}

fn kind_credit(wanted: DataKind, offered: &[DataKind]) -> f64 {
    let same = |kind: &DataKind| {
        *kind == wanted || (wanted.is_category() && kind.category() == wanted.category())
    };
    if offered.iter().any(same) {
        1.0
    } else if offered
        .iter()
        .any(|kind| kind.is_category() && kind.category() == wanted.category())
    {
        // "Some imaging" may or may not be the CT that is wanted.
        0.5
    } else {
        0.0
    }
}

/// Required kinds all, of the alternatives the best, wished ones for a quarter of the weight.
pub(super) fn data_kinds(demand: &DemandSubject, offer: &OfferSubject) -> Judgement {
    let content = &demand.content;
    let offered = &offer.content.data_kinds;
    let credits = |kinds: &[DataKind]| {
        kinds
            .iter()
            .map(|kind| kind_credit(*kind, offered))
            .collect::<Vec<_>>()
    };
    let required = credits(&content.data_kinds_required);
    let any_of = credits(&content.data_kinds_any_of);
    let wished = credits(&content.data_kinds_wished);
    if required.is_empty() && any_of.is_empty() && wished.is_empty() {
        return None;
    }
    if offered.is_empty() {
        let (ko, en) = (
            "제공 데이터의 종류가 명시되지 않았습니다.",
            "The offer states no kinds of data.",
        );
        return Some(Judged::new(Criterion::DataKinds, None, ko, en));
    }
    let must = !required.is_empty() || !any_of.is_empty();
    let mut needed = required.clone();
    needed.extend(any_of.iter().copied().reduce(f64::max));
    let value = match (needed.is_empty(), wished.is_empty()) {
        (false, false) => mean(&needed) * 0.8 + mean(&wished) * 0.2,
        (false, true) => mean(&needed),
        (true, _) => mean(&wished),
    };
    let all = content
        .data_kinds_required
        .iter()
        .chain(&content.data_kinds_any_of)
        .chain(&content.data_kinds_wished);
    let there: Vec<String> = all
        .filter(|kind| kind_credit(**kind, offered) > 0.0)
        .map(|kind| kind.code().to_owned())
        .collect();
    let judged = Judged::new(
        Criterion::DataKinds,
        Some(value),
        format!("요구한 데이터 종류 중 {}개가 있습니다.", there.len()),
        format!("{} of the demanded kinds of data are there.", there.len()),
    );
    Some(judged.must(must).with(there))
}

/// Shared terms over the terms of the wanted variable.
fn overlap(wanted: &BTreeMap<String, f64>, offered: &BTreeMap<String, f64>) -> f64 {
    let shared: Vec<f64> = wanted
        .keys()
        .map(|term| if offered.contains_key(term) { 1.0 } else { 0.0 })
        .collect();
    mean(&shared)
}

/// Variables by their words, required ones twice as much as wished; linkage by what it can be linked to.
pub(super) fn variables(demand: &DemandSubject, offer: &OfferSubject) -> Judgement {
    let content = &demand.content;
    let wanted = content.variables_required.iter().map(|word| (word, 2.0));
    let wanted: Vec<(&String, f64)> = wanted
        .chain(content.variables_wished.iter().map(|w| (w, 1.0)))
        .collect();
    if wanted.is_empty() && content.linkage.is_empty() {
        return None;
    }
    if offer.content.variables.is_empty() && offer.content.linkable_to.is_empty() {
        let (ko, en) = ("변수 목록이 없습니다.", "The offer lists no variables.");
        return Some(Judged::new(Criterion::Variables, None, ko, en));
    }
    let (mut reached, mut all, mut found) = (0.0, 0.0, Vec::new());
    for (word, weight) in wanted {
        let terms = words::terms(word);
        let in_list = offer
            .variable_terms
            .iter()
            .map(|offered| overlap(&terms, offered))
            .fold(0.0, f64::max);
        // A word of the abstract is a weaker sign than one of the list of variables.
        let credit = in_list.max(overlap(&terms, &offer.terms) * 0.7);
        if credit >= 0.5 {
            found.push(word.clone());
        }
        reached += weight * credit;
        all += weight;
    }
    for source in &content.linkage {
        all += 2.0;
        if offer.content.linkable_to.contains(source) {
            reached += 2.0;
            found.push(source.code().to_owned());
        }
    }
    let judged = Judged::new(
        Criterion::Variables,
        Some(reached / all),
        format!("요구한 변수·결합 중 {}개를 찾았습니다.", found.len()),
        format!(
            "{} of the demanded variables and linkages were found.",
            found.len()
        ),
    );
    Some(judged.with(found))
}

fn convertible(wanted: Standard, offered: Standard) -> f64 {
    use Standard::{FhirKrCore, FhirR4, I2b2, Local, None, OmopCdm, OmopCdm53, OmopCdm54};
    let omop = |standard| matches!(standard, OmopCdm | OmopCdm53 | OmopCdm54);
    let fhir = |standard| matches!(standard, FhirR4 | FhirKrCore);
    if wanted == offered {
        1.0
    } else if (omop(wanted) && omop(offered)) || (fhir(wanted) && fhir(offered)) {
        0.9
    } else if matches!(offered, None | Local)
        || offered == Standard::Dicom
        || wanted == Standard::Dicom
    {
        0.0
    } else if omop(wanted) || fhir(wanted) || matches!(wanted, I2b2 | Standard::CdiscSdtm) {
        0.5
    } else {
        0.0
    }
}

/// The best offered standard for each wanted one; convertible ones count half.
pub(super) fn standard(demand: &DemandSubject, offer: &OfferSubject) -> Judgement {
    let wanted = &demand.content.standards;
    if wanted.is_empty() {
        return None;
    }
    if offer.content.standards.is_empty() {
        let (ko, en) = (
            "표준이 명시되지 않았습니다.",
            "The offer states no standard.",
        );
        return Some(Judged::new(Criterion::Standard, None, ko, en));
    }
    let best = |wanted: &Standard| {
        offer
            .content
            .standards
            .iter()
            .map(|offered| convertible(*wanted, *offered))
            .fold(0.0, f64::max)
    };
    let value = mean(&wanted.iter().map(best).collect::<Vec<_>>());
    let codes = offer
        .content
        .standards
        .iter()
        .map(|standard| standard.code().to_owned());
    let judged = Judged::new(
        Criterion::Standard,
        Some(value),
        "요구 표준과의 일치도",
        "How far the standards agree",
    );
    Some(judged.with(codes))
}

/// `min(1, log(1+n_offer) / log(1+n_demand))` from the dated count that fits best; less for stale or estimated ones.
pub(super) fn cohort(
    demand: &DemandSubject,
    offer: &OfferSubject,
    terminology: &Terminology,
    now: Option<Month>,
) -> Judgement {
    let needed = demand
        .content
        .subjects_min
        .or(demand.content.subjects_wished)
        .filter(|needed| *needed > 0)?;
    let content = &offer.content;
    let of_demanded = content.counts.iter().filter(|count| {
        demand
            .conditions
            .iter()
            .any(|code| terminology.topic_relation(code, &count.code).credit() == 1_000)
    });
    let counted = of_demanded.max_by_key(|count| count.count).map(|count| {
        (
            count.count,
            Some(count.as_of),
            Some(count.basis),
            format!("{}: {}", count.code, count.count),
        )
    });
    let whole = content.population.size.map(|size| {
        (
            size,
            content.population.size_as_of,
            content.population.size_basis,
            format!("Σ {size}"),
        )
    });
    let Some((found, as_of, basis, evidence)) = counted.or(whole) else {
        let (ko, en) = (
            "대상자 수가 명시되지 않았습니다.",
            "The offer states no count.",
        );
        return Some(
            Judged::new(Criterion::Cohort, None, ko, en)
                .must(demand.content.subjects_min.is_some()),
        );
    };
    #[allow(clippy::cast_precision_loss)] // at most 10^9
    let log = |n: i64| (1.0 + n as f64).ln();
    let stale = now
        .zip(as_of)
        .is_some_and(|(now, as_of)| now.since(as_of) > 24);
    let mut value = (log(found) / log(needed)).min(1.0);
    if stale {
        value *= 0.9;
    }
    if basis == Some(CountBasis::Estimated) {
        value *= 0.9;
    }
    // A tenth of what is needed is no smaller cohort but another study.
    if found.saturating_mul(2) < needed {
        value = value.min(0.49);
    }
    let judged = Judged::new(
        Criterion::Cohort,
        Some(value),
        if stale {
            "요구 대상자 수 대비(2년 넘은 집계)"
        } else {
            "요구 대상자 수 대비"
        },
        if stale {
            "Subjects against those needed (counted over two years ago)"
        } else {
            "Subjects against those needed"
        },
    );
    Some(
        judged
            .must(demand.content.subjects_min.is_some())
            .with([evidence]),
    )
}

/// The share of the demanded months that the offer covers.
pub(super) fn period(
    demand: &DemandSubject,
    offer: &OfferSubject,
    now: Option<Month>,
) -> Judgement {
    let wanted = demand.content.period;
    let start = wanted.start.or(wanted.end)?;
    let end = wanted.end.or(now).unwrap_or(start).max(start);
    let Some(from) = offer.content.period.start else {
        let (ko, en) = (
            "수록 기간이 명시되지 않았습니다.",
            "The offer states no period.",
        );
        return Some(Judged::new(Criterion::Period, None, ko, en));
    };
    let to = offer.content.period.end.or(now).unwrap_or(from);
    let shared = to.min(end).since(from.max(start)) + 1;
    let value = (f64::from(shared) / f64::from(end.since(start) + 1)).clamp(0.0, 1.0);
    let judged = Judged::new(
        Criterion::Period,
        Some(value),
        "요구 기간과 겹치는 비율",
        "Share of the demanded period",
    );
    Some(judged.with([format!("{from} – {to}")]))
}

/// Share of the demand's terms that the offer has, saturating with how often (bounded, the same from either side).
pub(super) fn text(demand: &DemandSubject, offer: &OfferSubject) -> Judgement {
    if demand.terms.is_empty() || offer.terms.is_empty() {
        return None;
    }
    const K1: f64 = 1.2;
    let (mut reached, mut most, mut shares) = (0.0, 0.0, Vec::new());
    for term in demand.terms.keys() {
        most += K1 + 1.0;
        if let Some(tf) = offer.terms.get(term) {
            let saturated = tf * (K1 + 1.0) / (tf + K1);
            reached += saturated;
            shares.push((term, saturated));
        }
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let best = shares.into_iter().take(8).map(|(term, _)| term.clone());
    let judged = Judged::new(
        Criterion::Text,
        Some(reached / most),
        "설명의 공통 단어",
        "Words that the texts share",
    );
    Some(judged.with(best))
}
