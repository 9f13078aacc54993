//! How the data can be reached, and what that costs.

use super::*;
use crate::matching::criteria::access;

#[test]
fn access_weighs_mode_date_cost_and_way() {
    let wants = demand(|d| {
        d.access_modes = vec![AccessMode::ClosedRemote];
        d.needed_by = Some(day("2027-01-31"));
        d.budget = Some(Won(1_000_000));
        d.subjects_min = Some(100);
    });
    let of = |modes: &[AccessMode], lead, model, amount: i64, cutoff| {
        let offer = offer(|o| {
            o.access_modes = modes.to_vec();
            o.lead_time = lead;
            o.cost = Cost {
                model,
                amount: Some(Won(amount)),
            };
            o.review.cutoff_day = cutoff;
        });
        access::assess(&pair(&wants, &offer))
    };
    let remote = [AccessMode::ClosedRemote];
    let quick = Some(LeadTime::OneToTwoMonths);
    close(
        of(&remote, quick, Some(CostModel::Fixed), 10, None),
        1.0,
        1.0,
    );
    // The next cut-off is the 30th of November; 61 days after it is the 30th of January, just in time.
    close(
        of(&remote, quick, Some(CostModel::Fixed), 10, Some(31)),
        1.0,
        1.0,
    );
    let later = of(
        &remote,
        Some(LeadTime::TwoToSixMonths),
        Some(CostModel::Free),
        0,
        None,
    );
    close(later, (0.4 + 0.3 * (1.0 - 106.0 / 180.0) + 0.2) / 0.9, 1.0);
    close(
        of(&remote, quick, Some(CostModel::PerSubject), 20_000, None),
        (0.4 + 0.3 + 0.1) / 0.9,
        1.0,
    );
    close(
        of(&[AccessMode::Export], quick, Some(CostModel::Free), 0, None),
        0.5 / 0.9,
        1.0,
    );
    // Visits only: the region counts too.
    let visit = of(
        &[AccessMode::ClosedOnsite],
        quick,
        Some(CostModel::Free),
        0,
        None,
    );
    close(visit, 0.4 * 0.4 + 0.3 + 0.2 + 0.1 * 0.4, 1.0);
    close(of(&[], None, None, 0, None), 0.0, 0.0);
}

#[test]
fn the_own_share_bounds_what_can_be_paid() {
    let costs = |budget: Option<i64>, own: Option<i64>, class, amount: Option<i64>| {
        let demand = demand(|d| {
            d.budget = budget.map(Won);
            d.own_share = own.map(Won);
            d.budget_class = class;
        });
        let offer = offer(|o| {
            o.cost = Cost {
                model: amount.map(|_| CostModel::Fixed),
                amount: amount.map(Won),
            };
        });
        access::assess(&pair(&demand, &offer))
    };
    let voucher = Some(BudgetClass::VoucherSmall);
    // The own share is a part of a budget, whoever pays the rest.
    close(costs(Some(100), Some(20), voucher, Some(100)), 1.0, 1.0);
    close(costs(Some(100), Some(20), voucher, Some(400)), 0.25, 1.0);
    // Without a budget it is all there is of own money, and the least that there is beside a voucher.
    close(
        costs(None, Some(100), Some(BudgetClass::Own), Some(400)),
        0.25,
        1.0,
    );
    for class in [voucher, None] {
        close(costs(None, Some(100), class, Some(100)), 1.0, 1.0);
        close(costs(None, Some(100), class, Some(400)), 1.0, 0.25);
        close(costs(None, Some(0), class, Some(400)), 0.0, 0.0);
        close(costs(None, Some(100), class, None), 0.0, 0.0);
    }
    assert_eq!(costs(None, None, voucher, Some(400)), Assessment::NOT_ASKED);
    // More money never lowers the worst or the best that it can come to.
    let bounds = |own| {
        let found = costs(None, Some(own), voucher, Some(400));
        let lowest = found.value * found.known;
        (lowest, lowest + 1.0 - found.known)
    };
    for own in 0..500 {
        let (less, more) = (bounds(own), bounds(own + 1));
        assert!(
            less.0 <= more.0 + 1e-12 && less.1 <= more.1 + 1e-12,
            "{own}"
        );
    }
}

#[test]
fn an_open_budget_is_told_as_missing_and_no_amount_of_the_asker_is() {
    let demand = demand(|d| {
        d.own_share = Some(Won(7_654_321));
        d.conditions = codes(&["C34"]);
    });
    let offer = offer(|o| {
        o.conditions = codes(&["C34"]);
        o.cost = Cost {
            model: Some(CostModel::Fixed),
            amount: Some(Won(30_617_284)),
        };
    });
    let told = access::explain(&pair(&demand, &offer));
    assert_eq!(
        told.sentence.en,
        "Estimated cost 30,617,284 won, above the own share, and the whole budget is not stated."
    );
    assert!(told.sentence.ko.contains("자부담") && !told.sentence.ko.contains("7,654"));
    let [(fact, whose, share)] = told.missing[..] else {
        panic!("{:?}", told.missing)
    };
    // Three quarters of the cost are open.
    assert_eq!((fact, whose), (Fact::Budget, Whose::Demander));
    assert!((share - 0.75).abs() < 1e-9, "{share}");
}
