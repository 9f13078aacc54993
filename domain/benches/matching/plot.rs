//! Growth curves on logarithmic axes.

use super::Figures;
use plotters::prelude::*;
use std::time::Duration;

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Draws the times of one record against the size of the market.
pub fn growth(path: &str, figures: &[Figures]) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::new(path, (760, 440)).into_drawing_area();
    root.fill(&WHITE)?;
    let (first, last) = match (figures.first(), figures.last()) {
        (Some(first), Some(last)) => (first.size as f64 * 0.8, last.size as f64 * 1.25),
        _ => return Ok(()),
    };
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "One record in, its matches out (one thread)",
            ("sans-serif", 18),
        )
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d((first..last).log_scale(), (0.01..200.0_f64).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("records on the other side")
        .y_desc("milliseconds")
        .x_label_formatter(&|n| format!("{n:.0}"))
        .y_label_formatter(&|n| format!("{n}"))
        .draw()?;
    type Line = (&'static str, RGBColor, fn(&Figures) -> Duration);
    let lines: [Line; 4] = [
        ("demand, median", BLUE, |f| f.demand.p50),
        ("demand, 95th percentile", CYAN, |f| f.demand.p95),
        ("offer, median", RED, |f| f.offer.p50),
        ("offer, 95th percentile", MAGENTA, |f| f.offer.p95),
    ];
    for (name, colour, of) in lines {
        let points: Vec<(f64, f64)> = figures.iter().map(|f| (f.size as f64, ms(of(f)))).collect();
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
        chart.draw_series(
            points
                .into_iter()
                .map(|at| Circle::new(at, 3, colour.filled())),
        )?;
    }
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK)
        .position(SeriesLabelPosition::UpperLeft)
        .draw()?;
    root.present()?;
    Ok(())
}
