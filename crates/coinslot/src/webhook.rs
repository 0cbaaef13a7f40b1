//! Help for people who write a webhook listener: a listener that shows what it
//! gets, and a check that says what is wrong with a signature.

use coinslot_app::gift;
use coinslot_app::signature::{
    AUTHORIZATION, Check, StandardHeaders, TOLERANCE, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP,
    verify_documented, verify_standard,
};
use coinslot_domain::time::{Span, Time};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// A webhook is a few kilobytes; a request above this is something else.
const BODY_LIMIT: usize = 1024 * 1024;

/// Listens on `addr` until the process ends and prints every webhook: when it
/// came, its type, what is to be said of both signatures, and its body. One
/// whose signatures are right is answered with `answer` (usually 204), another
/// with 400 and the documented `INVALID_SIGNATURE`.
///
/// The first line printed has the address, with the port that was chosen if
/// `addr` leaves it open with 0.
pub async fn listen(addr: SocketAddr, secret: String, answer: u16) -> io::Result<()> {
    let answer = StatusCode::from_u16(answer).ok().filter(|status| status.as_u16() >= 200).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "the status to answer with must be a number from 200 to 999")
    })?;
    let listener = TcpListener::bind(addr).await?;
    print(&format!("Listening on http://{}/\n", listener.local_addr()?))?;
    serve(listener, Listener { secret, answer, now, print: |text: &str| print(text).unwrap_or_default() }).await
}

/// Says whether the signatures of a saved webhook are right: `Ok` with what
/// holds, `Err` with the rule that is broken. Checks what it is given, the value
/// of `Authorization`, the Standard Webhooks headers or both. The age of the
/// request counts only if `now` is given, because a saved one is usually old.
pub fn verify(
    body: &[u8],
    authorization: Option<&str>,
    standard: StandardHeaders<'_>,
    secret: &str,
    now: Option<Time>,
) -> Result<String, String> {
    if authorization.is_none() && !standard.any() {
        return Err("there is no signature to check: neither Authorization nor webhook-signature is given".into());
    }
    let mut holds = Vec::new();
    let mut breaks = Vec::new();
    let mut note = |name: &str, check: Check| match check {
        Check::Verified => holds.push(format!("{name}: right")),
        Check::Broken { explanation, .. } => breaks.push(format!("{name}: {explanation}")),
    };
    if authorization.is_some() {
        note("Authorization", verify_documented(body, authorization, secret));
    }
    if standard.any() {
        // Without a clock every age is right, so any time does for now.
        let (now, tolerance) = now.map_or((Time(0), Span(i64::MAX)), |now| (now, TOLERANCE));
        note("webhook-signature", verify_standard(body, standard, secret, now, tolerance));
    }
    if breaks.is_empty() { Ok(holds.join("\n")) } else { Err(breaks.join("\n")) }
}

/// What the listener answers by and prints with.
struct Listener<N, P> {
    secret: String,
    answer: StatusCode,
    now: N,
    print: P,
}

#[expect(clippy::disallowed_methods, reason = "a command of its own, which has no server to inject a clock")]
fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Prints and says so if nobody reads any more, where `print!` would panic.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

async fn serve<N, P>(listener: TcpListener, state: Listener<N, P>) -> io::Result<()>
where
    N: Fn() -> Time + Send + Sync + 'static,
    P: Fn(&str) + Send + Sync + 'static,
{
    let state = Arc::new(state);
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The client has gone, or files are scarce for a moment.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let state = Arc::clone(&state);
                async move { Ok::<_, Infallible>(respond(request, &state).await) }
            });
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is the sender's to report.
            let _ = connection.await;
        });
    }
}

async fn respond<N, P>(request: Request<Incoming>, state: &Listener<N, P>) -> Response<Full<Bytes>>
where
    N: Fn() -> Time,
    P: Fn(&str),
{
    if let (&Method::GET, Some(query)) = (request.method(), request.uri().query())
        && let Some((status, answer)) = gift::answer_friends(query, &state.secret)
    {
        return friends(state, query, status, answer);
    }
    if request.method() != Method::POST {
        return error(StatusCode::METHOD_NOT_ALLOWED, "INVALID_PARAMETER", "webhooks are sent with POST");
    }
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return error(StatusCode::BAD_REQUEST, "INVALID_PARAMETER", "the body is incomplete or above 1 MiB");
    };
    let seen = Seen::check(&head.headers, &body.to_bytes(), &state.secret, (state.now)());
    let response = match &seen.wrong {
        Some(why) => error(StatusCode::BAD_REQUEST, "INVALID_SIGNATURE", why),
        None if state.answer.is_client_error() || state.answer.is_server_error() => {
            error(state.answer, "INVALID_PARAMETER", "this listener was told to answer so")
        }
        None => status(state.answer),
    };
    (state.print)(&format!("{}Answer     {}\n\n", seen.report, response.status().as_u16()));
    response
}

