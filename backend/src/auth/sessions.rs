//! Sign-in, refresh, sign-out. Tokens are opaque, stored as hashes, checked on every request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aside_shared::audit::AuditAction;
use aside_shared::id::UserName;
use aside_shared::problem::{Problem, ProblemKind};
use aside_shared::session::{Login, Refresh, Tokens};

use super::access::Access;
use super::{new_token, password, token_hash};
use crate::audit::{Audit, Record};
use crate::clock::SharedClock;
use crate::http::Fault;
use crate::store::{Store, StoreError, Write, accounts};

const ACCESS_MS: i64 = 10 * 60 * 1000;
const SESSION_MS: i64 = 12 * 60 * 60 * 1000;
/// How long a repeat of a refresh gets the same answer, once.
const REPLAY_MS: i64 = 10_000;

/// Issues and checks tokens.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    audit: Audit,
    clock: SharedClock,
    /// Answers that may be given once more, by the hash of the token that was used. In memory only.
    replays: Arc<Mutex<HashMap<String, Replay>>>,
}

struct Replay {
    /// The hash of the client's id for the request: as long as it is, little is kept.
    request: String,
    tokens: Tokens,
    until_unix_ms: i64,
}

impl Sessions {
    /// Sessions over a store.
    pub fn new(store: Store, audit: Audit, clock: SharedClock) -> Self {
        Self {
            store,
            audit,
            clock,
            replays: Arc::default(),
        }
    }

    /// Signs a user in.
    pub async fn login(&self, login: Login) -> Result<Tokens, Fault> {
        let account = self.store.account(&login.user).await?;
        let usable = account.filter(|account| !account.disabled);
        let right =
            password::matches(login.password, usable.map(|account| account.password_hash)).await;
        if !right {
            // The name is the caller's text: it is recorded shortened and visible, never as a known user.
            let name =
                aside_shared::text::visible(&aside_shared::text::shorten(login.user.as_str(), 64));
            self.audit
                .record(Record::new(
                    name,
                    AuditAction::SignInRefused,
                    "wrong name or password",
                ))
                .await?;
            return Err(Problem::new(
                ProblemKind::BadCredentials,
                "The name or the password is wrong, or the account is disabled.",
            )
            .into());
        }
        let now = self.clock.now_unix_ms();
        let session = uuid::Uuid::new_v4().to_string();
        let mut tx = self.store.write().await?;
        accounts::insert_session(&mut tx, &session, &login.user, now, now + SESSION_MS).await?;
        let tokens = self.issue(&mut tx, &session, now + SESSION_MS).await?;
        self.audit
            .commit(
                tx,
                Record::new(login.user.as_str(), AuditAction::SignIn, "password"),
            )
            .await?;
        Ok(tokens)
    }

    /// The user of the live session whose refresh token this is.
    pub async fn whose(&self, refresh: &Refresh) -> Result<Option<UserName>, Fault> {
        let hash = token_hash(&refresh.refresh_token);
        let now = self.clock.now_unix_ms();
        Ok(self.store.user_of_refresh(&hash, now).await?)
    }

    /// The next pair of tokens. A used token revokes its whole session, except for one repeat of the
    /// same request within 10 seconds (its answer may have been lost on the way).
    pub async fn refresh(&self, refresh: &Refresh) -> Result<Tokens, Fault> {
        let hash = token_hash(&refresh.refresh_token);
        let now = self.clock.now_unix_ms();
        let mut tx = self.store.write().await?;
        let Some(found) = accounts::find_refresh(&mut tx, &hash, now)
            .await?
            .filter(|found| !found.ended)
        else {
            return Err(signed_out().into());
        };
        if found.used {
            if let Some(tokens) = self.replay(&hash, &refresh.request_id, now) {
                return Ok(tokens);
            }
            accounts::end_session(&mut tx, &found.session).await?;
            let detail = "a refresh token was used twice: the session is ended";
            self.audit
                .commit(
                    tx,
                    Record::new(found.user.as_str(), AuditAction::TokenReuse, detail),
                )
                .await?;
            return Err(signed_out().into());
        }
        accounts::use_refresh(&mut tx, &hash).await?;
        let tokens = self
            .issue(&mut tx, &found.session, found.ends_unix_ms)
            .await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.remember(hash, &refresh.request_id, &tokens, now);
        Ok(tokens)
    }

