//! Asking, with patience that ends.
//!
//! In: a [`Question`]. Out: an [`Answer`], or the bytes of one into a [`Sink`], taken up where a try broke off. Tries
//! are repeated only after what may pass: no connection, silence, a broken answer, or a status that says so.

use super::origin::{Origin, is_this_computer, may_lead, shown};
use super::{Url, WebError};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use std::io;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time;

/// Redirects followed: registries need one or two.
const REDIRECTS: usize = 5;
/// The longest a server may ask to be left alone.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// How long to wait for what, and how often to try.
#[derive(Clone, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// Without a byte of the answer.
    pub idle: Duration,
    /// For one answer in all, tries and pauses included.
    pub answer: Duration,
    /// For one download in all.
    pub download: Duration,
    /// Tries, the first included.
    pub tries: u32,
    /// The most to pause before the second try; it doubles from there.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(15),
            answer: Duration::from_secs(120),
            download: Duration::from_secs(3600),
            tries: 4,
            pause: Duration::from_secs(1),
        }
    }
}

/// A secret for one origin.
#[derive(Clone)]
pub struct Credential {
    origin: Origin,
    value: HeaderValue,
}

impl Credential {
    /// The bearer token `token` for the origin of `url`; none when it holds what no header can.
    pub fn new(url: &Url, token: &str) -> Option<Self> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        bearer.set_sensitive(true);
        Some(Self { origin: Origin::of(url)?, value: bearer })
    }

    /// As [`Credential::new`], or, when `text` names its scheme (`Basic …`, `Bearer …`), the whole of it.
    pub fn written(url: &Url, text: &str) -> Option<Self> {
        let named = ["Basic ", "Bearer "].iter().any(|scheme| text.starts_with(scheme));
        if !named {
            return Self::new(url, text);
        }
        let mut value = HeaderValue::from_str(text).ok()?;
        value.set_sensitive(true);
        Some(Self { origin: Origin::of(url)?, value })
    }
}

/// Without the secret.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({})", self.origin)
    }
}

/// What is asked. It may be asked again, so it must change nothing there.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// Where.
    pub url: &'q Url,
    /// The form wanted, for the `Accept` header.
    pub accept: &'static str,
    /// What is sent, with its media type; none to get.
    pub body: Option<(&'static str, &'q [u8])>,
    /// The most bytes that may come.
    pub most: u64,
}

/// What came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Who answered in the end.
    pub url: Url,
    /// The content.
    pub body: Vec<u8>,
}

/// Where a download goes.
pub trait Sink {
    /// How many bytes it holds already.
    fn held(&self) -> u64;

    /// Begins at byte `from`, where what is held beyond is dropped; `whole` is the length in all when it is known.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn begin(&mut self, from: u64, whole: Option<u64>) -> io::Result<()>;

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// Asks.
pub struct Client {
    runtime: Runtime,
    /// For other hosts, through the proxy that the environment names.
    outward: reqwest::Client,
    /// For this computer: plain text must not pass a proxy.
    inward: reqwest::Client,
    patience: Patience,
    credential: Option<Credential>,
    /// The origin that nothing may lead away from.
    only: Option<Origin>,
}

/// Why a try ended.
enum Ended {
    /// It may pass; after the pause the server asked for.
    ForNow(WebError, Option<Duration>),
    ForGood(WebError),
}

impl Client {
    /// A client with nothing open yet.
    ///
    /// # Errors
    /// When the system gives no runtime or no trusted certificates.
    pub fn new(patience: Patience, credential: Option<Credential>) -> Result<Self, WebError> {
        // Somebody else's choice of cryptography in this process is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let build = || {
            reqwest::Client::builder()
                .user_agent(concat!("hallmark/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .connect_timeout(patience.connect)
                .read_timeout(patience.idle)
                .http1_only()
                .referer(false)
        };
        let failed = |what: String| WebError::Failed { url: "the web".to_owned(), what };
        let no_tls = |error: reqwest::Error| failed(format!("TLS cannot be set up ({error})"));
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .build()
                .map_err(|error| failed(error.to_string()))?,
            outward: build().build().map_err(no_tls)?,
            inward: build().no_proxy().build().map_err(no_tls)?,
            patience,
            credential,
            only: None,
        })
    }

    /// The same, which follows no redirect away from `origin`: what it sends is for nobody else.
    #[must_use]
    pub fn only(self, origin: Origin) -> Self {
        Self { only: Some(origin), ..self }
    }

    /// Asks and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    /// When there is none, or it is too long.
    pub fn ask(&self, question: &Question<'_>) -> Result<Answer, WebError> {
        let tries = self.tries(question.url, self.patience.answer, async || {
            let response = self.send(question, 0).await?;
            let (status, url) = (response.status().as_u16(), response.url().clone());
            let mut held = Held(Vec::new());
            self.pour(question, response, &mut held).await?;
            Ok(Answer { status, url, body: held.0 })
        });
        self.runtime.block_on(tries)
    }

