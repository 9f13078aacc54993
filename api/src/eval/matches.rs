//! Gate and score together, against pairs that people have graded.

use super::{Figures, Line, part, rounded, table};
use chrono::NaiveDate;
use matchday_domain::evaluation::{mean, ndcg};
use matchday_domain::id::{DemandId, OfferId, OrganisationId};
use matchday_domain::matching::{
    Criterion, DemandSubject, Match, OfferSubject, Scorer, TextModel, Weights,
};
use matchday_domain::terminology::Terminology;
use matchday_domain::text::{Language, Message};
use matchday_domain::use_conditions::{Decision, OfferTerms, decide};
use matchday_infra::evaluation::judgements::{JudgedDemand, JudgedOffer, Qrel};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;
use uuid::Uuid;

/// How well the service's matches agree with people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatchFigures {
    /// Offers of the set.
    pub offers: usize,
    /// Demands that were ranked: those with a grade above 0 among the pairs the gate should not deny.
    pub demands: usize,
    /// Mean nDCG at 10 over these; none where there is no demand to rank for.
    pub ndcg_10: Option<f64>,
    /// The same by demand.
    pub by_demand: Vec<(String, f64)>,
    /// Mean nDCG at 10 with one criterion's weight at 0; empty where there is no demand to rank for.
    pub without: Vec<Without>,
    /// Demands for which nothing fits by the grades, with the number of matches that the service offers them.
    pub nothing_fits: Vec<(String, usize)>,
    /// Graded pairs.
    pub pairs: usize,
    /// Of these, those with the expected outcome of the gate.
    pub gate_agreed: usize,
    /// Pairs that pass although they should not.
    pub false_passes: usize,
    /// Every pair on which gate and grade differ: demand, offer, expected, got, by which rule.
    pub gate_mismatches: Vec<[String; 5]>,
}

/// A figure without a criterion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Without {
    /// Its code.
    pub criterion: Criterion,
    /// Its name.
    pub name: Message,
    /// Mean nDCG at 10.
    pub ndcg_10: f64,
}

impl fmt::Display for MatchFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::En)
    }
}

impl Figures for MatchFigures {
    fn write(&self, f: &mut fmt::Formatter<'_>, language: Language) -> fmt::Result {
        for [demand, offer, expected, got, rule] in &self.gate_mismatches {
            let named = |code: &String| {
                let label = Decision::from_code(code).map(Decision::label);
                label.map_or_else(|| code.clone(), |label| label.get(language).to_owned())
            };
            let (expected, got) = (named(expected), named(got));
            match language {
                Language::Ko => {
                    writeln!(f, "{demand} {offer}: {expected} 대신 {got}, 규칙 {rule}")
                }
                Language::En => {
                    writeln!(f, "{demand} {offer}: {got} by {rule} instead of {expected}")
                }
            }?;
        }
        for (demand, figure) in &self.by_demand {
            writeln!(f, "{demand}  {figure:.4}")?;
        }
        for (demand, count) in &self.nothing_fits {
            match language {
                Language::Ko => {
                    writeln!(f, "{demand}  등급상 맞는 것이 없음. 제시된 매칭 {count}건")
                }
                Language::En => writeln!(
                    f,
                    "{demand}  nothing fits by the grades; {count} matches offered"
                ),
            }?;
        }
        let mut lines = vec![
            Line(language.pick("제공", "offers"), self.offers.to_string()),
            Line(language.pick("수요", "demands"), self.demands.to_string()),
            Line(
                "nDCG@10",
                self.ndcg_10.map_or_else(
                    || {
                        let none = language.pick(
                            "없음(등급이 0보다 큰 수요가 없음)",
                            "none (no demand has a grade above 0)",
                        );
                        none.to_owned()
                    },
                    |figure| format!("{figure:.4}"),
                ),
            ),
        ];
        let names: Vec<String> = self
            .without
            .iter()
            .map(|without| match language {
                Language::Ko => format!("  {} 제외", without.name.ko),
                Language::En => format!("  without {}", without.name.en),
            })
            .collect();
        for (name, without) in names.iter().zip(&self.without) {
            lines.push(Line(name, format!("{:.4}", without.ndcg_10)));
        }
        let agreed = part(self.gate_agreed, self.pairs, language);
        lines.push(Line(language.pick("관문 일치", "gate agreement"), agreed));
        lines.push(Line(
            language.pick("잘못된 통과", "false passes"),
            self.false_passes.to_string(),
        ));
        table(f, &lines)
    }
}

