//! The page of figures.

use super::process::{Process, cores};
use super::settings::DEVIATIONS;
use super::stage::{Stage, is_sqlite};
use super::{Options, machine};
use crate::load::figures::{Figures, median};
use std::fmt::Write as _;
use std::time::Duration;

/// Memory of one password hash, in MiB.
const HASH_MIB: u64 = 19;

/// One row.
pub(super) struct Row {
    name: String,
    /// At saturation, the median run.
    pub(super) product: Figures,
    /// At 70 % of the peak rate.
    pub(super) below: Option<Figures>,
    floor: Option<(String, Figures)>,
    ratio: f64,
    /// The least ratio; zero for a row that only explains another.
    promise: f64,
    resident_kib: u64,
}

impl Row {
    /// A row with a floor. The ratio is the median of the ratios of the runs, each with the floor beside it.
    pub(super) fn new(name: &str, floor: &str, promise: f64, products: Vec<Figures>, floors: Vec<Figures>) -> Self {
        let mut ratios: Vec<f64> =
            products.iter().zip(&floors).map(|(product, floor)| product.rate / floor.rate.max(1e-9)).collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
        let floor = Some((floor.to_owned(), median(floors)));
        Self { floor, ratio, promise, ..Self::alone(name, median(products)) }
    }

    /// A row that stands for itself.
    pub(super) fn alone(name: &str, product: Figures) -> Self {
        Self { name: name.to_owned(), product, below: None, floor: None, ratio: 0.0, promise: 0.0, resident_kib: 0 }
    }

    /// Looks at the provider's memory at the end of the row.
    pub(super) fn note_memory(&mut self, provider: &Process) {
        self.resident_kib = provider.memory_kib("VmRSS");
    }
}

/// The page as it grows.
pub(super) struct Page {
    head: String,
    promised: String,
    others: String,
    below: String,
    causes: String,
    tail: String,
    sqlite: bool,
}

impl Page {
    /// What the figures are of.
    pub(super) fn begin(options: &Options, stage: &Stage) -> Self {
        let sqlite = is_sqlite(options);
        let store = if sqlite { "SQLite (WAL, synchronous=FULL)" } else { "PostgreSQL, on the same machine" };
        let mut head = format!(
            "# How fast: {}\n\nWritten by `cargo xtask bench`; do not edit.\n\n\
             - Program: {}, release build, black box over HTTP/1.1 on loopback, {} workers\n- Machine: {}\n- Date: {}\n\
             - Store: {store}; {} accounts; counters: {}\n- Each row: a warm-up, {} runs of {} s, the median\n",
            if sqlite { "SQLite" } else { "PostgreSQL" },
            stage.version,
            cores(),
            machine::describe(),
            machine::date(),
            options.accounts,
            if options.ephemeral == "in-process" { "in the process" } else { "Redis" },
            options.runs,
            options.seconds,
        );
        add(&mut head, format_args!("\nSettings that differ from the defaults:\n\n"));
        for (setting, reason) in DEVIATIONS {
            add(&mut head, format_args!("- `{setting}`: {reason}\n"));
        }
        let empty = String::new;
        Self { head, promised: empty(), others: empty(), below: empty(), causes: empty(), tail: empty(), sqlite }
    }

    /// Adds a row with a promise.
    pub(super) fn row(&mut self, row: &Row) {
        let verdict = match row.promise {
            0.0 => "",
            promise if row.ratio >= promise => "kept",
            _ => "**missed**",
        };
        let promise = if row.promise > 0.0 { format!("≥ {}", row.promise) } else { "none, to compare".to_owned() };
        if let Some((floor_name, floor)) = &row.floor {
            add(
                &mut self.promised,
                format_args!(
                    "| {} | {:.0} | {} | {} | {} | {} | {:.0} ({}; {floor_name}) | {:.2} | {promise} | {verdict} |\n",
                    row.name,
                    row.product.rate,
                    latencies(&row.product),
                    row.product.errors,
                    micros(row.product.cpu),
                    mib(row.resident_kib),
                    floor.rate,
                    micros(floor.cpu),
                    // Rounded down: 0.799 is not 0.80.
                    (row.ratio * 100.0).floor() / 100.0,
                ),
            );
            self.note_causes(&format!("the floor of {}", row.name), floor);
        }
        self.rest(row);
    }

    /// Adds a row without a floor.
    pub(super) fn alone(&mut self, row: &Row) {
        let Figures { rate, errors, .. } = row.product;
        let line = format!("| {} | {rate:.0} | {} | {errors} |\n", row.name, latencies(&row.product));
        self.others.push_str(&line);
        self.rest(row);
    }