/// The question for friends has no body, and is signed in its address.
fn friends<N, P>(state: &Listener<N, P>, query: &str, status: u16, answer: String) -> Response<Full<Bytes>>
where
    N: Fn() -> Time,
    P: Fn(&str),
{
    let right = status == 200;
    let (now, says) = ((state.now)(), if right { "right" } else { "the parameter sign does not match" });
    let told = state.answer.is_client_error() || state.answer.is_server_error();
    let response = if right && told {
        error(state.answer, "INVALID_PARAMETER", "this listener was told to answer so")
    } else {
        let mut response = Response::new(Full::new(answer.into()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let status = response.status().as_u16();
    let query = printable(query).replace('\n', " ");
    (state.print)(&format!(
        "Time       {now}\nType       friends_list\nSignature  {says}\nQuery      {query}\nAnswer     {status}\n\n"
    ));
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// The documented form of an error.
fn error(code: StatusCode, name: &str, message: &str) -> Response<Full<Bytes>> {
    let mut response = status(code);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Full::new(json!({ "error": { "code": name, "message": message } }).to_string().into());
    response
}

/// A webhook after its check.
struct Seen {
    /// To be printed.
    report: String,
    /// What is wrong with it.
    wrong: Option<String>,
}

impl Seen {
    fn check(headers: &HeaderMap, body: &[u8], secret: &str, now: Time) -> Self {
        // A value that is not text is there all the same, and wrong.
        let header = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let (authorization, id) = (header(AUTHORIZATION), header(WEBHOOK_ID));
        let (timestamp, signature) = (header(WEBHOOK_TIMESTAMP), header(WEBHOOK_SIGNATURE));
        let standard =
            StandardHeaders { id: id.as_deref(), timestamp: timestamp.as_deref(), signature: signature.as_deref() };
        let documented = verify_documented(body, authorization.as_deref(), secret);
        let standard = standard.any().then(|| verify_standard(body, standard, secret, now, TOLERANCE));

        let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
        let kind = parsed.as_ref().and_then(|value| value.get("notification_type")).and_then(|kind| kind.as_str());
        let pretty = parsed.as_ref().and_then(|value| serde_json::to_string_pretty(value).ok());
        let pretty = pretty.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
        let report = format!(
            "Time       {now}\nType       {}\nSignature  {}\nStandard   {}\n{}\n",
            printable(kind.unwrap_or("none: the body is not a webhook")).replace('\n', " "),
            say(&documented),
            standard.as_ref().map_or("not sent", say),
            printable(&pretty),
        );
        let wrong = [Some(documented), standard].into_iter().flatten().find_map(|check| match check {
            Check::Verified => None,
            Check::Broken { explanation, .. } => Some(explanation),
        });
        Seen { report, wrong }
    }
}

fn say(check: &Check) -> &str {
    match check {
        Check::Verified => "right",
        Check::Broken { explanation, .. } => explanation,
    }
}

/// Text from elsewhere without the control characters that command a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '\n' => out.push(c),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_app::signature::{documented, standard};
    use std::io::Read as _;
    use std::net::TcpStream;
    use std::sync::mpsc;

    const SECRET: &str = "secret_key_1";
    const BODY: &str = r#"{"notification_type":"user_validation","user":{"id":"1234567"}}"#;
    const NOW: Time = Time(1_700_000_000_000_000);

    /// Starts a listener, sends it `requests` one after the other, and returns
    /// what it answered and what it printed.
    async fn talk(answer: u16, requests: Vec<String>) -> Vec<(String, String)> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (printed, prints) = mpsc::channel();
        let state = Listener {
            secret: SECRET.into(),
            answer: StatusCode::from_u16(answer).unwrap(),
            now: || NOW,
            print: move |text: &str| printed.send(text.to_string()).unwrap(),
        };
        let server = tokio::spawn(serve(listener, state));
        let client = tokio::task::spawn_blocking(move || {
            let ask = |request: String| {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.write_all(request.as_bytes()).unwrap();
                let mut response = String::new();
                stream.read_to_string(&mut response).unwrap();
                (response, prints.try_recv().unwrap_or_default())
            };
            requests.into_iter().map(ask).collect()
        });
        let answers = client.await.unwrap();
        server.abort();
        answers
    }

    fn post(headers: &[(&str, String)], body: &str) -> String {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        format!("POST /any HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
    }

    fn signed(at: Time) -> Vec<(&'static str, String)> {
        let mut headers = standard("evt_1", at, BODY.as_bytes(), SECRET).to_vec();
        headers.push(("Authorization", documented(BODY.as_bytes(), SECRET)));
        headers
    }

    #[tokio::test]
    async fn answers_and_prints() {
        let documented_only = signed(NOW).pop().unwrap();
        let requests = vec![
            post(&signed(NOW), BODY),
            post(&[documented_only], BODY),
            post(&signed(NOW), &format!("{BODY}\n")),
            post(&signed(NOW - Span::hours(1)), BODY),
            post(&[], "\u{1b}[2Jhello"),
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".into(),
        ];
        let answers = talk(204, requests).await;

        let (response, printed) = &answers[0];
        assert!(response.starts_with("HTTP/1.1 204 No Content\r\n") && response.ends_with("\r\n\r\n"), "{response}");
        assert_eq!(
            *printed,
            "Time       2023-11-14T22:13:20+00:00\nType       user_validation\nSignature  right\nStandard   right\n\
             {\n  \"notification_type\": \"user_validation\",\n  \"user\": {\n    \"id\": \"1234567\"\n  }\n}\n\
             Answer     204\n\n"
        );
        let (response, printed) = &answers[1];
        assert!(response.starts_with("HTTP/1.1 204 ") && printed.contains("Standard   not sent\n"), "{printed}");

        let (response, printed) = &answers[2];
        assert!(response.starts_with("HTTP/1.1 400 ") && response.contains("application/json"), "{response}");
        let (_, body) = response.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error"]["code"], "INVALID_SIGNATURE");
        assert!(body["error"]["message"].as_str().unwrap().contains("line break"));
        assert!(printed.contains("Signature  the body ends with a line break") && printed.contains("Answer     400"));

        let (response, printed) = &answers[3];
        assert!(response.starts_with("HTTP/1.1 400 ") && response.contains("3600 s old"), "{response}");
        assert!(printed.contains("Signature  right\nStandard   the request is 3600 s old"), "{printed}");

        let (response, printed) = &answers[4];
        assert!(response.starts_with("HTTP/1.1 400 ") && response.contains("no Authorization header"), "{response}");
        assert!(printed.contains("\\u{1b}[2Jhello") && !printed.contains('\u{1b}'), "{printed}");

        assert!(answers[5].0.starts_with("HTTP/1.1 405 "), "{}", answers[5].0);
        for (_, printed) in &answers {
            assert!(!printed.contains(SECRET));
        }
    }

    #[tokio::test]
    async fn friends_are_listed() {
        let values = ["20", "0", "ve", "1234567"];
        let sign = coinslot_app::signature::of_query("friends_list", values.into_iter(), SECRET);
        let ask = |sign: &str| {
            format!(
                "GET /any?notification_type=friends_list&limit=20&offset=0&query=ve&user=1234567&sign={sign} HTTP/1.1\r\n\
                 host: a\r\nconnection: close\r\n\r\n"
            )
        };
        let answers = talk(204, vec![ask(&sign), ask("0")]).await;
        let (response, printed) = &answers[0];
        assert!(response.starts_with("HTTP/1.1 200 ") && response.contains(r#""name":"Vega""#), "{response}");
        assert!(!response.contains("Orion"), "{response}");
        assert!(printed.contains("Type       friends_list\nSignature  right\n"), "{printed}");
        assert!(
            printed.contains("Query      notification_type=friends_list&limit=20")
                && printed.contains("Answer     200")
        );
        let (response, printed) = &answers[1];
        assert!(response.starts_with("HTTP/1.1 400 ") && response.contains("INVALID_SIGNATURE"), "{response}");
        assert!(printed.contains("Signature  the parameter sign does not match"), "{printed}");
        let refused = talk(503, vec![ask(&sign)]).await;
        assert!(refused[0].0.starts_with("HTTP/1.1 503 "), "{}", refused[0].0);
    }

    #[tokio::test]
    async fn answers_as_it_is_told() {
        let answers = talk(503, vec![post(&signed(NOW), BODY), post(&[], BODY)]).await;
        assert!(answers[0].0.starts_with("HTTP/1.1 503 ") && answers[0].1.contains("Answer     503"));
        assert!(answers[1].0.starts_with("HTTP/1.1 400 "));
        for bad in [0, 99, 101, 1000] {
            let refused = listen("127.0.0.1:0".parse().unwrap(), SECRET.into(), bad).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn says_what_breaks() {
        let [(_, id), (_, timestamp), (_, signature)] = standard("evt_1", NOW, BODY.as_bytes(), SECRET);
        let all = StandardHeaders { id: Some(&id), timestamp: Some(&timestamp), signature: Some(&signature) };
        let none = StandardHeaders::default();
        let good = documented(BODY.as_bytes(), SECRET);
        let check =
            |authorization: Option<&str>, standard, now| verify(BODY.as_bytes(), authorization, standard, SECRET, now);
        assert_eq!(check(Some(&good), none, None).as_deref(), Ok("Authorization: right"));
        // Saved long ago, and checked now.
        let both = Ok("Authorization: right\nwebhook-signature: right");
        assert_eq!(check(Some(&good), all, None).as_deref(), both);
        assert_eq!(check(None, all, Some(NOW)).as_deref(), Ok("webhook-signature: right"));
        let old = check(None, all, Some(NOW + Span::hours(2))).unwrap_err();
        assert!(old.starts_with("webhook-signature: the request is 7200 s old"), "{old}");
        let upper = check(Some(&good.replace("46a7", "46A7")), all, None).unwrap_err();
        assert_eq!(upper, "Authorization: the hexadecimal digits must be lower case");
        assert!(check(None, none, None).unwrap_err().contains("no signature to check"));
    }
}
