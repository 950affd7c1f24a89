//! (d) The page of a customer, as a browser gets it: how long the server takes, and what everything
//! that a first visit loads weighs.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::Command,
    time::{Instant, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use rusqlite::Connection as Database;
use uuid::Uuid;

use crate::{
    Bench,
    load::Connection,
    process::{self, Server},
    report::{Required, Row},
};

const VISITS: usize = 300;
const ENCODINGS: &str = "gzip, deflate, br, zstd";

/// The data folder of the demo's world, made by this build.
pub(crate) fn world(bench: &Bench) -> Result<PathBuf> {
    let folder = bench.folder.join("demo");
    let facts = fs::metadata(&bench.handfast)?;
    let age = facts.modified()?.duration_since(UNIX_EPOCH)?.as_millis();
    let build = format!("{} {age}", facts.len());
    let note = folder.join("build.txt");
    if fs::read_to_string(&note).is_ok_and(|kept| kept == build) {
        return Ok(folder);
    }
    bench.fresh("demo")?;
    Server::start(demo(bench, &folder))?.stop()?;
    fs::write(&note, build)?;
    Ok(folder)
}

fn demo(bench: &Bench, folder: &std::path::Path) -> Command {
    let mut command = process::command(&bench.handfast, &["demo", "--listen", "127.0.0.1:0"]);
    command.args(["--json", "--data"]).arg(folder);
    command
}

/// Measures it.
pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    let folder = world(bench)?;
    let (customer, touches) = richest(&folder.join("handfast.db"))?;
    let server = Server::start(demo(bench, &folder))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = runtime.block_on(visit(bench, &server, &format!("/customers/{customer}")))?;
    server.stop()?;
    let note = format!(
        "the demo's customer with most touches ({touches}), {VISITS} requests one after the other \
         over loopback, signed in as {}; {:.1} kB of HTML, {:.1} kB compressed",
        seen.role,
        seen.html_bytes as f64 / 1_000.0,
        seen.page_bytes as f64 / 1_000.0
    );
    let name = "d page: a customer, p50, compressed";
    let row = Row::new(name, "ms", &seen.compressed_ms);
    bench.report.add(row.required(Required::Below(3.0)).note(note));
    let row = Row::new("d page: a customer, p50, plain", "ms", &seen.plain_ms);
    bench.report.add(row.required(Required::Below(3.0)));
    let row =
        Row::new("d page: first visit, all of it", "kB", &[seen.visit_bytes as f64 / 1_000.0]);
    bench.report.add(row.required(Required::Below(60.0)).note(seen.parts));
    Ok(())
}