    /// Ends a session.
    pub async fn logout(&self, access: &Access) -> Result<(), Fault> {
        let mut tx = self.store.write().await?;
        accounts::end_session(&mut tx, &access.session.id).await?;
        self.audit
            .commit(
                tx,
                Record::new(access.user.as_str(), AuditAction::SignOut, "signed out"),
            )
            .await?;
        Ok(())
    }

    /// The caller behind an access token.
    pub async fn authenticate(&self, token: &str) -> Result<Access, Fault> {
        let session = self
            .store
            .session_of_access(&token_hash(token), self.clock.now_unix_ms())
            .await?;
        let session = session.ok_or_else(signed_out)?;
        let grants = self.store.grants(&session.user).await?;
        Ok(Access {
            user: session.user.clone(),
            session,
            grants,
        })
    }

    /// Whether an open stream may go on: its token has not ended, its session and user are live.
    pub async fn may_go_on(&self, access: &Access) -> bool {
        let now = self.clock.now_unix_ms();
        now < access.session.token_ends_unix_ms
            && self
                .store
                .session_is_live(&access.session.id, now)
                .await
                .unwrap_or(false)
    }

    /// Makes an account.
    pub async fn add_account(
        &self,
        name: &UserName,
        password: &str,
        grants: &[accounts::Grant],
        by: &str,
    ) -> Result<(), Fault> {
        let hash = password::hash(password)
            .map_err(|detail| Problem::new(ProblemKind::BadRequest, detail))?;
        let mut tx = self.store.write().await?;
        if !accounts::insert_account(&mut tx, name, &hash, grants, self.clock.now_unix_ms()).await?
        {
            return Err(Problem::new(
                ProblemKind::BadRequest,
                format!("There is an account {name} already."),
            )
            .into());
        }
        let roles: Vec<String> = grants
            .iter()
            .map(|g| format!("{}@{}", g.role.word(), g.tenant))
            .collect();
        let detail = format!("account {name} added with {}", roles.join(", "));
        self.audit
            .commit(tx, Record::new(by, AuditAction::UserChanged, detail))
            .await?;
        Ok(())
    }

    /// Disables an account and ends its sessions; open streams end at their next heartbeat.
    pub async fn disable_account(&self, name: &UserName, by: &str) -> Result<(), Fault> {
        let mut tx = self.store.write().await?;
        if !accounts::disable_account(&mut tx, name).await? {
            return Err(Problem::new(
                ProblemKind::NotFound,
                format!("There is no account {name}."),
            )
            .into());
        }
        let detail = format!("account {name} disabled");
        self.audit
            .commit(tx, Record::new(by, AuditAction::UserChanged, detail))
            .await?;
        Ok(())
    }

    async fn issue(
        &self,
        tx: &mut Write<'_>,
        session: &str,
        session_ends: i64,
    ) -> Result<Tokens, StoreError> {
        let (access, refresh) = (new_token(), new_token());
        let now = self.clock.now_unix_ms();
        let ends = (now + ACCESS_MS).min(session_ends);
        accounts::insert_tokens(
            tx,
            session,
            &token_hash(&access),
            ends,
            &token_hash(&refresh),
            now,
        )
        .await?;
        Ok(Tokens {
            access_token: access,
            access_expires_in_s: u32::try_from((ends - now) / 1000).unwrap_or(0),
            refresh_token: refresh,
            session_ends_unix_ms: session_ends,
        })
    }

    fn remember(&self, hash: String, request_id: &str, tokens: &Tokens, now: i64) {
        let mut replays = self.replays.lock().unwrap_or_else(PoisonError::into_inner);
        replays.retain(|_, replay| replay.until_unix_ms > now);
        replays.insert(
            hash,
            Replay {
                request: token_hash(request_id),
                tokens: tokens.clone(),
                until_unix_ms: now + REPLAY_MS,
            },
        );
    }

    fn replay(&self, hash: &str, request_id: &str, now: i64) -> Option<Tokens> {
        let mut replays = self.replays.lock().unwrap_or_else(PoisonError::into_inner);
        let replay = replays.remove(hash)?;
        (replay.request == token_hash(request_id) && replay.until_unix_ms > now)
            .then_some(replay.tokens)
    }
}

fn signed_out() -> Problem {
    Problem::new(
        ProblemKind::SignedOut,
        "The session has ended or the token is not valid. Sign in again.",
    )
}

#[cfg(test)]
mod tests {
    use aside_shared::session::Role;

    use super::*;
    use crate::clock::testing::ManualClock;
    use crate::testing::world;

