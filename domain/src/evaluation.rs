//! Measures of rankings, as trec_eval defines them.
//!
//! A ranking is the grades of what was found, best first (0: not relevant); `judged` are all grades that were given.

/// Normalised discounted cumulative gain of the first `depth` places, 0 to 1: gain = grade, discount = log₂(place + 1)
/// (Järvelin and Kekäläinen 2002). `None` where nothing is relevant.
pub fn ndcg(ranked: &[u32], judged: &[u32], depth: usize) -> Option<f64> {
    let gain = |grades: &[u32]| -> f64 {
        let places = grades.iter().take(depth).zip(2_u32..);
        let gains = places.map(|(grade, place)| f64::from(*grade) / f64::from(place).log2());
        // The sum of nothing is -0.
        gains.sum::<f64>() + 0.0
    };
    let mut ideal = judged.to_vec();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = gain(&ideal);
    (best > 0.0).then(|| gain(ranked) / best)
}

/// Mean of the precisions at the places of what is relevant, over all that is relevant, 0 to 1. `None` where nothing is.
#[allow(clippy::cast_precision_loss)]
pub fn average_precision(ranked: &[u32], judged: &[u32]) -> Option<f64> {
    let relevant = judged.iter().filter(|grade| **grade > 0).count();
    let (mut found, mut sum) = (0_usize, 0.0);
    for (place, grade) in ranked.iter().enumerate() {
        if *grade > 0 {
            found += 1;
            sum += found as f64 / (place + 1) as f64;
        }
    }
    (relevant > 0).then(|| sum / relevant as f64)
}

/// The share of all that is relevant among the first `depth` places, 0 to 1. `None` where nothing is relevant.
#[allow(clippy::cast_precision_loss)]
pub fn recall(ranked: &[u32], judged: &[u32], depth: usize) -> Option<f64> {
    let count = |grades: &mut dyn Iterator<Item = &u32>| grades.filter(|grade| **grade > 0).count();
    let relevant = count(&mut judged.iter());
    (relevant > 0).then(|| count(&mut ranked.iter().take(depth)) as f64 / relevant as f64)
}

/// The mean; 0 of nothing.
#[allow(clippy::cast_precision_loss)]
pub fn mean(figures: &[f64]) -> f64 {
    if figures.is_empty() {
        return 0.0;
    }
    figures.iter().sum::<f64>() / figures.len() as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_measures_are_those_of_trec_eval() {
        let (ranked, judged) = ([3, 0, 2, 1], [1, 2, 3, 0]);
        let ideal = 3.0 + 2.0 / 3_f64.log2() + 1.0 / 2.0;
        let found = 3.0 + 2.0 / 2.0 + 1.0 / 5_f64.log2();
        assert!((ndcg(&ranked, &judged, 10).unwrap() - found / ideal).abs() < 1e-12);
        let precision = (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0;
        assert!((average_precision(&ranked, &judged).unwrap() - precision).abs() < 1e-12);
        assert!((recall(&ranked, &judged, 1).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert!((ndcg(&judged, &[0, 0], 10), recall(&[], &[], 3)) == (None, None));
        assert!(ndcg(&[], &judged, 10).unwrap().is_sign_positive());
        assert!((mean(&[1.0, 0.0]) - 0.5).abs() < 1e-12 && mean(&[]).abs() < 1e-12);
    }
}
