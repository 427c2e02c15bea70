//! `aside user add|list|disable`

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use aside_backend::auth::NAME_MAX;
use aside_backend::auth::sessions::Sessions;
use aside_backend::config::Config;
use aside_backend::http::Fault;
use aside_backend::server;
use aside_backend::store::accounts::Grant;
use aside_shared::id::{TenantId, UserName};
use aside_shared::session::Role;
use clap::Subcommand;

use super::{ConfigFile, block_on};

/// Accounts.
#[derive(clap::Args)]
pub struct User {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Subcommand)]
enum Verb {
    /// Make an account. Its password is read from standard input, one line.
    Add {
        /// The name to sign in with.
        name: String,
        /// A role and where it is held, for example `responder@acme-prod`; `*` is every tenant. May be repeated.
        #[arg(long = "role", required = true, value_name = "ROLE@TENANT")]
        roles: Vec<String>,
        /// Read the password from standard input without asking for it.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List accounts and their roles.
    List,
    /// Disable an account: its sessions and open streams end.
    Disable {
        /// Its name.
        name: String,
    },
}

impl User {
    /// Runs the verb.
    pub fn run(self) -> Result<ExitCode, String> {
        let config = self.config.read()?;
        let by = format!(
            "command line ({})",
            std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned())
        );
        block_on(async {
            let base = server::open(&config).await?;
            let sessions = Sessions::new(base.store.clone(), base.audit, base.clock);
            match self.verb {
                Verb::Add {
                    name,
                    roles,
                    password_stdin,
                } => {
                    let name = account_name(&name)?;
                    let grants = roles
                        .iter()
                        .map(|role| grant(role, &config))
                        .collect::<Result<Vec<_>, _>>()?;
                    let password = read_password(password_stdin)?;
                    sessions
                        .add_account(&name, &password, &grants, &by)
                        .await
                        .map_err(words)?;
                    println!("added {name}");
                }
                Verb::List => {
                    for (account, grants) in
                        base.store.accounts().await.map_err(|e| e.to_string())?
                    {
                        let roles: Vec<_> = grants
                            .iter()
                            .map(|g| format!("{}@{}", g.role.word(), g.tenant))
                            .collect();
                        let state = if account.disabled { " (disabled)" } else { "" };
                        println!("{}{state}: {}", account.name, roles.join(" "));
                    }
                }
                Verb::Disable { name } => {
                    sessions
                        .disable_account(&UserName(name.clone()), &by)
                        .await
                        .map_err(words)?;
                    println!("disabled {name}");
                }
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

fn words(fault: Fault) -> String {
    match fault {
        Fault::Problem(problem) => problem.detail,
        Fault::Internal(error) => error,
    }
}

fn account_name(name: &str) -> Result<UserName, String> {
    let plain = |c: char| c.is_alphanumeric() || "-_.@+".contains(c);
    if name.is_empty() || name.chars().count() > NAME_MAX || !name.chars().all(plain) {
        return Err(format!(
            "{name:?}: a name has 1 to {NAME_MAX} letters, digits, '-', '_', '.', '@', '+'"
        ));
    }
    Ok(UserName::from(name))
}

fn grant(text: &str, config: &Config) -> Result<Grant, String> {
    let roles = [
        Role::Viewer,
        Role::Analyst,
        Role::Responder,
        Role::Lead,
        Role::Admin,
        Role::Auditor,
    ];
    let (role, tenant) = text
        .split_once('@')
        .ok_or_else(|| format!("--role {text}: write ROLE@TENANT"))?;
    let role = roles
        .into_iter()
        .find(|known| known.word() == role)
        .ok_or_else(|| {
            let known: Vec<_> = roles.iter().map(|role| role.word()).collect();
            format!("--role {text}: roles are {}", known.join(", "))
        })?;
    let tenant = TenantId::from(tenant);
    if tenant.as_str() != "*" && config.tenant(&tenant).is_none() {
        let known: Vec<_> = config
            .tenants
            .iter()
            .map(|tenant| tenant.name.as_str())
            .collect();
        return Err(format!(
            "--role {text}: tenants are {} and *",
            known.join(", ")
        ));
    }
    Ok(Grant { tenant, role })
}

fn read_password(quiet: bool) -> Result<String, String> {
    let input = std::io::stdin();
    if input.is_terminal() && !quiet {
        eprintln!("Password (at least 12 characters; it will be visible, or pipe it in):");
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .map_err(|e| format!("the password cannot be read: {e}"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
