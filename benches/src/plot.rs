//! The series as SVG: what the cost does not depend on.

use std::error::Error;
use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::contenders::CONTENDERS;
use crate::{Samples, fewest, of};

/// The series, what their numbers count, and whether they run over powers of ten.
const SERIES: [(&str, &str, bool); 8] = [
    ("classes", "classes known, ns per nested pair", true),
    ("edges", "dependencies known, ns per nested pair", true),
    ("new edge, classes", "classes known, ns per new dependency of two new classes", true),
    ("new edge, edges", "dependencies known, ns per new dependency", true),
    ("live locks", "live locks, ns per nested pair", true),
    ("depth", "locks held, ns per lock", false),
    ("threads", "threads, CPU ns per nested pair", false),
    ("stack depth", "frames of stack, ns per lock", false),
];

/// Who is drawn: those whose curves fit on one sheet.
const DRAWN: [&str; 6] = ["parking_lot", "std", "off", "sites", "exact", "tracing-mutex"];
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 0, 0),
    RGBColor(120, 120, 120),
    RGBColor(150, 100, 60),
    RGBColor(0, 130, 60),
    RGBColor(0, 90, 200),
    RGBColor(200, 40, 40),
];

pub fn all(samples: &Samples, directory: &Path) -> Result<(), Box<dyn Error>> {
    for (series, caption, logarithmic) in SERIES {
        let prefix = format!("series/{series}/");
        let drawn = CONTENDERS.iter().filter(|contender| DRAWN.contains(&contender.name));
        let curves: Vec<(&str, Vec<(f64, f64)>)> = drawn
            .map(|contender| {
                let own = of(samples, contender).filter_map(|(scenario, samples)| {
                    let x = scenario.strip_prefix(&prefix)?.parse::<f64>().ok()?;
                    Some((x, fewest(samples)))
                });
                let mut points: Vec<_> = own.collect();
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                (contender.name, points)
            })
            .collect();
        let points = || curves.iter().flat_map(|(_, points)| points);
        let (Some(least), Some(most)) =
            (points().map(|point| point.0).reduce(f64::min), points().map(|point| point.0).reduce(f64::max))
        else {
            continue;
        };
        let highest = points().map(|point| point.1).fold(0.0, f64::max) * 1.1;
        let file = directory.join(format!("{}.svg", series.replace(", ", "-").replace(' ', "-")));
        if logarithmic {
            draw(&file, caption, (least..most).log_scale(), highest, &curves)?;
        } else {
            draw(&file, caption, least..most, highest, &curves)?;
        }
    }
    Ok(())
}

fn draw<X>(file: &Path, caption: &str, x: X, highest: f64, curves: &[(&str, Vec<(f64, f64)>)]) -> Result<(), Box<dyn Error>>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
{
    let sheet = SVGBackend::new(file, (800, 480)).into_drawing_area();
    sheet.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&sheet)
        .caption(caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(48)
        .build_cartesian_2d(x, 0.0..highest)?;
    chart.configure_mesh().light_line_style(WHITE).draw()?;
    for ((name, points), colour) in curves.iter().zip(COLOURS) {
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()?;
    sheet.present()?;
    Ok(())
}