    async fn signed_in() -> (Sessions, Arc<ManualClock>, Tokens, tempfile::TempDir) {
        let world = world().await;
        let grants = [accounts::Grant {
            tenant: "acme".into(),
            role: Role::Analyst,
        }];
        world
            .sessions
            .add_account(&"k.mora".into(), "correct horse battery", &grants, "test")
            .await
            .unwrap();
        let login = Login {
            user: "k.mora".into(),
            password: "correct horse battery".to_owned(),
        };
        let tokens = world.sessions.login(login).await.unwrap();
        (world.sessions, world.clock, tokens, world.folder)
    }

    fn refresh(tokens: &Tokens, request_id: &str) -> Refresh {
        Refresh {
            refresh_token: tokens.refresh_token.clone(),
            request_id: request_id.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_token_is_good_for_its_minutes_and_a_session_for_its_hours() {
        let (sessions, clock, mut tokens, _folder) = signed_in().await;
        assert!(sessions.authenticate(&tokens.access_token).await.is_ok());
        clock.advance_ms(ACCESS_MS);
        assert!(sessions.authenticate(&tokens.access_token).await.is_err());
        let mut hours = 0;
        while let Ok(next) = sessions.refresh(&refresh(&tokens, "r")).await {
            tokens = next;
            clock.advance_ms(60 * 60 * 1000);
            hours += 1;
        }
        assert_eq!(hours, 12);
    }

    #[tokio::test]
    async fn a_repeat_of_the_same_request_gets_the_same_pair_once() {
        let (sessions, _clock, tokens, _folder) = signed_in().await;
        let first = sessions.refresh(&refresh(&tokens, "r1")).await.unwrap();
        let repeat = sessions.refresh(&refresh(&tokens, "r1")).await.unwrap();
        assert_eq!(first.access_token, repeat.access_token);
        assert!(sessions.refresh(&refresh(&tokens, "r1")).await.is_err());
        assert!(
            sessions.authenticate(&first.access_token).await.is_err(),
            "a second repeat ends the session"
        );
    }

    #[tokio::test]
    async fn any_other_reuse_ends_the_whole_session_and_is_audited() {
        for (request_id, wait_ms) in [("another", 0), ("r1", REPLAY_MS)] {
            let (sessions, clock, tokens, _folder) = signed_in().await;
            let next = sessions.refresh(&refresh(&tokens, "r1")).await.unwrap();
            clock.advance_ms(wait_ms);
            assert!(
                sessions
                    .refresh(&refresh(&tokens, request_id))
                    .await
                    .is_err()
            );
            assert!(sessions.authenticate(&next.access_token).await.is_err());
            assert!(sessions.refresh(&refresh(&next, "r2")).await.is_err());
            let log = sessions.store.audit_log().await.unwrap();
            assert!(
                log.iter()
                    .any(|entry| entry.action == AuditAction::TokenReuse)
            );
        }
    }

    #[tokio::test]
    async fn a_stream_goes_on_as_long_as_its_token_and_its_session() {
        let (sessions, clock, tokens, _folder) = signed_in().await;
        let access = sessions.authenticate(&tokens.access_token).await.unwrap();
        // A refresh does not end what the token before it began.
        sessions.refresh(&refresh(&tokens, "r")).await.unwrap();
        clock.advance_ms(ACCESS_MS - 1);
        assert!(sessions.may_go_on(&access).await);
        clock.advance_ms(1);
        assert!(!sessions.may_go_on(&access).await);

        let (sessions, _clock, tokens, _folder) = signed_in().await;
        let access = sessions.authenticate(&tokens.access_token).await.unwrap();
        sessions.logout(&access).await.unwrap();
        assert!(!sessions.may_go_on(&access).await);
    }

    #[tokio::test]
    async fn disabling_a_user_ends_what_he_has() {
        let (sessions, _clock, tokens, _folder) = signed_in().await;
        let access = sessions.authenticate(&tokens.access_token).await.unwrap();
        sessions
            .disable_account(&"k.mora".into(), "test")
            .await
            .unwrap();
        assert!(!sessions.may_go_on(&access).await);
        assert!(sessions.authenticate(&tokens.access_token).await.is_err());
        assert!(sessions.refresh(&refresh(&tokens, "r")).await.is_err());
    }

    #[tokio::test]
    async fn no_token_is_stored_in_clear() {
        let (sessions, _clock, tokens, folder) = signed_in().await;
        sessions.refresh(&refresh(&tokens, "r")).await.unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for token in [&tokens.access_token, &tokens.refresh_token] {
                assert!(!bytes.windows(token.len()).any(|w| w == token.as_bytes()));
            }
        }
    }
}
