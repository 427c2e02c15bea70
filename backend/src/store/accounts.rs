//! Accounts, roles, sessions, token hashes.

use aside_shared::id::{TenantId, UserName};
use aside_shared::session::Role;
use sqlx::Row;

use super::{Store, StoreError, Write, from_text, to_text};

/// An account as it is stored.
pub struct Account {
    /// Its name.
    pub name: UserName,
    /// Argon2id, PHC form.
    pub password_hash: String,
    /// It may not sign in.
    pub disabled: bool,
}

/// A role and where it is held. `tenant` `*` is every tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where.
    pub tenant: TenantId,
    /// What.
    pub role: Role,
}

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Whose.
    pub user: UserName,
    /// When it ends regardless, milliseconds since the epoch.
    pub ends_unix_ms: i64,
    /// When the token that was presented ends, milliseconds since the epoch.
    pub token_ends_unix_ms: i64,
}

/// A refresh token as it is found.
pub struct FoundRefresh {
    /// Its session.
    pub session: String,
    /// The session's user.
    pub user: UserName,
    /// It was used before.
    pub used: bool,
    /// Its session is over, or its user disabled.
    pub ended: bool,
    /// When the session ends regardless, milliseconds since the epoch.
    pub ends_unix_ms: i64,
}

impl Store {
    /// The account of that name.
    pub async fn account(&self, name: &UserName) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query("SELECT name, password_hash, disabled FROM users WHERE name = ?")
            .bind(name.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(Account {
                name: UserName(row.try_get("name")?),
                password_hash: row.try_get("password_hash")?,
                disabled: row.try_get::<i64, _>("disabled")? != 0,
            })
        })
        .transpose()
    }

    /// All accounts with their roles, by name.
    pub async fn accounts(&self) -> Result<Vec<(Account, Vec<Grant>)>, StoreError> {
        let rows = sqlx::query("SELECT name FROM users ORDER BY name")
            .fetch_all(&self.readers)
            .await?;
        let mut accounts = Vec::new();
        for row in rows {
            let name = UserName(row.try_get("name")?);
            if let Some(account) = self.account(&name).await? {
                accounts.push((account, self.grants(&name).await?));
            }
        }
        Ok(accounts)
    }

    /// The roles of an account.
    pub async fn grants(&self, user: &UserName) -> Result<Vec<Grant>, StoreError> {
        let rows =
            sqlx::query("SELECT tenant, role FROM roles WHERE user = ? ORDER BY tenant, role")
                .bind(user.as_str())
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Grant {
                    tenant: TenantId(row.try_get("tenant")?),
                    role: from_text("role", row.try_get("role")?)?,
                })
            })
            .collect()
    }

    /// The live session behind an access token's hash at `now`: not expired, not ended, its user not disabled.
    pub async fn session_of_access(
        &self,
        hash: &str,
        now_unix_ms: i64,
    ) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(
            "SELECT s.id, s.user, s.ends_unix_ms, t.expires_unix_ms FROM access_tokens t
             JOIN sessions s ON s.id = t.session JOIN users u ON u.name = s.user
             WHERE t.hash = ?1 AND t.expires_unix_ms > ?2 AND s.ends_unix_ms > ?2 AND s.ended = 0 AND u.disabled = 0",
        )
        .bind(hash)
        .bind(now_unix_ms)
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(Session {
                id: row.try_get("id")?,
                user: UserName(row.try_get("user")?),
                ends_unix_ms: row.try_get("ends_unix_ms")?,
                token_ends_unix_ms: row.try_get("expires_unix_ms")?,
            })
        })
        .transpose()
    }

    /// The user of the live session that a refresh token's hash belongs to, used or not.
    pub async fn user_of_refresh(
        &self,
        hash: &str,
        now_unix_ms: i64,
    ) -> Result<Option<UserName>, StoreError> {
        let row = sqlx::query(
            "SELECT s.user FROM refresh_tokens r
             JOIN sessions s ON s.id = r.session JOIN users u ON u.name = s.user
             WHERE r.hash = ? AND s.ends_unix_ms > ? AND s.ended = 0 AND u.disabled = 0",
        )
        .bind(hash)
        .bind(now_unix_ms)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row
            .map(|row| row.try_get("user"))
            .transpose()?
            .map(UserName))
    }

    /// Whether a session is live at `now`: what an open stream asks again and again.
    pub async fn session_is_live(&self, id: &str, now_unix_ms: i64) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT 1 FROM sessions s JOIN users u ON u.name = s.user
             WHERE s.id = ? AND s.ends_unix_ms > ? AND s.ended = 0 AND u.disabled = 0",
        )
        .bind(id)
        .bind(now_unix_ms)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.is_some())
    }
}