    /// Gets what the address holds into `sink`, from where the sink stands when the server can.
    ///
    /// # Errors
    /// When it does not come whole, or is too long; the sink keeps what came.
    pub fn download(&self, question: &Question<'_>, sink: &mut dyn Sink) -> Result<(), WebError> {
        let tries = self.tries(question.url, self.patience.download, async || {
            let from = sink.held();
            let response = self.send(question, from).await?;
            let begin = match response.status() {
                StatusCode::OK => 0,
                StatusCode::PARTIAL_CONTENT if content_range(response.headers()) == Some(from) => from,
                // The part held is not of this file.
                StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => {
                    sink.begin(0, None).map_err(|error| Ended::ForGood(WebError::Sink(error)))?;
                    let error = WebError::Status { url: shown(question.url), status: response.status().as_u16() };
                    return Err(Ended::ForNow(error, Some(Duration::ZERO)));
                }
                status => {
                    let error = WebError::Status { url: shown(question.url), status: status.as_u16() };
                    return Err(Ended::ForGood(error));
                }
            };
            let whole = response.content_length().map(|length| length.saturating_add(begin));
            if whole.is_some_and(|whole| whole > question.most) {
                return Err(Ended::ForGood(too_long(question)));
            }
            sink.begin(begin, whole).map_err(|error| Ended::ForGood(WebError::Sink(error)))?;
            self.pour(question, response, &mut *sink).await
        });
        self.runtime.block_on(tries)
    }

    /// Tries until it comes, cannot come, or patience ends.
    async fn tries<T>(
        &self,
        url: &Url,
        most: Duration,
        mut once: impl AsyncFnMut() -> Result<T, Ended>,
    ) -> Result<T, WebError> {
        let end = time::Instant::now() + most;
        let all = async {
            let mut pause = self.patience.pause;
            let mut left = self.patience.tries.max(1);
            loop {
                left -= 1;
                match once().await {
                    Ok(done) => return Ok(done),
                    Err(Ended::ForGood(error)) => return Err(error),
                    Err(Ended::ForNow(error, asked)) => {
                        let wait = asked.unwrap_or_else(|| some_of(pause));
                        // What is known now says more than that time ran out later.
                        if left == 0 || time::Instant::now() + wait >= end {
                            return Err(error);
                        }
                        time::sleep(wait).await;
                    }
                }
                pause = pause.saturating_mul(2);
            }
        };
        let late = WebError::Failed { url: shown(url), what: format!("not done within {} s", most.as_secs()) };
        time::timeout(most, all).await.unwrap_or(Err(late))
    }

    /// Sends the question and follows where the server leads, as far as it may.
    async fn send(&self, question: &Question<'_>, from: u64) -> Result<Response, Ended> {
        let mut url = question.url.clone();
        for _ in 0..=REDIRECTS {
            let client = if is_this_computer(&url) { &self.inward } else { &self.outward };
            let mut request = match question.body {
                None => client.get(url.clone()),
                Some((media, body)) => client.post(url.clone()).header(header::CONTENT_TYPE, media).body(body.to_vec()),
            };
            request = request.header(header::ACCEPT, question.accept);
            if from > 0 {
                request = request.header(header::RANGE, format!("bytes={from}-"));
            }
            // Asked anew at every step: what a server leads to is another origin until it is the same.
            if let Some(credential) = &self.credential
                && Origin::of(&url).as_ref() == Some(&credential.origin)
            {
                request = request.header(header::AUTHORIZATION, credential.value.clone());
            }
            let sent = time::timeout(self.patience.idle + self.patience.connect, request.send()).await;
            let response = match sent {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(Ended::ForNow(WebError::of(&url, &error), None)),
                Err(_) => {
                    let what = "no answer in time".to_owned();
                    return Err(Ended::ForNow(WebError::Failed { url: shown(&url), what }, None));
                }
            };
            let status = response.status();
            if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                let next = response.headers().get(header::LOCATION).and_then(|to| url.join(to.to_str().ok()?).ok());
                let kept = |next: &Url| self.only.as_ref().is_none_or(|only| Origin::of(next).as_ref() == Some(only));
                let Some(next) = next.filter(|next| may_lead(&url, next) && kept(next)) else {
                    return Err(Ended::ForGood(WebError::Redirect { from: shown(&url) }));
                };
                url = next;
                continue;
            }
            let passes = matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
            if passes {
                let error = WebError::Status { url: shown(&url), status: status.as_u16() };
                return Err(Ended::ForNow(error, retry_after(response.headers())));
            }
            return Ok(response);
        }
        Err(Ended::ForGood(WebError::Redirect { from: shown(question.url) }))
    }

    /// Pours the answer into `sink`.
    async fn pour(&self, question: &Question<'_>, mut response: Response, sink: &mut dyn Sink) -> Result<(), Ended> {
        let url = response.url().clone();
        loop {
            let chunk = match time::timeout(self.patience.idle, response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(error)) => return Err(Ended::ForNow(WebError::of(&url, &error), None)),
                Err(_) => {
                    let what = "the server fell silent in the middle of the answer".to_owned();
                    return Err(Ended::ForNow(WebError::Failed { url: shown(&url), what }, None));
                }
            };
            if sink.held() + chunk.len() as u64 > question.most {
                return Err(Ended::ForGood(too_long(question)));
            }
            sink.take(&chunk).map_err(|error| Ended::ForGood(WebError::Sink(error)))?;
        }
    }
}

/// An answer in memory.
struct Held(Vec<u8>);

impl Sink for Held {
    fn held(&self) -> u64 {
        self.0.len() as u64
    }

    fn begin(&mut self, _: u64, _: Option<u64>) -> io::Result<()> {
        self.0.clear();
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

fn too_long(question: &Question<'_>) -> WebError {
    WebError::TooLong { url: shown(question.url), most: question.most }
}

/// The first byte of what came, by RFC 9110 section 14.4: `bytes 100-199/200`.
fn content_range(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    text.strip_prefix("bytes ")?.split_once('-')?.0.trim().parse().ok()
}

/// Seconds a server asks to be left alone; a date, which few send, is taken for no wish.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER))
}

/// Somewhere between half and all of `pause`, so that many who failed together do not return together.
fn some_of(pause: Duration) -> Duration {
    let chance = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.5 + f64::from(chance) / f64::from(u32::MAX) / 2.0)
}
