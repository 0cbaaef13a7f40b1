//! PostgreSQL as the ceiling uses it, and a server that really syncs.

use crate::Fallible;
use coinslot_testkit::postgres::{Cluster, URL_VARIABLE, bindir};
use std::future::poll_fn;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::{Client, NoTls, Statement};

/// As many as the server opens.
const CONNECTIONS: usize = 8;

type Job = (Arc<Vec<String>>, oneshot::Sender<bool>);

/// Connections that each write one transaction at a time, its statements sent together.
#[derive(Clone)]
pub struct Writer(mpsc::UnboundedSender<Job>);

impl Writer {
    /// Connects and makes the table.
    pub async fn open(url: &str) -> Fallible<Self> {
        let (sender, jobs) = mpsc::unbounded_channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for index in 0..CONNECTIONS {
            let client = connect(url).await?;
            if index == 0 {
                let table = "CREATE TABLE IF NOT EXISTS bench_line (id BIGSERIAL PRIMARY KEY, body TEXT NOT NULL)";
                client.batch_execute(table).await.map_err(|e| e.to_string())?;
            }
            let prepare = |sql: &'static str| client.prepare(sql);
            let statements = [
                prepare("BEGIN").await.map_err(|e| e.to_string())?,
                prepare("INSERT INTO bench_line (body) VALUES ($1)").await.map_err(|e| e.to_string())?,
                prepare("COMMIT").await.map_err(|e| e.to_string())?,
            ];
            tokio::spawn(work(client, statements, jobs.clone()));
        }
        Ok(Writer(sender))
    }

    /// Returns when the rows are committed.
    pub async fn write(&self, rows: Arc<Vec<String>>) -> Fallible<()> {
        let (caller, answer) = oneshot::channel();
        self.0.send((rows, caller)).map_err(|e| e.to_string())?;
        if answer.await == Ok(true) { Ok(()) } else { Err("the rows were not written".into()) }
    }
}

async fn work(client: Client, statements: [Statement; 3], jobs: Arc<Mutex<mpsc::UnboundedReceiver<Job>>>) {
    loop {
        let job = jobs.lock().await.recv().await;
        let Some((rows, caller)) = job else { return };
        let done = write(&client, &statements, &rows).await;
        if let Err(e) = &done {
            eprintln!("{e}");
        }
        let _ = caller.send(done.is_ok());
    }
}

/// The transaction in one round trip: what is polled before anything is awaited is sent together, in this order.
async fn write(
    client: &Client,
    [begin, insert, commit]: &[Statement; 3],
    rows: &[String],
) -> Result<(), tokio_postgres::Error> {
    type Sent<'a> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>>;
    let mut sent: Vec<Sent<'_>> = vec![Box::pin(client.execute(begin, &[]))];
    for row in rows {
        sent.push(Box::pin(async move { client.execute(insert, &[row]).await }));
    }
    sent.push(Box::pin(client.execute(commit, &[])));
    let mut sent: Vec<Option<Sent<'_>>> = sent.into_iter().map(Some).collect();
    poll_fn(|context| {
        for slot in &mut sent {
            let Some(one) = slot else { continue };
            match one.as_mut().poll(context) {
                Poll::Ready(Ok(_)) => *slot = None,
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                Poll::Pending => {}
            }
        }
        if sent.iter().any(Option::is_some) { Poll::Pending } else { Poll::Ready(Ok(())) }
    })
    .await
}

/// Connects and looks after the connection.
pub async fn connect(url: &str) -> Fallible<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(|e| e.to_string())?;
    tokio::spawn(async move {
        if let Err(e) = connection.await {
            eprintln!("PostgreSQL: {e}");
        }
    });
    Ok(client)
}

/// A server for this run: its URL, and what keeps it running.
pub struct Server {
    /// A database that holds nothing yet, one for each of the two sides.
    pub urls: [String; 2],
    /// Whether a commit waits for the disk.
    pub durable: bool,
    _databases: Vec<coinslot_testkit::postgres::Database>,
    _cluster: Option<Cluster>,
}

impl Server {
    /// The server that the environment names, else one of our own that syncs, else nothing when there is none here.
    pub fn start() -> Fallible<Option<Self>> {
        let named = std::env::var(URL_VARIABLE).is_ok_and(|url| !url.is_empty());
        let cluster = match named {
            true => None,
            false if bindir().is_err() => return Ok(None),
            false => Some(durable_cluster()?),
        };
        match &cluster {
            None => {
                let databases: Vec<_> = (0..2).map(|_| coinslot_testkit::postgres::database()).collect();
                let urls = [0, 1].map(|index: usize| databases[index].url().to_owned());
                Ok(Some(Server { urls, durable: false, _databases: databases, _cluster: None }))
            }
            Some(running) => {
                let base = running.url();
                let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
                let urls = ["ours", "ceiling"].map(|name| base.replace("/postgres", &format!("/{name}")));
                runtime.block_on(async {
                    let client = connect(&base).await?;
                    for name in ["ours", "ceiling"] {
                        client.batch_execute(&format!("CREATE DATABASE {name}")).await.map_err(|e| e.to_string())?;
                    }
                    Ok::<_, String>(())
                })?;
                Ok(Some(Server { urls, durable: true, _databases: Vec::new(), _cluster: cluster }))
            }
        }
    }
}

/// The tests' private server, started again with the settings that people run theirs with: tests need no durability,
/// and a bench without it would compare nothing that matters.
fn durable_cluster() -> Fallible<Cluster> {
    let cluster = Cluster::start()?;
    let directory = cluster.socket_dir();
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories='{}' -c max_connections=200 \
         -c shared_buffers=256MB",
        cluster.port(),
        directory.display()
    );
    // As whoever owns the files: PostgreSQL refuses to run as root.
    let owner = std::fs::metadata(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let mut command = Command::new(bindir()?.join("pg_ctl"));
    command.args(["restart", "-s", "-w", "-m", "fast", "-D"]).arg(directory.join("data"));
    command.arg("-l").arg(directory.join("log")).arg("-o").arg(options).current_dir(directory).process_group(0);
    if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() != owner.uid()) {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().map_err(|e| e.to_string())?;
    if status.success() { Ok(cluster) } else { Err("PostgreSQL did not start again with durable commits".into()) }
}
