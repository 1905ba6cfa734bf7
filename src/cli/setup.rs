//! `imera setup`: domain, owner and certificate in one command, without a question.
//!
//! Keeps no state. Missing until their issues: `--certificate acme`; waiting for records (`--wait`).

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::backup;
use super::records;
use super::restore;
use super::stdin;
use super::terminal;
use crate::config::TlsFiles;
use crate::qr;
use crate::server::failure::Failure;
use crate::server::set_up;
use crate::server::set_up::Plan;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer;

#[derive(clap::Args)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
pub struct Setup {
    #[command(subcommand)]
    part: Option<Part>,
    /// What every address ends in, such as beach.example
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// The machine's own name, where the domain itself points elsewhere
    #[arg(long, value_name = "HOST", conflicts_with = "home")]
    host: Option<String>,
    /// In the home network only
    #[arg(long)]
    home: bool,
    /// What people call this place
    #[arg(long = "name", value_name = "PLACE")]
    place_name: Option<String>,
    /// The owner's chat name
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Read the owner's password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// The owner's name as friends see it
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// When the nightly backup is made [default: 3:30]
    #[arg(long, value_name = "TIME")]
    backup_at: Option<String>,
    /// Daily, weekly and monthly backups that are kept [default: 7,4,6]
    #[arg(long, value_name = "D,W,M")]
    backup_keep: Option<String>,
    /// Where the certificate comes from: own (made here) or files
    #[arg(long, value_name = "KIND", default_value = "own")]
    certificate: String,
    /// With --certificate files: the chain, PEM, leaf first
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// With --certificate files: its key, PEM
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Do not wait for the domain's records (nothing waits yet)
    #[arg(long, conflicts_with = "wait")]
    no_wait: bool,
    #[arg(long, hide = true)]
    wait: Option<String>,
    #[arg(long, hide = true)]
    agree: bool,
    /// Go on although a browser is at the set-up, which then is over there
    #[arg(long)]
    take_over: bool,
    /// Make the first invitation and show it
    #[arg(long)]
    invite: bool,
    /// Lock backups with the passphrase in this file's first line
    #[arg(long, value_name = "FILE")]
    backup_passphrase_file: Option<PathBuf>,
    /// Instead of all this: bring a backup back
    #[arg(long, value_name = "FILE", conflicts_with_all = ["domain", "owner", "password_stdin"])]
    restore: Option<PathBuf>,
    /// With --restore: the backup's passphrase is this file's first line
    #[arg(long, value_name = "FILE", requires = "restore")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Part {
    /// Whether imera is set up, and what is next
    State,
    /// The records that the domain needs
    Records {
        #[arg(long, value_name = "DOMAIN")]
        domain: Option<String>,
    },
    /// A new code for the set-up in a browser; the one before is void
    Code,
}

pub async fn run(common: &Common, setup: Setup) -> Result<ExitCode, Failure> {
    match &setup.part {
        Some(Part::State) => return state(common).await,
        Some(Part::Records { domain }) => return records::run(common, domain.clone()).await,
        Some(Part::Code) => return code(common).await,
        None => {}
    }
    refuse_what_is_not_there(&setup)?;
    if let Some(file) = &setup.restore {
        return restore_instead(common, file, setup.passphrase_file.as_deref(), setup.take_over).await;
    }
    let plan = set_up::check(plan(setup)?)?;
    let done = ask::ask(common, "setup", &plan).await?;
    if common.json {
        terminal::json(&done);
        return Ok(ExitCode::SUCCESS);
    }
    let told = |name: &str| terminal::cell(&done[name]);
    terminal::line(&format!("imera is set up for {}.", told("domain")));
    let trust = if done["certificate"] == "own" { "; apps ask once whether to trust it" } else { "" };
    let certificate = format!("{}{trust}", certificate(done["certificate"].as_str()));
    terminal::list(&[("Owner", told("owner")), ("Certificate", certificate)]);
    if let Some(link) = done["invite"]["link"].as_str() {
        terminal::line(&format!("The first invitation, for one person, a week: {link}"));
        terminal::line(&format!("For apps: {}", terminal::cell(&done["invite"]["uri"])));
    }
    tonight(&done);
    let records = if done["home"] == true { "" } else { "give the domain its records (imera setup records), then " };
    terminal::line(&format!("Next: {records}sign in as {}.", told("owner")));
    Ok(ExitCode::SUCCESS)
}

/// Where a certificate comes from, as answers tell it.
pub fn certificate(source: Option<&str>) -> &'static str {
    match source {
        Some("files") => "the one from your files",
        _ => "made by this machine",
    }
}

/// What happens tonight, in the words of the wizard's last page.
fn tonight(done: &Value) {
    let book = Lang::En.book();
    let say = |words: Text| book.plain(&words);
    let backup = text("setup-done-backup").with("time", terminal::cell(&done["backup_at"]));
    let mut lines = vec![say(backup) + ".", say(text("setup-done-backup-more"))];
    if done["backup_locked"] == true {
        lines.push(say(text("setup-done-backup-locked")));
    }
    terminal::line(&format!("{}: {}", say(text("setup-done-tonight")), lines.join(" ")));
}

