//! `aside alert`: a vendor's raw alert in, what the panel would show out.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use aside_analyst::rules::RuleSet;
use aside_backend::platforms::{REGISTRY, registration};
use aside_shared::alert::Alert;
use aside_shared::analysis::{Analysis, ClaimKind};
use aside_shared::id::EvidenceId;
use aside_shared::text::{plain, visible};

/// Shows what the panel would show of a vendor's raw alert.
#[derive(clap::Args)]
pub struct AlertArgs {
    /// The platform that the alert comes from.
    #[arg(long)]
    platform: String,
    /// Normalised alert and analysis as JSON.
    #[arg(long)]
    json: bool,
    /// The file with one alert, or an envelope with one; `-` is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// The largest alert that is read, in bytes.
const ALERT_MAX: u64 = 32 * 1024 * 1024;

/// Reads, analyses, prints.
pub fn run(args: AlertArgs) -> Result<ExitCode, String> {
    let known = || {
        REGISTRY
            .iter()
            .map(|it| it.platform)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let vendor = registration(&args.platform)
        .ok_or_else(|| format!("--platform {}: allowed are {}", args.platform, known()))?;
    let raw = read(&args.file)?;
    let raw = serde_json::from_slice(&raw)
        .map_err(|e| format!("{}: no JSON: {e}", args.file.display()))?;
    let alert = (vendor.normalise)(&"export".into(), &raw)
        .map_err(|e| format!("{}: {e}", args.file.display()))?;
    let analysis = aside_analyst::analyse(RuleSet::built_in(), &alert);
    if args.json {
        let out = serde_json::json!({ "alert": alert, "analysis": analysis });
        println!(
            "{}",
            serde_json::to_string_pretty(&out).map_err(|e| e.to_string())?
        );
    } else {
        print!("{}", text(&alert, &analysis));
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &PathBuf) -> Result<Vec<u8>, String> {
    let error = |e: std::io::Error| format!("{}: {e}", file.display());
    let input: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(error)?)
    };
    let mut bytes = Vec::new();
    input
        .take(ALERT_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(error)?;
    if bytes.len() as u64 > ALERT_MAX {
        return Err(format!("{}: larger than {ALERT_MAX} bytes", file.display()));
    }
    Ok(bytes)
}

fn text(alert: &Alert, analysis: &Analysis) -> String {
    let mut lines = Vec::new();
    let assessment = &analysis.assessment;
    lines.push(format!("{}  ({:?})", visible(&alert.title), alert.kind));
    lines.push(format!(
        "{:?} {}  {:?}, {} % sure  {}",
        assessment.priority,
        assessment.priority.word(),
        assessment.verdict,
        assessment.shown_percent(),
        visible(&assessment.cause)
    ));
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
