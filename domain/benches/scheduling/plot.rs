//! How time and quality grow with the number of requests.

use super::day::{FAMILIES, Family};
use super::{Figures, gap, milliseconds, run};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Requests of the days drawn, all of the proportions of L180: 20 hospitals and 200 companies for 1,000 requests.
const REQUESTS: [usize; 7] = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000];
/// Budget of the search.
const ITERATIONS_OF_A_REQUEST: u64 = 800;

type Panel<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure = Box<dyn std::error::Error>;
type Line = (&'static str, RGBColor, fn(&Figures) -> f64);

/// Arranges days of growing size and draws the figures into an SVG.
pub fn growth(path: &str) -> Result<(), Failure> {
    let large = FAMILIES.iter().find(|family| family.name == "L180");
    let large = large.expect("the family of the proportions");
    let of_large = |count: usize, requests: usize| (count * requests / large.requests).max(2);
    let days: Vec<(f64, Figures)> = REQUESTS
        .iter()
        .map(|requests| {
            let family = Family {
                hospitals: of_large(large.hospitals, *requests),
                companies: of_large(large.companies, *requests),
                tables: of_large(large.tables, *requests),
                requests: *requests,
                ..*large
            };
            let budget = ITERATIONS_OF_A_REQUEST * *requests as u64;
            let name = format!("{requests} requests");
            (
                *requests as f64,
                run(&name, &family.day(1), budget, false, None),
            )
        })
        .collect();
    let root = SVGBackend::new(path, (980, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(490);
    let times: [Line; 3] = [
        ("bound on the weight", BLUE, |f| milliseconds(f.bound)),
        ("first timetable", MAGENTA, |f| milliseconds(f.construct)),
        ("all, 800 iterations a request", RED, |f| {
            milliseconds(f.all)
        }),
    ];
    draw(
        &left,
        "Time of one thread",
        "milliseconds",
        0.5..50_000.0,
        &times,
        &days,
    )?;
    let quality: [Line; 3] = [
        ("breaks of the first timetable", MAGENTA, |f| {
            f.first_breaks as f64
        }),
        ("breaks in the end", RED, |f| f.breaks.value as f64),
        ("weight below its bound, per million", BLUE, |f| {
            gap(f) * 10_000.0
        }),
    ];
    draw(
        &right,
        "Quality (what is 0 lies on the floor)",
        "",
        0.5..50_000.0,
        &quality,
        &days,
    )?;
    root.present()?;
    Ok(())
}

fn draw(
    panel: &Panel<'_>,
    caption: &str,
    unit: &str,
    range: std::ops::Range<f64>,
    lines: &[Line],
    days: &[(f64, Figures)],
) -> Result<(), Failure> {
    let floor = range.start;
    let mut chart = ChartBuilder::on(panel)
        .caption(caption, ("sans-serif", 17))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((400.0..50_000.0_f64).log_scale(), range.log_scale())?;
    chart
        .configure_mesh()
        .x_desc("requests")
        .y_desc(unit)
        .x_label_formatter(&|n| format!("{n:.0}"))
        .y_label_formatter(&|n| format!("{n}"))
        .draw()?;
    for (name, colour, of) in lines {
        let colour = *colour;
        let points = days.iter().map(|(n, figures)| (*n, of(figures).max(floor)));
        let points: Vec<(f64, f64)> = points.collect();
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
        let dots = points.into_iter();
        chart.draw_series(dots.map(|at| Circle::new(at, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK)
        .position(SeriesLabelPosition::UpperLeft)
        .draw()?;
    Ok(())
}
