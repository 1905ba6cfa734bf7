//! `imera setup`: domain, owner and certificate in one command, without a question.
//!
//! Keeps no state.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

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
use super::waiting;
use super::waiting::Came;
use crate::config::TlsFiles;
use crate::limits;
use crate::qr;
use crate::server::control;
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
    /// Where the certificate comes from: acme (an authority), own (made here) or files [default: own]
    #[arg(long, value_name = "KIND")]
    certificate: Option<String>,
    /// With --certificate acme: you agree to the authority's terms, https://letsencrypt.org/repository/
    #[arg(long)]
    agree: bool,
    /// With --certificate files: the chain, PEM, leaf first
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// With --certificate files: its key, PEM
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// With --certificate acme: how long to wait for it [default: 15m, where a server runs]
    #[arg(long, value_name = "TIME")]
    wait: Option<String>,
    /// With --certificate acme: do not wait for it
    #[arg(long, conflicts_with = "wait")]
    no_wait: bool,
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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["domain", "owner", "password_stdin", "certificate", "agree", "wait"])]
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
    if let Some(file) = &setup.restore {
        return restore_instead(common, file, setup.passphrase_file.as_deref(), setup.take_over).await;
    }
    let config = ask::config(common)?;
    let waits = waits(&setup)?;
    let plan = set_up::check(plan(setup, config.acme_directory.is_some())?)?;
    if !control::socket::is_answered(&config.data).await {
        // Before there is a folder. A server has options of its own, and says so itself.
        set_up::refuse_authority(&config, &plan)?;
    }
    let mut done = ask::ask(common, "setup", &plan).await?;
    if !common.json {
        show(&done);
    }
    let domain = terminal::cell(&done["domain"]);
    let came = match waits {
        Some((patience, _)) => waiting::wait(common, &domain, patience).await?,
        None => None,
    };
    if let Some(came) = &came {
        done["names"] = came.names.clone();
    }
    if common.json {
        terminal::json(&done);
    }
    match (came, waits) {
        (Some(Came { failure: Some(failure), .. }), _) => Err(failure),
        (None, Some((_, true))) => {
            let next = "start imera, which asks by itself, then see imera status";
            Err(Failure::new("no server runs here that could ask for the certificate", next))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn show(done: &Value) {
    let told = |name: &str| terminal::cell(&done[name]);
    terminal::line(&format!("imera is set up for {}.", told("domain")));
    let certificate = match done["certificate"].as_str() {
        Some("own") => format!("{}; apps ask once whether to trust it", certificate(Some("own"))),
        Some("acme") => "asked of an authority, renewed by itself".to_owned(),
        other => certificate(other).to_owned(),
    };
    terminal::list(&[("Owner", told("owner")), ("Certificate", certificate)]);
    if let Some(link) = done["invite"]["link"].as_str() {
        terminal::line(&format!("The first invitation, for one person, a week: {link}"));
        terminal::line(&format!("For apps: {}", terminal::cell(&done["invite"]["uri"])));
    }
    tonight(done);
    let records = if done["home"] == true { "" } else { "give the domain its records (imera setup records), then " };
    terminal::line(&format!("Next: {records}sign in as {}.", told("owner")));
}

/// Where a certificate comes from, as answers tell it.
pub fn certificate(source: Option<&str>) -> &'static str {
    match source {
        Some("files") => "the one from your files",
        Some("acme") => "an authority's, renewed by itself",
        _ => "made by this machine",
    }
}

/// How long an authority's certificate is waited for, and whether somebody said so.
fn waits(setup: &Setup) -> Result<Option<(Duration, bool)>, Failure> {
    match (setup.certificate.as_deref(), &setup.wait, setup.no_wait) {
        (Some("acme"), Some(text), _) => Ok(Some((waiting::patience(text)?, true))),
        (Some("acme"), None, false) => Ok(Some((Duration::from_secs(limits::ACME_WAITED_FOR_S), false))),
        (Some("acme"), None, true) | (_, None, _) => Ok(None),
        (_, Some(_), _) => Err(Failure::usage("--wait has no effect", "add --certificate acme and --agree")),
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

/// What of the certificate was chosen: the files, and whether an authority is asked. `named`: the machine's options name
/// the authority, and with it agree to its terms.
fn chosen(setup: &Setup, named: bool) -> Result<(Option<TlsFiles>, Option<bool>), Failure> {
    let usage = |what: &str, next: &str| Err(Failure::usage(what, next));
    let files = setup.cert.clone().zip(setup.key.clone()).map(|(cert, key)| TlsFiles { cert, key });
    let any_file = setup.cert.is_some() || setup.key.is_some();
    match setup.certificate.as_deref() {
        Some("files") if files.is_none() => {
            return usage("--certificate files needs two files", "add --cert FILE and --key FILE");
        }
        Some("acme" | "own") | None if any_file => {
            return usage("--cert and --key have no effect", "add --certificate files");
        }
        Some("acme") if !setup.agree && !named => {
            let next = "read them at https://letsencrypt.org/repository/, then add --agree";
            return usage("--certificate acme asks an authority, to whose terms you have to agree", next);
        }
        Some("acme") => return Ok((None, Some(true))),
        Some("files" | "own") | None => {}
        Some(other) => {
            let what = format!("--certificate cannot be \"{}\"", other.chars().take(80).collect::<String>());
            return usage(&what, "it is acme, own or files");
        }
    }
    if setup.agree {
        return usage("--agree has no effect", "add --certificate acme");
    }
    Ok((files, setup.certificate.as_ref().map(|_| false)))
}

fn plan(setup: Setup, named: bool) -> Result<Plan, Failure> {
    let needed = |value: Option<String>, option: &str, example: &str| {
        value.ok_or_else(|| {
            Failure::usage(format!("{option} is missing"), format!("add for example {option} {example}"))
        })
    };
    let (files, acme) = chosen(&setup, named)?;
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
        acme,
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