/// A set that can be scored.
struct Set<'a> {
    demands: Vec<(&'a str, DemandSubject)>,
    offers: Vec<(&'a str, OfferSubject)>,
    grades: HashMap<(&'a str, &'a str), &'a Qrel>,
    model: TextModel,
    today: NaiveDate,
}

/// Scores every pair on a day.
pub fn evaluate(
    offers: &[JudgedOffer],
    demands: &[JudgedDemand],
    qrels: &[Qrel],
    today: NaiveDate,
) -> MatchFigures {
    let set = Set::new(offers, demands, qrels, today);
    let base = Weights::default();
    let mut by_demand = Vec::new();
    let mut nothing_fits = Vec::new();
    for (name, demand) in &set.demands {
        match set.ndcg(name, demand, &base) {
            Some(figure) => by_demand.push(((*name).to_owned(), rounded(figure))),
            None => nothing_fits.push(((*name).to_owned(), set.offered(demand, &base))),
        }
    }
    let overall = |weights: &Weights| {
        let figures = set.demands.iter();
        let figures: Vec<f64> = figures
            .filter_map(|(name, demand)| set.ndcg(name, demand, weights))
            .collect();
        (!figures.is_empty()).then(|| rounded(mean(&figures)))
    };
    let without = Criterion::DEMANDER.into_iter().filter_map(|criterion| {
        let mut weights = base;
        weights.set(criterion, 0.0);
        Some(Without {
            criterion,
            name: criterion.label(),
            ndcg_10: overall(&weights)?,
        })
    });
    let mut figures = MatchFigures {
        offers: offers.len(),
        demands: by_demand.len(),
        ndcg_10: overall(&base),
        by_demand,
        without: without.collect(),
        nothing_fits,
        pairs: 0,
        gate_agreed: 0,
        false_passes: 0,
        gate_mismatches: Vec::new(),
    };
    set.weigh_gate(qrels, &mut figures);
    figures
}

impl<'a> Set<'a> {
    fn new(
        offers: &'a [JudgedOffer],
        demands: &'a [JudgedDemand],
        qrels: &'a [Qrel],
        today: NaiveDate,
    ) -> Self {
        let words = Terminology::standard();
        let nobody = OrganisationId(Uuid::nil());
        let number = |i: usize| Uuid::from_u128(i as u128 + 1);
        let offers: Vec<_> = offers
            .iter()
            .enumerate()
            .map(|(i, offer)| {
                let (id, content) = (OfferId(number(i)), offer.content.clone());
                let subject = OfferSubject::new(id, 1, nobody, offer.region, content, words);
                (offer.id.as_str(), subject)
            })
            .collect();
        let judged = |name: &str| qrels.iter().any(|qrel| qrel.demand == name);
        let demands = demands
            .iter()
            .filter(|demand| judged(&demand.id))
            .enumerate()
            .map(|(i, demand)| {
                let (profile, content) = (demand.profile.clone(), demand.content.clone());
                let id = DemandId(number(i));
                let subject = DemandSubject::new(id, 1, nobody, profile, content, words);
                (demand.id.as_str(), subject)
            })
            .collect();
        Self {
            demands,
            model: TextModel::of(1, offers.iter().map(|(_, offer)| offer)),
            offers,
            grades: qrels
                .iter()
                .map(|qrel| ((qrel.demand.as_str(), qrel.offer.as_str()), qrel))
                .collect(),
            today,
        }
    }

    fn scored(&self, demand: &DemandSubject, weights: &Weights) -> Vec<(&'a str, Match)> {
        let scorer = Scorer {
            weights,
            model: &self.model,
            terminology: Terminology::standard(),
            today: self.today,
        };
        let scored = self.offers.iter();
        scored
            .filter_map(|(name, offer)| Some((*name, scorer.score(demand, offer)?)))
            .collect()
    }

    /// nDCG at 10 of the pairs that the gate should not deny, ranked as if it did not; none where nothing is relevant.
    fn ndcg(&self, name: &str, demand: &DemandSubject, weights: &Weights) -> Option<f64> {
        let judged: HashMap<&str, &Qrel> = self
            .offers
            .iter()
            .filter_map(|(offer, _)| Some((*offer, *self.grades.get(&(name, *offer))?)))
            .collect();
        let kept = |qrel: &&Qrel| qrel.gate != Decision::Deny;
        let mut scored = self.scored(demand, weights);
        scored.retain(|(offer, _)| judged.get(offer).is_none_or(kept));
        for (_, found) in &mut scored {
            if found.is_denied() {
                found.decision = Decision::Ask;
            }
        }
        scored.sort_by_key(|(_, found)| found.rank());
        let grade = |offer: &&str| judged.get(offer).map_or(0, |qrel| qrel.grade);
        let ranked: Vec<u32> = scored.iter().map(|(offer, _)| grade(offer)).collect();
        ndcg(&ranked, &ranked, 10)
    }

    /// Matches that the service would show.
    fn offered(&self, demand: &DemandSubject, weights: &Weights) -> usize {
        let scored = self.scored(demand, weights);
        scored
            .iter()
            .filter(|(_, found)| found.is_relevant() && !found.is_denied())
            .count()
    }

    fn weigh_gate(&self, qrels: &[Qrel], figures: &mut MatchFigures) {
        let demands: HashMap<_, _> = self.demands.iter().map(|(name, d)| (*name, d)).collect();
        let offers: HashMap<_, _> = self.offers.iter().map(|(name, o)| (*name, o)).collect();
        for qrel in qrels {
            let (Some(demand), Some(offer)) = (
                demands.get(qrel.demand.as_str()),
                offers.get(qrel.offer.as_str()),
            ) else {
                continue;
            };
            figures.pairs += 1;
            let mut asker = demand.asker().clone();
            // The grades take a disease that is only written as if its author had confirmed the suggested code.
            if asker.conditions.is_empty() {
                asker.conditions = demand.conditions().to_vec();
            }
            let terms = OfferTerms::of(&offer.content);
            let got = decide(&asker, terms, Terminology::standard());
            if got.decision == qrel.gate {
                figures.gate_agreed += 1;
                continue;
            }
            figures.false_passes += usize::from(got.decision == Decision::Pass);
            figures.gate_mismatches.push([
                qrel.demand.clone(),
                qrel.offer.clone(),
                qrel.gate.code().to_owned(),
                got.decision.code().to_owned(),
                got.deciding_rule,
            ]);
        }
    }
}
