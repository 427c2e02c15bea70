//! The backend as it runs, with the lab as its vendor: the time from the vendor's answer to the first
//! event that a client reads, and its resident memory, idle and with open streams. Linux: memory is
//! read from `/proc`.

use std::error::Error;
use std::time::{Duration, Instant};

use aside_journeys::{Backend, Caller, Lab, Setup};
use aside_shared::alert::AlertKey;
use aside_shared::api::{Analyse, AnalysisStarted};
use aside_shared::approval::Proposal;
use reqwest::Response;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

const STREAMS: usize = 200;
const ALERTS: usize = 200;
/// The vendor's operation that reads an alert.
const READ_ALERT: &str = "PostEntitiesAlertsV2";
/// The vendor's operation that an analysis waits for before it ends.
const SEARCH: &str = "StartSearchV1";
/// What the reader is to wait longest for first content beyond the vendor's time, of which this is a part.
const FIRST_CONTENT: Duration = Duration::from_millis(100);
/// The memory of the smallest container that is usual.
const CONTAINER_MIB: f64 = 128.0;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let lab = Lab::start().await;
    let backend = Backend::start(&lab, &Setup::default()).await;
    let mut callers = Vec::new();
    for user in ["viewer", "analyst", "responder", "lead"] {
        callers.push(backend.sign_in(user).await);
    }
    let (alert, host) = lab.scenario("hands-on-keyboard-powershell").await;

    let idle = resident_mib(backend.process())?;
    println!(
        "backend: {idle:.1} MiB resident, idle; limit {CONTAINER_MIB:.0} MiB, ratio {:.2}",
        idle / CONTAINER_MIB
    );
    memory(&lab, &backend, &callers, &alert, &host, idle).await?;

    let mut took = first_events(&lab, &callers, &alert).await?;
    took.sort_unstable();
    let mut bare = bare_requests(&callers).await?;
    bare.sort_unstable();
    let (median, last) = (percentile(&took, 50), percentile(&took, 99));
    println!(
        "backend: first event {:.2} ms after the vendor's answer (p50; p99 {:.2} ms; {} alerts); limit {} ms, ratio {:.2} (p99 {:.2})",
        ms(median),
        ms(last),
        took.len(),
        FIRST_CONTENT.as_millis(),
        ms(median) / ms(FIRST_CONTENT),
        ms(last) / ms(FIRST_CONTENT),
    );
    println!(
        "backend: {:.2} ms for a request that does nothing (p50; p99 {:.2} ms); the first event takes {:.1} times that",
        ms(percentile(&bare, 50)),
        ms(percentile(&bare, 99)),
        ms(median) / ms(percentile(&bare, 50)),
    );
    Ok(())
}

/// Opens the streams, half of an analysis that is not over and half of a proposal, each read to its
/// first event.
async fn memory(
    lab: &Lab,
    backend: &Backend,
    callers: &[Caller],
    alert: &AlertKey,
    host: &str,
    idle: f64,
) -> Outcome<()> {
    let lead = callers.last().ok_or("nobody is signed in")?;
    let hold =
        json!({ "platform": "crowdstrike", "operation": SEARCH, "count": 1, "hold": "before" });
    lab.tell("/faults", hold).await;
    let analysis = start(lead, alert).await;
    let propose = json!({ "alert": alert, "action": "isolate_host", "host": host });
    let proposal: Proposal = lead.ask("/proposals", &propose).await;
    let proposal = format!("/proposals/{}/events", proposal.view.proposal);
    let mut streams: Vec<Response> = Vec::new();
    for number in 0..STREAMS {
        let path = [&analysis, &proposal][number % 2];
        let mut stream = callers[number % callers.len()].get(path).await;
        stream = stream.error_for_status()?;
        stream.chunk().await?.ok_or("a stream ended")?;
        streams.push(stream);
    }
    let busy = resident_mib(backend.process())?;
    println!(
        "backend: {busy:.1} MiB resident with {} open streams, {:.1} KiB for each; ratio to idle {:.2}, to the limit {:.2}",
        streams.len(),
        (busy - idle) * 1024.0 / STREAMS as f64,
        busy / idle,
        busy / CONTAINER_MIB,
    );
    lab.tell("/release", json!({})).await;
    Ok(())
}

/// For as many alerts that nobody has read yet: the vendor keeps its answer back, so that what is
/// measured is the ways to and from the backend, its own work, and one request for the events.
async fn first_events(lab: &Lab, callers: &[Caller], model: &AlertKey) -> Outcome<Vec<Duration>> {
    let hex: String = model
        .id
        .as_str()
        .bytes()
        .map(|it| format!("%{it:02X}"))
        .collect();
    let mut raw = lab.control(&format!("/alerts/{hex}")).await;
    let fields = raw.as_object_mut().ok_or("an alert is an object")?;
    fields.remove("id");
    fields.remove("composite_id");
    let mut took = Vec::new();
    let mut read = lab.count(READ_ALERT).await;
    for number in 0..ALERTS {
        let caller = &callers[number % callers.len()];
        let injected = lab.tell("/alerts", raw.clone()).await;
        let id = injected["composite_id"].as_str().ok_or("no id")?;
        let alert = AlertKey {
            id: id.into(),
            ..model.clone()
        };
        let hold = json!({ "platform": "crowdstrike", "operation": READ_ALERT, "count": 1, "hold": "after" });
        lab.tell("/faults", hold).await;
        read += 1;
        let shown = async {
            let path = start(caller, &alert).await;
            let mut stream = caller.get(&path).await.error_for_status()?;
            stream.chunk().await?.ok_or("no event")?;
            Outcome::Ok(Instant::now())
        };
        let answered = async {
            lab.wait_for(READ_ALERT, read).await;
            let now = Instant::now();
            lab.tell("/release", json!({})).await;
            now
        };
        let (shown, answered) = tokio::join!(shown, answered);
        took.push(shown?.saturating_duration_since(answered));
    }
    Ok(took)
}

/// The path of the events of an analysis.
async fn start(caller: &Caller, alert: &AlertKey) -> String {
    let alert = alert.clone();
    let started: AnalysisStarted = caller.ask("/analyses", &Analyse { alert }).await;
    format!("/analyses/{}/events", started.id)
}

/// What a request and its answer take by themselves.
async fn bare_requests(callers: &[Caller]) -> Outcome<Vec<Duration>> {
    let mut took = Vec::new();
    for number in 0..ALERTS {
        let start = Instant::now();
        let answer = callers[number % callers.len()].get("/healthz").await;
        answer.error_for_status()?.bytes().await?;
        took.push(start.elapsed());
    }
    Ok(took)
}

/// Of sorted times.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// `VmRSS` of a process, MiB.
fn resident_mib(process: u32) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kib: f64 = number.ok_or("no VmRSS")?.parse()?;
    Ok(kib / 1024.0)
}
