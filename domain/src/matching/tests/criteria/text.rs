//! What both say in words.

use super::*;
use crate::matching::criteria::text;
use crate::matching::tokens;

fn telling(model: &TextModel, form: &str) -> f64 {
    model.telling(tokens::number(form))
}

#[test]
fn text_counts_rare_words_more_and_is_bounded() {
    let offers: Vec<OfferSubject> = ["EGFR lung cohort", "lung cohort", "lung registry"]
        .iter()
        .map(|title| offer(|o| o.title = Text::new(None, Some(title))))
        .collect();
    let model = TextModel::of(3, &offers);
    assert!(telling(&model, "egfr") > telling(&model, "lung") && model.documents() == 3);
    let wants = demand(|d| d.title = Text::new(None, Some("EGFR in lungs")));
    let words = DemandText::of(&wants, &model);
    let values: Vec<f64> = offers
        .iter()
        .map(|o| text::assess(&pair(&wants, o), &words).value)
        .collect();
    assert!(
        values[0] > values[1] && values[1] > 0.0 && values[0] < 1.0,
        "{values:?}"
    );
    assert!((values[1] - values[2]).abs() < 1e-12);
}

/// T of an offer for a demand with this title.
fn text_of(title: &str, offer: &OfferSubject, model: &TextModel) -> f64 {
    let wants = demand(|d| d.title = Text::new(None, Some(title)));
    text::assess(&pair(&wants, offer), &DemandText::of(&wants, model)).value
}

#[test]
fn text_discounts_the_long_but_does_not_favour_the_short() {
    let says = |words: usize| {
        let summary = format!("egfr {}", "filler ".repeat(words));
        offer(|o| {
            o.title = Text::new(None, Some("cohort"));
            o.summary = Text::new(None, Some(&summary));
        })
    };
    let model = TextModel::of(1, &[says(20), says(60)]);
    let value = |words: usize| text_of("EGFR", &says(words), &model);
    assert!((value(5) - value(90)).abs() < 1e-12);
    assert!(value(90) > value(400), "{} {}", value(90), value(400));
}

#[test]
fn text_knows_compounds_however_they_are_written() {
    let says = |title: &str| offer(|o| o.title = Text::new(None, Some(title)));
    let model = TextModel::default();
    let value = |asked: &str, said: &str| text_of(asked, &says(said), &model);
    for (asked, said) in [("PD-L1", "PDL1"), ("PDL1", "PD-L1"), ("x-ray", "Xrays")] {
        assert!(value(asked, said) > 0.0, "{asked} {said}");
    }
    // The words side by side are more than the words apart.
    assert!(value("heart failure", "heart failure") > value("heart failure", "failure, heart"));
    // What only asks is neither missed nor found.
    let plain = value("heart failure", "heart failure");
    assert!((value("We want to find heart failure", "heart failure") - plain).abs() < 1e-12);
    assert_eq!(value("We want to find it", "We want to find it"), 0.0);
}

#[test]
fn text_takes_the_first_sentence_for_a_missing_title() {
    let says = |title: Option<&str>| {
        offer(|o| {
            o.title = Text::new(None, title);
            o.summary = Text::new(None, Some("EGFR 1.5 cohort. Lung registry."));
        })
    };
    let model = TextModel::default();
    let untitled = says(None);
    assert!(text_of("cohort", &untitled, &model) > text_of("registry", &untitled, &model));
    let titled = says(Some("Samples"));
    let gap = text_of("cohort", &titled, &model) - text_of("registry", &titled, &model);
    assert!(gap.abs() < 1e-12);
}

#[test]
fn of_two_words_equally_rare_the_repeated_one_tells_more() {
    let says = |summary: &str| offer(|o| o.summary = Text::new(None, Some(summary)));
    let offers = [says("A. sepsis, sepsis, sepsis, thorough"), says("A. lung")];
    let model = TextModel::of(1, &offers);
    assert!(telling(&model, "sepsi") > telling(&model, "thorough"));
}