/// The customer with most touches, and how many they are.
fn richest(file: &std::path::Path) -> Result<(Uuid, i64)> {
    let (id, count): ([u8; 16], i64) = Database::open(file)?.query_row(
        "select t.subject_id, count(*) from touch t
           join customer c on c.network_id = t.network_id and c.customer_id = t.subject_id
          group by t.subject_id order by count(*) desc limit 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok((Uuid::from_bytes(id), count))
}

struct Seen {
    role: String,
    plain_ms: Vec<f64>,
    compressed_ms: Vec<f64>,
    html_bytes: usize,
    page_bytes: usize,
    visit_bytes: usize,
    parts: String,
}

async fn visit(bench: &Bench, server: &Server, path: &str) -> Result<Seen> {
    let mut client = Client::open(&server.address).await?;
    let role = client.sign_in(server).await?;
    let html = String::from_utf8(client.get(path, "identity").await?)?;
    let page = client.get(path, ENCODINGS).await?;
    ensure!(page.len() < html.len(), "the page was not compressed");
    let (mut plain_ms, mut compressed_ms) = (vec![], vec![]);
    for _ in 0..bench.rounds {
        plain_ms.push(client.p50_ms(path, "identity").await?);
        compressed_ms.push(client.p50_ms(path, ENCODINGS).await?);
    }
    let mut parts = vec![("page".to_owned(), page.len())];
    let mut wanted = assets(&html);
    for style in wanted.clone().iter().filter(|path| path.contains(".css")) {
        let css = String::from_utf8(client.get(style, "identity").await?)?;
        wanted.extend(fonts(&css, &html));
    }
    wanted.insert("/favicon.ico".to_owned());
    for path in wanted {
        // A browser that has found an icon in the page does not ask for the other.
        if path == "/favicon.ico" && html.contains("rel=\"icon\"") {
            continue;
        }
        parts.push((path.clone(), client.get(&path, ENCODINGS).await?.len()));
    }
    let told = |(path, bytes): &(String, usize)| {
        format!("{} {bytes}", path.rsplit('/').next().unwrap_or(path))
    };
    Ok(Seen {
        role,
        plain_ms,
        compressed_ms,
        html_bytes: html.len(),
        page_bytes: page.len(),
        visit_bytes: parts.iter().map(|(_, bytes)| bytes).sum(),
        parts: format!("bytes: {}", parts.iter().map(told).collect::<Vec<_>>().join(", ")),
    })
}

/// A browser, as far as it matters here.
struct Client {
    connection: Connection,
    address: String,
    cookie: String,
}

impl Client {
    async fn open(address: &str) -> Result<Self> {
        let connection = Connection::open(address).await?;
        Ok(Self { connection, address: address.to_owned(), cookie: String::new() })
    }

    /// Uses the first link that the demo gives out; says for which role.
    async fn sign_in(&mut self, server: &Server) -> Result<String> {
        let link = &server.ready["links"][0];
        let url = link["url"].as_str().context("the demo gave no link")?;
        let path = url.trim_start_matches("http://").trim_start_matches(&self.address).to_owned();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 0\r\n\r\n",
            self.address
        );
        let head = self.connection.exchange(request.as_bytes()).await?.head();
        let cookie = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
        });
        cookie.with_context(|| format!("no cookie came: {head}"))?.clone_into(&mut self.cookie);
        Ok(link["role"].as_str().unwrap_or_default().to_owned())
    }

    async fn get(&mut self, path: &str, encodings: &str) -> Result<Vec<u8>> {
        let request = self.request(path, encodings);
        let answer = self.connection.exchange(request.as_bytes()).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.head());
        Ok(answer.body().to_vec())
    }

    fn request(&self, path: &str, encodings: &str) -> String {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept: text/html\r\n\
             Accept-Encoding: {encodings}\r\n\r\n",
            self.address, self.cookie
        )
    }

    async fn p50_ms(&mut self, path: &str, encodings: &str) -> Result<f64> {
        let request = self.request(path, encodings);
        let mut times = Vec::with_capacity(VISITS);
        for _ in 0..VISITS {
            let begin = Instant::now();
            self.connection.exchange(request.as_bytes()).await?;
            times.push(begin.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(crate::report::median(&times))
    }
}

/// The files that a page names.
fn assets(html: &str) -> BTreeSet<String> {
    let quoted = html.split(['"', '\'']).filter(|text| text.starts_with("/assets/"));
    quoted.map(|text| text.split('#').next().unwrap_or(text).to_owned()).collect()
}

/// The fonts of which the page has a character.
fn fonts(css: &str, html: &str) -> Vec<String> {
    let faces = css.split("@font-face").skip(1).filter_map(|face| face.split('}').next());
    let wanted = faces.filter(|face| {
        let range = face.split("unicode-range:").nth(1).unwrap_or("U+0-10FFFF");
        let range = range.split(';').next().unwrap_or(range);
        let spans: Vec<(u32, u32)> = range.split(',').filter_map(span).collect();
        html.chars().any(|c| spans.iter().any(|(from, to)| (*from..=*to).contains(&(c as u32))))
    });
    let url = |face: &str| {
        let url = face.split("url(").nth(1)?.split(')').next()?.trim_matches(['"', '\'']);
        let name = url.rsplit('/').next()?;
        Some(format!("/assets/{name}"))
    };
    wanted.filter_map(url).collect()
}

/// `U+0-FF`, `U+131` or `U+4??`.
fn span(text: &str) -> Option<(u32, u32)> {
    let text = text.trim().trim_start_matches("U+").trim_start_matches("u+");
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str, digit| u32::from_str_radix(&text.replace('?', digit), 16).ok();
    Some((number(from, "0")?, number(to, "F")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_counts_when_the_page_has_a_character_of_it() {
        let css = "@font-face{font-family:I;src:url(./a.woff2);unicode-range:U+0-FF,U+131}\
                   @font-face{font-family:I;src:url(./b.woff2);unicode-range:U+1??}";
        assert_eq!(fonts(css, "plain"), ["/assets/a.woff2"]);
        assert_eq!(
            fonts(css, "\u{159}"),
            ["/assets/a.woff2", "/assets/b.woff2"].map(str::to_owned)[1..]
        );
    }

    #[test]
    fn the_files_of_a_page_are_found_once() {
        let html = r#"<link href="/assets/a.css"><use href="/assets/i.svg#x">
                      <use href='/assets/i.svg#y'>"#;
        assert_eq!(
            assets(html).into_iter().collect::<Vec<_>>(),
            ["/assets/a.css", "/assets/i.svg"]
        );
    }
}
