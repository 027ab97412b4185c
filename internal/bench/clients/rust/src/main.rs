//! The official Rust client at one job: bench URI WORD N M

use client::client::{Client, Process, ProcessEvent};
use futures::future::join_all;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn mark(word: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{word}").and_then(|()| out.flush()).expect("standard output");
}

fn end(got: usize, want: usize) -> ! {
    end_after(got, want, None)
}

/// Tells the end; `after` is the time that counts where the client waited longer for what never came.
fn end_after(got: usize, want: usize, after: Option<Duration>) -> ! {
    match after {
        Some(d) => mark(&format!("end {} lost {}", d.as_secs_f64(), want - got)),
        None if got != want => {
            eprintln!("{got} of {want} came");
            std::process::exit(1);
        }
        None => mark("end"),
    }
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest).ok();
    std::process::exit(0)
}

async fn launch(client: &Client, count: usize, program: &str, input: &str) -> Result<Vec<Process>, Failure> {
    let all = (0..count).map(|_| client.launch_process(program.into(), input.into(), true));
    Ok(join_all(all).await.into_iter().collect::<Result<_, _>>()?)
}

async fn count(mut p: Process) -> Result<usize, Failure> {
    let mut got = 0;
    loop {
        match p.recv().await? {
            ProcessEvent::Return(_) => return Ok(got),
            ProcessEvent::Error(e) => return Err(e.into()),
            _ => got += 1,
        }
    }
}

async fn count_all(list: Vec<Process>) -> Result<usize, Failure> {
    let mut total = 0;
    for task in list.into_iter().map(|p| tokio::spawn(count(p))).collect::<Vec<_>>() {
        total += task.await??;
    }
    Ok(total)
}

/// Launches and ends of n programs at once. Ends that the client loses are not waited for longer than two seconds.
async fn launches(client: Client, n: usize) -> Result<(), Failure> {
    let client = Arc::new(client);
    mark("begin");
    let start = Instant::now();
    let one = |client: Arc<Client>| async move {
        let p = client.launch_process("noop@1.0.0".into(), "{}".into(), true).await?;
        let ended = tokio::time::timeout(Duration::from_secs(2), count(p)).await.is_ok();
        Ok::<_, Failure>(ended.then(Instant::now))
    };
    let tasks: Vec<_> = (0..n).map(|_| tokio::spawn(one(client.clone()))).collect();
    let (mut ended, mut last) = (0, start);
    for task in tasks {
        if let Some(at) = task.await?? {
            ended += 1;
            last = last.max(at);
        }
    }
    end_after(ended, n, Some(last - start))
}

async fn echo(client: Client, n: usize, m: usize) -> Result<(), Failure> {
    let list = launch(&client, n, "echo@1.0.0", "{}").await?;
    mark("begin");
    let tasks: Vec<_> = list
        .into_iter()
        .map(|mut p| {
            tokio::spawn(async move {
                for _ in 0..m {
                    p.signal("0123456789abcdef").await?;
                    p.recv().await?;
                }
                Ok::<_, Failure>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    end(0, 0)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().collect();
    let (uri, word) = (args[1].clone(), args[2].as_str());
    let (n, m): (usize, usize) = (args[3].parse()?, args[4].parse()?);
    let input = format!("{{\"n\":{m}}}");
    if word == "start" {
        mark("begin");
        end(0, 0);
    }
    let client = Client::connect_with_identity(&uri, "bench").await?;
    match word {
        "events" => {
            let list = launch(&client, n, "source@1.0.0", &input).await?;
            mark("begin");
            list[0].signal("go").await?;
            end(count_all(list).await?, n * m)
        }
        "silent" => {
            for p in launch(&client, n, "idle@1.0.0", "{}").await? {
                tokio::spawn(count(p));
            }
            let list = launch(&client, 1, "source@1.0.0", &input).await?;
            mark("begin");
            list[0].signal("go").await?;
            end(count_all(list).await?, m)
        }
        "launches" => launches(client, n).await,
        "echo" => echo(client, n, m).await,
        "down" => {
            let mut list = launch(&client, 1, "down@1.0.0", &input).await?;
            mark("begin");
            list[0].signal("go").await?;
            match list[0].recv().await? {
                ProcessEvent::File(f) => end(f.data.len(), m),
                other => Err(format!("{other:?}").into()),
            }
        }
        "up" => {
            let mut list = launch(&client, 1, "up@1.0.0", &input).await?;
            let data = vec![0u8; m];
            mark("begin");
            list[0].transfer_file(&data).await?;
            list[0].recv().await?;
            end(0, 0)
        }
        "idle" => {
            mark("begin");
            let list = launch(&client, n, "idle@1.0.0", "{}").await?;
            let got = list.len();
            for p in list {
                tokio::spawn(count(p));
            }
            end(got, n)
        }
        other => Err(format!("no {other} here").into()),
    }
}