/// Makes an account; `false` if there is one of that name.
pub async fn insert_account(
    tx: &mut Write<'_>,
    name: &UserName,
    password_hash: &str,
    grants: &[Grant],
    now_unix_ms: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO users (name, password_hash, created_unix_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(name.as_str())
    .bind(password_hash)
    .bind(now_unix_ms)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for grant in grants {
        sqlx::query(
            "INSERT INTO roles (user, tenant, role) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(name.as_str())
        .bind(grant.tenant.as_str())
        .bind(to_text("role", &grant.role)?)
        .execute(&mut **tx)
        .await?;
    }
    Ok(true)
}

/// Disables an account and ends its sessions; `false` if there is none.
pub async fn disable_account(tx: &mut Write<'_>, name: &UserName) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE users SET disabled = 1 WHERE name = ?")
        .bind(name.as_str())
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE sessions SET ended = 1 WHERE user = ?")
        .bind(name.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Starts a session.
pub async fn insert_session(
    tx: &mut Write<'_>,
    id: &str,
    user: &UserName,
    now_unix_ms: i64,
    ends_unix_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, user, started_unix_ms, ends_unix_ms) VALUES (?, ?, ?, ?)",
    )
    .bind(id)
    .bind(user.as_str())
    .bind(now_unix_ms)
    .bind(ends_unix_ms)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a pair of token hashes, and forgets access tokens that ended.
pub async fn insert_tokens(
    tx: &mut Write<'_>,
    session: &str,
    access: &str,
    access_ends_unix_ms: i64,
    refresh: &str,
    now_unix_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM access_tokens WHERE expires_unix_ms <= ?")
        .bind(now_unix_ms)
        .execute(&mut **tx)
        .await?;
    sqlx::query("INSERT INTO access_tokens (hash, session, expires_unix_ms) VALUES (?, ?, ?)")
        .bind(access)
        .bind(session)
        .bind(access_ends_unix_ms)
        .execute(&mut **tx)
        .await?;
    sqlx::query("INSERT INTO refresh_tokens (hash, session) VALUES (?, ?)")
        .bind(refresh)
        .bind(session)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The refresh token of that hash, read within the transaction that will use it.
pub async fn find_refresh(
    tx: &mut Write<'_>,
    hash: &str,
    now_unix_ms: i64,
) -> Result<Option<FoundRefresh>, StoreError> {
    let row = sqlx::query(
        "SELECT r.session, s.user, r.used, s.ends_unix_ms, (s.ended = 1 OR u.disabled = 1 OR s.ends_unix_ms <= ?) AS ended
         FROM refresh_tokens r JOIN sessions s ON s.id = r.session JOIN users u ON u.name = s.user WHERE r.hash = ?",
    )
    .bind(now_unix_ms)
    .bind(hash)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        Ok(FoundRefresh {
            session: row.try_get("session")?,
            user: UserName(row.try_get("user")?),
            used: row.try_get::<i64, _>("used")? != 0,
            ended: row.try_get::<i64, _>("ended")? != 0,
            ends_unix_ms: row.try_get("ends_unix_ms")?,
        })
    })
    .transpose()
}

/// Marks a refresh token as used. Access tokens of the session stay good for their minutes: other
/// tabs still hold them.
pub async fn use_refresh(tx: &mut Write<'_>, hash: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE refresh_tokens SET used = 1 WHERE hash = ?")
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a session.
pub async fn end_session(tx: &mut Write<'_>, id: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET ended = 1 WHERE id = ?")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    sqlx::query("DELETE FROM access_tokens WHERE session = ?")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