async fn restore_instead(
    common: &Common,
    file: &std::path::Path,
    passphrase: Option<&std::path::Path>,
    take_over: bool,
) -> Result<ExitCode, Failure> {
    let file = backup::absolute(file);
    transfer::head::open(&file).map_err(Failure::of)?;
    let passphrase = passphrase.map(stdin::first_line).transpose()?;
    let with = json!({ "file": file, "passphrase": passphrase, "take_over": take_over });
    let answer = ask::ask(common, "setup.restore", &with).await?;
    restore::show(common, &answer, None);
    Ok(ExitCode::SUCCESS)
}

async fn state(common: &Common) -> Result<ExitCode, Failure> {
    let state = match ask::ask(common, "setup.state", &json!({})).await {
        Ok(state) => state,
        // Nothing there at all is a state too.
        Err(_) if !ask::config(common)?.data.join(crate::store::FILE).exists() => {
            let next = crate::server::house::set_up_command(&ask::config(common)?);
            json!({ "set_up": false, "domain": null, "next": next })
        }
        Err(failure) => return Err(failure),
    };
    match common.json {
        true => terminal::json(&state),
        false if state["set_up"] == true => {
            terminal::line(&format!("Set up for {}.", terminal::cell(&state["domain"])))
        }
        false => terminal::line(&format!("Not set up. Next: {}", terminal::cell(&state["next"]))),
    }
    Ok(ExitCode::SUCCESS)
}

async fn code(common: &Common) -> Result<ExitCode, Failure> {
    let told = ask::ask(common, "setup.code", &json!({})).await?;
    if common.json {
        terminal::json(&told);
        return Ok(ExitCode::SUCCESS);
    }
    let address = terminal::cell(&told["address"]);
    terminal::line(&format!("Set-up code: {}", terminal::cell(&told["code"])));
    terminal::line(&format!("Open {address} in a browser. It holds for 24 hours."));
    if let Some(words) = told["certificate_words"].as_str() {
        terminal::line(&format!("Under https this machine shows a certificate that these words stand for: {words}"));
        terminal::line(&format!("Its SHA-256: {}", terminal::cell(&told["certificate_sha256"])));
    }
    if std::io::stdout().is_terminal()
        && let Some(drawn) = qr::terminal(&address)
    {
        terminal::text(&drawn);
    }
    Ok(ExitCode::SUCCESS)
}

fn not_yet(what: &str, next: &str) -> Failure {
    Failure::usage(format!("{what} is not built yet"), next)
}

fn refuse_what_is_not_there(setup: &Setup) -> Result<(), Failure> {
    match setup.certificate.as_str() {
        "own" | "files" => {}
        "acme" => return Err(not_yet("--certificate acme", "take own or files for now")),
        other => {
            return Err(Failure::usage(format!("--certificate cannot be \"{other}\""), "it is own or files"));
        }
    }
    let later = [
        (setup.wait.is_some(), "--wait", "leave it out: nothing is waited for"),
        (setup.agree, "--agree", "leave it out: no authority is asked"),
    ];
    match later.into_iter().find(|(given, _, _)| *given) {
        Some((_, what, next)) => Err(not_yet(what, next)),
        None => Ok(()),
    }
}

fn plan(setup: Setup) -> Result<Plan, Failure> {
    let needed = |value: Option<String>, option: &str, example: &str| {
        value.ok_or_else(|| {
            Failure::usage(format!("{option} is missing"), format!("add for example {option} {example}"))
        })
    };
    let files = match (setup.certificate.as_str(), setup.cert, setup.key) {
        ("files", Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
        ("files", ..) => {
            return Err(Failure::usage("--certificate files needs two files", "add --cert FILE and --key FILE"));
        }
        (_, None, None) => None,
        _ => return Err(Failure::usage("--cert and --key have no effect", "add --certificate files")),
    };
    let mut plan = Plan {
        domain: needed(setup.domain, "--domain", "beach.example")?,
        host: setup.host,
        home: setup.home,
        place_name: setup.place_name,
        owner: needed(setup.owner, "--owner", "mira")?,
        display_name: setup.display_name,
        backup_at: setup.backup_at,
        backup_keep: setup.backup_keep,
        invite: setup.invite,
        take_over: setup.take_over,
        backup_passphrase: setup.backup_passphrase_file.as_deref().map(stdin::first_line).transpose()?,
        ..Plan::default()
    };
    if let Some(files) = &files {
        set_up::read_files(&mut plan, files)?;
    }
    if !setup.password_stdin {
        let what = "the owner's password is missing";
        return Err(Failure::usage(what, "add --password-stdin and give it on standard input"));
    }
    plan.password = stdin::password("Password of the owner")?;
    Ok(plan)
}