    fn rest(&mut self, row: &Row) {
        eprintln!("  {} : {:.0}/s, ratio {:.2}, {} errors", row.name, row.product.rate, row.ratio, row.product.errors);
        if let Some(below) = &row.below {
            let line = format!("| {} | {:.0} | {} | {} |\n", row.name, below.rate, latencies(below), below.errors);
            self.below.push_str(&line);
            self.note_causes(&row.name, below);
        }
        self.note_causes(&row.name, &row.product);
    }

    fn note_causes(&mut self, name: &str, figures: &Figures) {
        for cause in &figures.causes {
            add(&mut self.causes, format_args!("- {name}: {cause}\n"));
            eprintln!("  {name}: {cause}");
        }
    }

    /// What is known only at the end.
    pub(super) fn end(&mut self, stage: &Stage) {
        let peak = stage.provider.memory_kib("VmHWM");
        let budget = HASH_MIB * cores() as u64;
        let memory = [("resident, idle", stage.idle_kib, 80), ("resident, the most under load", peak, 150 + budget)];
        self.tail.push_str("\n## Memory and start\n\n| what | figure | promise | |\n|---|---|---|---|\n");
        for (what, kib, promise) in memory {
            let verdict = if kib / 1024 <= promise { "kept" } else { "**missed**" };
            add(&mut self.tail, format_args!("| {what} | {} | ≤ {promise} MiB | {verdict} |\n", mib(kib)));
        }
        let start = stage.provider.start;
        let verdict = if start <= Duration::from_millis(500) { "kept" } else { "**missed**" };
        add(
            &mut self.tail,
            format_args!("| start until `/readyz` says 200 | {} ms | ≤ 500 ms | {verdict} |\n", start.as_millis()),
        );
        add(
            &mut self.tail,
            format_args!(
                "\nPrograms that wanted a core in the last minute of the run, on average: {}.\n",
                machine::load()
            ),
        );
        self.tail.push_str(FIXED);
    }

    /// The whole page.
    pub(super) fn text(&self) -> String {
        let columns = "| workload | per second | p50 | p95 | p99 | errors |";
        let mut text = format!(
            "{}\n## Promises\n\n{columns} processor time | memory | floor (processor time) | ratio | promise | |\n\
             |---|---|---|---|---|---|---|---|---|---|---|---|\n{}\n\
             ## Without a floor\n\n{columns}\n|---|---|---|---|---|---|\n{}\
             \n## Below saturation: 70 % of the peak rate\n\n{columns}\n|---|---|---|---|---|---|\n{}{}",
            self.head, self.promised, self.others, self.below, self.tail
        );
        if !self.causes.is_empty() {
            add(&mut text, format_args!("\n## Errors\n\n{}", self.causes));
        }
        if self.sqlite {
            text.push_str(
                "\nSQLite's writes end with an fsync of the data folder's disk: on another disk they differ.\n",
            );
        }
        text
    }
}

const FIXED: &str = "
## Durable writes

Asserted in `tests/tests/stories/writes.rs`, on every build:

| operation | durable writes |
|---|---|
| sign-in | 3: the try, the challenge with its message, the session |
| authorize | 1 |
| code → token | 1 |
| refresh | 1 |
| userinfo | 0 |
| client credentials | 0 |
| introspection | 0 |
| revocation | 1, for a token that is over already 0 |

## How to read this

Rates move with the machine; the ratio to the floor is what is promised. The floor is a bare program on the same store,
asked by the same client in turn with the product, in a process of its own with as many workers. The client, the sinks
for messages and both programs share the machine's cores, so absolute rates are those of a fraction of it; the
processor time of an operation is the process's own and depends little on the client or on a busy neighbour. The mix of a morning is 72 %
sign-in, 17 % registration (without opening the mailed link), the rest refresh and userinfo; 4 % of all operations carry
a wrong password, a wrong code or an unknown name, and their refusal is what counts as right. A whole sign-in waits for
its code: the outbox is looked at twice a second. People come back with the browser of their last sign-in, but in the row
of new browsers and in the mix: there each sign-in also mails the account's owner.
";

fn add(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(line);
}

fn latencies(figures: &Figures) -> String {
    format!("{} | {} | {}", millis(figures.p50), millis(figures.p95), millis(figures.p99))
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn micros(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}

fn mib(kib: u64) -> String {
    format!("{} MiB", kib / 1024)
}
