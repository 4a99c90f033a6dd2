//! A FHIR terminology server over real sockets, with a little real content, as well-behaved as each test wants it.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// How many requests for this path came before.
    pub(crate) before: usize,
}

/// What is answered.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Bytes of the body after which the connection is closed.
    pub(crate) cut: Option<usize>,
    /// Whether nothing more is sent after that and the connection stays open.
    pub(crate) stall: bool,
}

impl Reply {
    pub(crate) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), cut: None, stall: false }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

pub(crate) struct Server {
    port: u16,
    log: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (log, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let handler: Arc<Handler> = Arc::new(handler);
        let (seen, stopped) = (log.clone(), stop.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(stream), handler, seen, stopped) = (stream, handler.clone(), seen.clone(), stopped.clone())
                else {
                    continue;
                };
                std::thread::spawn(move || serve(stream, &*handler, &seen, &stopped));
            }
        });
        Self { port, log, stop }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/fhir", self.port)
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.lock().expect("no handler panicked").clone()
    }

    /// The requests that held codes.
    pub(crate) fn asked(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.method == "POST").collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(stream: TcpStream, handler: &Handler, log: &Mutex<Vec<Seen>>, stopped: &AtomicBool) {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let seen = {
        let mut log = log.lock().expect("no handler panicked");
        let before = log.iter().filter(|seen| seen.path == path).count();
        let body = String::from_utf8(body).expect("it is JSON");
        let seen = Seen { method, path, headers, body, before };
        log.push(seen.clone());
        seen
    };
    let reply = handler(&seen);
    let mut out = &stream;
    let mut head = format!(
        "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let sent = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
    if out.write_all(format!("{head}\r\n").as_bytes()).is_err() {
        return;
    }
    let _ = out.write_all(&reply.body[..sent]);
    while reply.stall && !stopped.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = out.flush();
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // What the other side still sends is read, so that closing does not throw away what we sent.
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    let _ = (&stream).take(1 << 16).read_to_end(&mut Vec::new());
}

const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";

/// Concepts with their names, the preferred one first, and what is directly above them.
type Concept = (&'static str, &'static str, &'static [&'static str], &'static str);

const CONCEPTS: &[Concept] = &[
    (SNOMED, "404684003", &["Clinical finding"], "138875005"),
    (SNOMED, "22298006", &["Myocardial infarction", "Heart attack", "Cardiac infarction"], "404684003"),
    (SNOMED, "195967001", &["Asthma"], "404684003"),
    (SNOMED, "73211009", &["Diabetes mellitus", "DM - Diabetes mellitus"], "404684003"),
    (SNOMED, "71388002", &["Procedure"], "138875005"),
    (LOINC, "8480-6", &["Systolic blood pressure"], ""),
    (LOINC, "8462-4", &["Diastolic blood pressure"], ""),
];

/// A server that holds [`CONCEPTS`] and says so.
pub(crate) fn content(seen: &Seen) -> Reply {
    match (&*seen.method, &*seen.path) {
        ("GET", "/fhir/metadata?mode=terminology") => {
            let held = [SNOMED, LOINC].map(|url| json!({ "uri": url, "version": [{ "code": "2026" }] }));
            json(200, &json!({ "resourceType": "TerminologyCapabilities", "codeSystem": held }))
        }
        ("POST", "/fhir") => json(200, &batch(&seen.body)),
        ("POST", path) => {
            let (status, resource) = operation(path.trim_start_matches("/fhir/"), &read(&seen.body));
            json(status, &resource)
        }
        _ => outcome_reply(404),
    }
}

/// The same, that takes no batch and does not say what it holds.
pub(crate) fn plain(seen: &Seen) -> Reply {
    match (&*seen.method, &*seen.path) {
        ("GET", _) | ("POST", "/fhir") => outcome_reply(404),
        _ => content(seen),
    }
}

pub(crate) fn json(status: u16, value: &Value) -> Reply {
    Reply::of(status, value.to_string())
}

fn outcome_reply(status: u16) -> Reply {
    json(status, &outcome())
}

fn outcome() -> Value {
    json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": "not-found" }] })
}

fn read(body: &str) -> Value {
    serde_json::from_str(body).expect("it is JSON")
}

fn batch(body: &str) -> Value {
    let bundle = read(body);
    assert_eq!((&bundle["resourceType"], &bundle["type"]), (&json!("Bundle"), &json!("batch")));
    let entries = bundle["entry"].as_array().expect("it has entries").iter().map(|entry| {
        assert_eq!(entry["request"]["method"], "POST");
        let path = entry["request"]["url"].as_str().expect("it has a URL");
        let (status, resource) = operation(path, &entry["resource"]);
        json!({ "resource": resource, "response": { "status": status.to_string() } })
    });
    json!({ "resourceType": "Bundle", "type": "batch-response", "entry": entries.collect::<Vec<_>>() })
}

fn operation(path: &str, parameters: &Value) -> (u16, Value) {
    let named = |name: &str| parameters["parameter"].as_array()?.iter().find(|one| one["name"] == name);
    let text = |name: &str| {
        let values = named(name)?.as_object()?;
        values.iter().find(|(key, _)| key.starts_with("value"))?.1.as_str().map(str::to_owned)
    };
    let code = text("code").expect("a code is asked for");
    let find = |system: &str| CONCEPTS.iter().find(|(of, known, ..)| *of == system && *known == code);
    let no = |words: &str| {
        json!({ "resourceType": "Parameters", "parameter": [
            { "name": "result", "valueBoolean": false }, { "name": "message", "valueString": words } ] })
    };
    let yes = |concept: &Concept| {
        json!({ "resourceType": "Parameters", "parameter": [
            { "name": "result", "valueBoolean": true }, { "name": "display", "valueString": concept.2[0] } ] })
    };
    let system = text("system").or_else(|| text("url")).expect("a system is named");
    if path.starts_with("CodeSystem/") && ![SNOMED, LOINC].contains(&&*system) {
        return (404, outcome());
    }
    match path {
        // Servers quote what they are asked: none of this may be seen in a report.
        "CodeSystem/$validate-code" => {
            let refused = || no(&format!("Unknown code '{code}' CANARY in the CodeSystem '{system}'"));
            (200, find(&system).map_or_else(refused, yes))
        }
        "CodeSystem/$lookup" => match find(&system) {
            Some((.., names, _)) => {
                let designations = names[1..]
                    .iter()
                    .map(|name| json!({ "name": "designation", "part": [{ "name": "value", "valueString": name }] }));
                let mut all = vec![json!({ "name": "display", "valueString": names[0] })];
                all.extend(designations);
                (200, json!({ "resourceType": "Parameters", "parameter": all }))
            }
            None => (404, outcome()),
        },
        "ValueSet/$validate-code" => {
            let inside = match text("url").as_deref() {
                Some("https://example.org/ValueSet/pressures") => system == LOINC,
                Some(url) => match url.strip_prefix("http://snomed.info/sct?fhir_vs=isa/") {
                    Some(above) => {
                        find(&system).is_some_and(|(_, known, _, parent)| *known == above || *parent == above)
                    }
                    None => return (404, outcome()),
                },
                None => return (400, outcome()),
            };
            (200, find(&system).filter(|_| inside).map_or_else(|| no("CANARY is not in the value set"), yes))
        }
        _ => (404, outcome()),
    }
}
