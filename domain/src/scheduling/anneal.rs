//! How much worse a step may be: simulated annealing (Kirkpatrick, Gelatt, Vecchi, 1983) with a temperature that
//! falls geometrically. Metropolis' rule in its threshold form: a step that costs d is taken if d ≤ −T ln u, u uniform.
//!
//! Only additions, multiplications and divisions of IEEE numbers in a fixed order: every machine decides alike.

use super::random::Random;

/// A falling temperature.
pub(super) struct Annealing {
    /// −ln u at equal steps of u.
    logarithms: Vec<f64>,
    temperature: f64,
    factor: f64,
}

impl Annealing {
    /// From one temperature to another, in so many coolings.
    pub(super) fn new(from: f64, to: f64, coolings: u64) -> Self {
        const STEPS: u32 = 4_096;
        let logarithms = (0..STEPS)
            .map(|i| -ln((f64::from(i) + 0.5) / f64::from(STEPS)))
            .collect();
        #[allow(clippy::cast_precision_loss)] // a number of coolings
        let factor = exp(ln(to / from) / coolings.max(1) as f64);
        Self {
            logarithms,
            temperature: from,
            factor,
        }
    }

    pub(super) fn cool(&mut self) {
        self.temperature *= self.factor;
    }

    /// The most that the next step may cost.
    #[allow(clippy::cast_possible_truncation)] // small against 2^63
    pub(super) fn threshold(&self, random: &mut Random) -> i64 {
        (self.temperature * self.logarithms[random.below(self.logarithms.len())]) as i64
    }
}

/// The natural logarithm, from the area tangent's series.
fn ln(x: f64) -> f64 {
    let (mut x, mut halvings) = (x, 0.0);
    while x < 0.75 {
        x *= 2.0;
        halvings += 1.0;
    }
    while x > 1.5 {
        x /= 2.0;
        halvings -= 1.0;
    }
    let y = (x - 1.0) / (x + 1.0);
    let (mut power, mut sum, mut n) = (y, 0.0, 1.0);
    while n < 41.0 {
        sum += power / n;
        power *= y * y;
        n += 2.0;
    }
    2.0 * sum - halvings * std::f64::consts::LN_2
}

/// The exponential of a number near 0, by its series.
fn exp(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 0.0, 1.0);
    while n < 60.0 {
        sum += term;
        term *= x / n;
        n += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    #[test]
    fn logarithm_and_exponential_are_right() {
        for x in [0.000_1, 0.3, 0.9, 1.0, 2.0, 700.0_f64] {
            assert!((super::ln(x) - x.ln()).abs() < 1e-12, "{x}");
        }
        for x in [-8.0, -0.5, 0.0, 0.01_f64] {
            assert!((super::exp(x) - x.exp()).abs() < 1e-9, "{x}");
        }
    }
}
