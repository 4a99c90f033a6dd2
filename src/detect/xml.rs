//! XML: the root element and its namespace.
//!
//! In: text that starts with `<`. Out: its kind. It reads the prologue and the root tag only; whether the document is
//! well formed is for the parser. A root is printed only when a standard publishes it.

use super::{Kind, Syntax, fhir_types};

/// Longest prologue, in steps: a real one has a declaration and a few comments.
const STEPS: usize = 64;

/// The kind of `text`.
pub(super) fn detect(text: &[u8], mut kind: Kind) -> Kind {
    let mut rest = text;
    let mut doctype = false;
    for _ in 0..STEPS {
        rest = rest.trim_ascii_start();
        let end: &[u8] = if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.len() >= 9 && rest[..9].eq_ignore_ascii_case(b"<!DOCTYPE") {
            if rest[9..].trim_ascii_start().get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"html")) {
                return kind.is(Syntax::Html, "is an HTML page, not a health message");
            }
            doctype = true;
            b">"
        } else {
            break;
        };
        let Some(at) = memchr::memmem::find(rest, end) else { break };
        rest = &rest[at + end.len()..];
        if doctype {
            break;
        }
    }
    if doctype {
        kind.because("has a DOCTYPE, which no health message may have");
    }
    match Root::read(rest.trim_ascii_start()) {
        Some(root) => root.tell(text, kind),
        None => kind.is(Syntax::Xml, "starts like XML, but no root element was found"),
    }
}

struct Root<'a> {
    name: &'a [u8],
    namespace: &'a [u8],
}

impl<'a> Root<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let tag = text.strip_prefix(b"<")?;
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        let end = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(tag.len());
        let (full, attributes) = tag.split_at(end);
        if !full.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80) {
            return None;
        }
        let colon = memchr::memchr(b':', full);
        let (prefix, name) = colon.map_or((&full[..0], full), |at| (&full[..at], &full[at + 1..]));
        let declaration = if prefix.is_empty() { b"xmlns".to_vec() } else { [b"xmlns:", prefix].concat() };
        Some(Self { name, namespace: attribute(attributes, &declaration).unwrap_or_default() })
    }

    fn tell(&self, text: &[u8], mut kind: Kind) -> Kind {
        let html = self.name.eq_ignore_ascii_case(b"html") || self.namespace == b"http://www.w3.org/1999/xhtml";
        if html {
            return kind.is(Syntax::Html, "is an HTML page, not a health message");
        }
        let (standard, role, reason) = match (self.namespace, self.name) {
            (b"urn:hl7-org:v3", b"ClinicalDocument") => {
                ("CDA", "ClinicalDocument", "root element ClinicalDocument in urn:hl7-org:v3")
            }
            (b"urn:hl7-org:v3", name) => match interaction(name) {
                Some(id) => {
                    kind.standard = Some("HL7 v3".to_owned());
                    kind.role = Some(id.to_owned());
                    let reason = format!("root element {id} in urn:hl7-org:v3, an HL7 v3 interaction");
                    return kind.is(Syntax::Xml, &reason);
                }
                None => ("HL7 v3", "", "root element in urn:hl7-org:v3"),
            },
            (b"urn:hl7-org:v2xml", _) => ("HL7 v2 XML", "", "root element in urn:hl7-org:v2xml"),
            (b"http://hl7.org/fhir", name) => match fhir_types::known(name) {
                Some(known) => {
                    kind.standard = Some("FHIR".to_owned());
                    kind.role = Some(known.to_owned());
                    kind.release(text);
                    return kind.is(Syntax::Xml, &format!("root element {known} in http://hl7.org/fhir"));
                }
                None => ("FHIR", "", "root element in http://hl7.org/fhir, but no resource that FHIR publishes"),
            },
            (b"http://schemas.xmlsoap.org/soap/envelope/", b"Envelope") => {
                ("SOAP 1.1", "Envelope", "is a SOAP 1.1 Envelope, not a health message by itself")
            }
            (b"http://www.w3.org/2003/05/soap-envelope", b"Envelope") => {
                ("SOAP 1.2", "Envelope", "is a SOAP 1.2 Envelope, not a health message by itself")
            }
            (b"urn:nhs-itk:ns:201005", b"DistributionEnvelope") => {
                ("ITK", "DistributionEnvelope", "root element DistributionEnvelope in urn:nhs-itk:ns:201005")
            }
            (_, b"ClinicalDocument") => {
                ("CDA", "ClinicalDocument", "root element ClinicalDocument, but not in urn:hl7-org:v3")
            }
            (b"", _) => ("", "", "root element in no namespace"),
            _ => ("", "", "root element in a namespace that no health standard here uses"),
        };
        kind.standard = Some(standard.to_owned()).filter(|text| !text.is_empty());
        kind.role = Some(role.to_owned()).filter(|text| !text.is_empty());
        kind.is(Syntax::Xml, reason)
    }
}

/// The value of the attribute `name`.
fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_ascii_start();
        let equals = memchr::memchr(b'=', rest)?;
        let key = rest[..equals].trim_ascii();
        let value = rest[equals + 1..].trim_ascii_start();
        let quote = *value.first().filter(|b| matches!(b, b'"' | b'\''))?;
        let end = memchr::memchr(quote, &value[1..])?;
        if key == name {
            return Some(&value[1..=end]);
        }
        rest = &value[end + 2..];
    }
}

/// An HL7 v3 interaction id: four capitals, `_IN`, digits, and perhaps a realm and version.
fn interaction(name: &[u8]) -> Option<&str> {
    let (section, rest) = name.split_first_chunk::<4>()?;
    let rest = rest.strip_prefix(b"_IN")?;
    let fits = section.iter().all(u8::is_ascii_uppercase)
        && (6..=12).contains(&rest.len())
        && rest[..6].iter().all(u8::is_ascii_digit)
        && rest[6..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    std::str::from_utf8(name).ok().filter(|_| fits)
}
