//! Figures made from samples: the median of the repetitions, and how far they lie apart.

use std::time::Duration;

use crate::{load::Latency, measure::Samples, shop::Part, workloads::Sample};

/// The middle of several measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    pub median: f64,
    /// Largest less smallest, as a share of the median.
    pub spread: f64,
}

impl Figure {
    /// `None` without measurements.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (values.first()?, values.last()?);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        let spread = if median > 0.0 {
            (most - least) / median
        } else {
            0.0
        };
        Some(Self { median, spread })
    }
}

impl Sample {
    /// CPU time of the whole shop.
    pub fn cpu_of_all(&self) -> Duration {
        self.cpu.values().sum()
    }

    fn cpu_of(&self, part: Option<Part>) -> Duration {
        part.map_or_else(|| self.cpu_of_all(), |part| self.cpu[&part])
    }
}

impl Samples {
    /// Things a second in the closed loop.
    pub fn rate(&self) -> Option<Figure> {
        Figure::of(self.closed.iter().map(|sample| sample.load.rate()))
    }

    /// Things in the closed loop for each CPU-second of one part, or of the whole shop.
    pub fn per_core(&self, part: Option<Part>) -> Option<Figure> {
        Figure::of(self.closed.iter().map(|sample| {
            let cpu = sample.cpu_of(part).as_secs_f64();
            f64::from(sample.load.count) / cpu
        }))
    }

    /// CPU-seconds of one part, or of the whole shop, for a thousand things in the closed loop.
    pub fn cpu(&self, part: Option<Part>) -> Option<Figure> {
        Figure::of(self.closed.iter().map(|sample| {
            let cpu = sample.cpu_of(part).as_secs_f64();
            1_000.0 * cpu / f64::from(sample.load.count)
        }))
    }

    /// Share of its core that the driver used in the closed loop.
    pub fn driver(&self) -> Option<Figure> {
        Figure::of(
            self.closed
                .iter()
                .map(|sample| sample.driver.as_secs_f64() / sample.load.elapsed.as_secs_f64()),
        )
    }

    /// A quantile of the open loop's latency, in milliseconds.
    pub fn late(&self, quantile: f64) -> Option<Figure> {
        Figure::of(
            self.open
                .iter()
                .map(|sample| millis(&sample.load.latency, quantile)),
        )
    }

    /// The worst latency of the open loop, in milliseconds.
    pub fn worst(&self) -> Option<f64> {
        let worst = self
            .open
            .iter()
            .map(|sample| millis(&sample.load.latency, 1.0));
        worst.max_by(f64::total_cmp)
    }

    /// A quantile of one step in the open loop, in milliseconds.
    pub fn step(&self, step: &str, quantile: f64) -> Option<Figure> {
        Figure::of(
            self.open
                .iter()
                .filter_map(|sample| Some(millis(sample.load.steps.get(step)?, quantile))),
        )
    }

    /// The steps that one thing consists of.
    pub fn steps(&self) -> Vec<&'static str> {
        let steps = self.open.first().map(|sample| sample.load.steps.keys());
        steps.into_iter().flatten().copied().collect()
    }
}

fn millis(latency: &Latency, quantile: f64) -> f64 {
    Duration::from_micros(latency.value_at_quantile(quantile)).as_secs_f64() * 1_000.0
}

/// `12,345` or `12.3` or `0.012`: three digits or more.
pub fn number(value: f64) -> String {
    let text = match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    };
    let Some(digits) = text.len().checked_sub(3).filter(|_| value >= 1_000.0) else {
        return text;
    };
    let (thousands, rest) = text.split_at(digits);
    format!("{thousands},{rest}")
}

/// A share as `12 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_the_spread_its_neighbourhood() {
        let figure = Figure::of([30.0, 10.0, 20.0]).expect("three");
        assert_eq!(percent(figure.spread), "100 %");
        assert_eq!(number(figure.median), "20.0");
        assert_eq!(number(Figure::of([1.0, 2.0]).expect("two").median), "1.50");
        assert_eq!(Figure::of([]), None);
    }

    #[test]
    fn numbers_have_three_digits() {
        let shown = [12_345.6, 123.4, 12.34, 1.234, 0.123_4].map(number);
        assert_eq!(shown, ["12,346", "123", "12.3", "1.23", "0.123"]);
        assert_eq!(percent(0.456), "46 %");
    }
}
