//! Rows of models' answers: redacted, for a day, and no more than a number of them.

use aside_shared::id::TenantId;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Store, StoreError, Write, from_text, to_text};

/// How long an answer serves, milliseconds.
pub const KEEP_MS: i64 = 24 * 60 * 60 * 1000;
/// Answers that are kept, of all tenants together.
pub const KEPT_MAX: u32 = 2_000;

/// What an answer answers.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose alert. An answer never serves another tenant.
    pub tenant: TenantId,
    /// Which model at which endpoint.
    pub model: String,
    /// The version of the instructions.
    pub prompt: u32,
    /// SHA-256 of what was asked, 64 hex digits.
    pub content: String,
}

/// A model's answer as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The answer's text, with placeholders. Untrusted.
    pub text: String,
    /// How many lines of evidence were shown.
    pub lines: u32,
    /// The requests that were sent for it, redacted.
    pub sent: Vec<aside_shared::model::Sent>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// Tokens of the question.
    pub tokens_in: Option<u64>,
    /// Tokens of the answer.
    pub tokens_out: Option<u64>,
}

impl Store {
    /// The answer that is there, not older than a day.
    pub async fn model_answer(
        &self,
        asked: &Asked,
        now_unix_ms: i64,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        let row = sqlx::query(
            "SELECT answer FROM model_answers
             WHERE tenant = ? AND model = ? AND prompt = ? AND content = ? AND at_unix_ms > ?",
        )
        .bind(asked.tenant.as_str())
        .bind(&asked.model)
        .bind(asked.prompt)
        .bind(&asked.content)
        .bind(now_unix_ms - KEEP_MS)
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get("answer")?;
        from_text("model answer", &text).map(Some)
    }
}

/// Keeps an answer, and forgets what is old or too much.
pub async fn keep(
    tx: &mut Write<'_>,
    asked: &Asked,
    answer: &KeptAnswer,
    now_unix_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO model_answers (tenant, model, prompt, content, answer, at_unix_ms)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET answer = excluded.answer, at_unix_ms = excluded.at_unix_ms",
    )
    .bind(asked.tenant.as_str())
    .bind(&asked.model)
    .bind(asked.prompt)
    .bind(&asked.content)
    .bind(to_text("model answer", answer)?)
    .bind(now_unix_ms)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "DELETE FROM model_answers WHERE at_unix_ms <= ? OR rowid IN
         (SELECT rowid FROM model_answers ORDER BY at_unix_ms DESC, rowid DESC LIMIT -1 OFFSET ?)",
    )
    .bind(now_unix_ms - KEEP_MS)
    .bind(KEPT_MAX)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tenant: &str, content: &str) -> Asked {
        Asked {
            tenant: tenant.into(),
            model: "m at h".to_owned(),
            prompt: 1,
            content: content.to_owned(),
        }
    }

    async fn put(store: &Store, asked: &Asked, answer: &KeptAnswer, now_unix_ms: i64) {
        let mut tx = store.write().await.unwrap();
        keep(&mut tx, asked, answer, now_unix_ms).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn answer(text: &str) -> KeptAnswer {
        KeptAnswer {
            text: text.to_owned(),
            lines: 80,
            sent: Vec::new(),
            took_ms: 1,
            tokens_in: None,
            tokens_out: Some(3),
        }
    }

    #[tokio::test]
    async fn an_answer_serves_its_own_tenant_model_prompt_and_content_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.sqlite")).await.unwrap();
        let own = asked("acme", "c");
        let kept = answer("{}");
        put(&store, &own, &kept, 1_000).await;
        let at = |asked: Asked, now: i64| {
            let store = store.clone();
            async move { store.model_answer(&asked, now).await.unwrap() }
        };
        assert_eq!(at(own.clone(), 1_000).await, Some(kept.clone()));
        assert_eq!(at(own.clone(), 999 + KEEP_MS).await, Some(kept));
        assert_eq!(at(own.clone(), 1_000 + KEEP_MS).await, None);
        let others = [
            asked("other", "c"),
            asked("acme", "d"),
            Asked {
                model: "m at other".to_owned(),
                ..own.clone()
            },
            Asked { prompt: 2, ..own },
        ];
        for other in others {
            assert_eq!(at(other, 1_000).await, None);
        }
    }

    #[tokio::test]
    async fn what_is_old_or_too_much_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.sqlite")).await.unwrap();
        let rows = async || -> i64 {
            let row = sqlx::query("SELECT COUNT(*) AS n FROM model_answers")
                .fetch_one(&store.readers)
                .await
                .unwrap();
            row.try_get("n").unwrap()
        };
        let mut tx = store.write().await.unwrap();
        for number in 0..KEPT_MAX {
            sqlx::query("INSERT INTO model_answers VALUES ('t', 'm', 1, ?, '{}', ?)")
                .bind(number.to_string())
                .bind(number)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let now = i64::from(KEPT_MAX);
        let newest = asked("t", "new");
        put(&store, &newest, &answer("a"), now).await;
        assert_eq!(rows().await, i64::from(KEPT_MAX));
        let kept = store.model_answer(&newest, now).await.unwrap();
        assert!(kept.is_some(), "the oldest goes, not the newest");
        let last = asked("t", "last");
        put(&store, &last, &answer("b"), now + KEEP_MS).await;
        assert_eq!(rows().await, 1);
    }
}
