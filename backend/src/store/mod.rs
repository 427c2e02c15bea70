//! The database: SQLite in one file, WAL, one writer. SQL stands here and in the folder's modules alone.

pub mod accounts;
pub mod audit;
pub mod model_answers;
pub mod proposals;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

/// A write transaction: begun immediately, so that two writers wait for one another instead of failing.
pub type Write<'a> = Transaction<'a, Sqlite>;

/// The database.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: SqlitePool,
}

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's own error.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("database schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored value cannot be read back.
    #[error("stored {what} cannot be read: {error}")]
    Corrupt {
        /// Which value.
        what: &'static str,
        /// Why.
        error: String,
    },
}

impl Store {
    /// Opens or creates the file and brings its schema up to date.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A decision must survive the power being cut, not only the process being killed.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!("./migrations").run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await?;
        Ok(Self { readers, writer })
    }

    /// Begins a write transaction.
    pub async fn write(&self) -> Result<Write<'static>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.readers).await.is_ok()
    }
}

/// A value as JSON text for a column.
fn to_text<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Corrupt {
        what,
        error: e.to_string(),
    })
}

/// A column's JSON text as a value.
fn from_text<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Corrupt {
        what,
        error: e.to_string(),
    })
}

/// A count or sequence number of SQLite as an unsigned one.
fn unsigned(what: &'static str, value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|e| StoreError::Corrupt {
        what,
        error: e.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    /// Of the first version's schema, with something in it.
    #[tokio::test]
    async fn a_database_of_the_first_version_is_brought_up_to_date_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("aside.sqlite");
        let mut first = sqlx::migrate!("./migrations");
        first.migrations = Cow::Owned(first.migrations[..1].to_vec());
        let options = SqliteConnectOptions::new().filename(&file);
        let pool = SqlitePool::connect_with(options.create_if_missing(true))
            .await
            .unwrap();
        first.run(&pool).await.unwrap();
        sqlx::query("INSERT INTO users VALUES ('ana', 'x', 0, 1)")
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        let store = Store::open(&file).await.unwrap();
        for (table, rows) in [("users", 1), ("model_answers", 0)] {
            let count = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!(
                "SELECT COUNT(*) FROM {table}"
            )));
            assert_eq!(count.fetch_one(&store.readers).await.unwrap(), rows);
        }
    }
}
