//! What a running operator says at `/metrics`, as Prometheus would read it.

use std::collections::{BTreeMap, BTreeSet};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{operator::Operator, wait::eventually};

/// One line: labels and value.
#[derive(Clone, Debug)]
pub struct Sample {
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// All that was read at once.
#[derive(Clone, Debug)]
pub struct Scrape {
    pub text: String,
    samples: BTreeMap<String, Vec<Sample>>,
}

impl Scrape {
    /// Reads the metrics of the process that runs now.
    pub async fn of(operator: &Operator) -> Self {
        let address = eventually("the operator says where it serves metrics", async || {
            let log = operator.log();
            // The last one: each start has another port.
            let line = log.lines().rev().find(|line| line.contains("serving"));
            let line: Option<serde_json::Value> = line.and_then(|l| serde_json::from_str(l).ok());
            let address = line.and_then(|line| Some(line["address"].as_str()?.to_owned()));
            address.ok_or(log)
        })
        .await;
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let request = format!("GET /metrics HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{head}");
        Self::parse(text)
    }

    fn parse(text: &str) -> Self {
        let mut samples = BTreeMap::<String, Vec<Sample>>::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            // No value here holds a comma or a quote.
            let labels = labels.trim_end_matches('}').split(',');
            let labels = labels.filter_map(|label| label.split_once('='));
            samples.entry(name.to_owned()).or_default().push(Sample {
                labels: labels
                    .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
                    .collect(),
                value: value.parse().unwrap(),
            });
        }
        Self {
            text: text.to_owned(),
            samples,
        }
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.samples.keys().map(String::as_str).collect()
    }

    pub fn of_name(&self, name: &str) -> &[Sample] {
        self.samples.get(name).map_or(&[], Vec::as_slice)
    }

    /// The sum over all labels.
    pub fn sum(&self, name: &str) -> f64 {
        self.of_name(name).iter().map(|sample| sample.value).sum()
    }
}
