use super::*;
use crate::ingest::Shape;

fn of(bytes: &[u8]) -> Kind {
    detect(bytes, Shape::of(bytes, ""))
}

fn role(bytes: &[u8]) -> Option<String> {
    of(bytes).role
}

#[test]
fn hl7_types_are_read_with_the_separators_declared() {
    let kind = of(b"MSH|^~\\&|S|F|R|F|20240101||ADT^A01^ADT_A01|1|T|2.4\rPID|1\r");
    assert_eq!(kind.to_string(), "HL7 v2 2.4 ADT^A01^ADT_A01");
    let kind = of(b"MSH#!*\\&#S#F#R#F#20240101##ORU!R01#1#T#2.5.1\r");
    assert_eq!(kind.to_string(), "HL7 v2 2.5.1 ORU^R01");
    assert_eq!(role(b"\x0bMSH|^~\\&|||||||ACK^A01^ACK|1|T|2.4\r\x1c\r").as_deref(), Some("ACK^A01^ACK"));
    assert_eq!(role(b"FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|||||||SIU^S12|1|P|2.4\r").as_deref(), Some("SIU^S12"));
}

#[test]
fn damaged_hl7_is_still_hl7() {
    for text in
        ["MSH", "MSH|", "MSH|||||", "MSHABCDE", "MSH1234516171", "msh|^~\\&|A\rPID|1\r", "PID|1||X\r", "MSH\r^~\\&\r"]
    {
        assert_eq!(of(text.as_bytes()).syntax, Syntax::Hl7v2, "{text:?}");
    }
}

#[test]
fn values_are_never_printed() {
    let kind = of(b"MSH|^~\\&|||||||Zzyxcanary^77 Canarywold Yard^Qvortcanary|1|T|9990000018\r");
    assert_eq!((kind.role, kind.version), (None, None));
    let texts = [
        &b"{\"resourceType\":\"Zzyxcanary\"}"[..],
        b"<Zzyxcanary xmlns=\"http://hl7.org/fhir\"/>",
        b"<Zzyxcanary/>",
        b"UNB+UNOA:2'UNH+1+Zzyxcanary:1:1'",
        b"Zzyxcanary",
        b"PID|1||Zzyxcanary",
    ];
    for text in texts {
        let kind = of(text);
        assert!(!format!("{kind} {kind:?}").contains("Zzyx"), "{}", text.escape_ascii());
    }
}

#[test]
fn fhir_in_xml_is_told_in_every_encoding() {
    let text = "<?xml version='1.0'?>\n<!-- é -->\n<f:Patient\txmlns:f='http://hl7.org/fhir'/>";
    let wide = |mark: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(unit).collect()
    };
    let eight_bit = text.chars().map(|character| character as u8).collect::<Vec<_>>();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        (format!("\u{FEFF}{text}").into_bytes(), Encoding::Utf8Marked),
        (wide("\u{FEFF}", u16::to_le_bytes), Encoding::Utf16Le),
        (wide("\u{FEFF}", u16::to_be_bytes), Encoding::Utf16Be),
        (wide("", u16::to_le_bytes), Encoding::Utf16Le),
        (wide("", u16::to_be_bytes), Encoding::Utf16Be),
        (eight_bit, Encoding::EightBit),
    ] {
        let kind = of(&bytes);
        assert_eq!((kind.to_string().as_str(), kind.syntax, kind.encoding), ("FHIR Patient", Syntax::Xml, encoding));
    }
    assert_eq!(of(b"<Patient xmlns='http://hl7.org/fhir/'/>").standard, None);
}

#[test]
fn json_and_xml_are_told_by_their_roots() {
    let kind =
        of(b"\xEF\xBB\xBF {\"id\":\"a\\\"}\",\"meta\":{\"resourceType\":\"Group\"}, \"resourceType\" : \"Patient\"}");
    assert_eq!((kind.to_string().as_str(), kind.encoding), ("FHIR Patient", Encoding::Utf8Marked));
    assert_eq!(of(b"{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n").syntax, Syntax::Ndjson);
    assert_eq!(of(b"{\"openapi\":\"3.0.0\"}").standard.as_deref(), Some("OpenAPI"));
    let cda = b"<?xml version=\"1.0\"?><!-- > --><c:ClinicalDocument a='>' xmlns:c=\"urn:hl7-org:v3\">";
    assert_eq!(of(cda).role.as_deref(), Some("ClinicalDocument"));
    assert_eq!(of(b"<Patient xmlns='http://hl7.org/fhir'>").to_string(), "FHIR Patient");
    assert_eq!(role(b"<PRPA_IN150001UK01 xmlns=\"urn:hl7-org:v3\">").as_deref(), Some("PRPA_IN150001UK01"));
    let soap = of(b"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/>");
    assert_eq!(soap.standard.as_deref(), Some("SOAP 1.1"));
    assert_eq!(of(b"null").syntax, Syntax::Json);
}

#[test]
fn what_is_no_message_is_named() {
    for (text, syntax, word) in [
        (&b"<!DOCTYPE html><html><body>Sign in</body></html>"[..], Syntax::Html, "HTML"),
        (b"<HTML><head>", Syntax::Html, "HTML"),
        (b"%PDF-1.7\n%x", Syntax::Pdf, "PDF"),
        (b"\x89PNG\r\n", Syntax::Other, "PNG"),
        (b"", Syntax::Empty, "no content"),
        (b" \n\t", Syntax::Empty, "no content"),
        (b"a\0\x01\x02b", Syntax::Binary, "NUL"),
        (b"Dear colleague", Syntax::Text, "text"),
    ] {
        let kind = of(text);
        assert_eq!(kind.syntax, syntax, "{}", text.escape_ascii());
        assert!(kind.reasons[0].contains(word), "{:?}", kind.reasons);
    }
}

#[test]
fn utf_16_is_named_and_still_recognised() {
    let wide: Vec<u8> = "MSH|^~\\&|S|F|R|F|2024||ADT^A01|1|T|2.4\r".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [[&b"\xFF\xFE"[..], &wide].concat(), wide] {
        let kind = of(&bytes);
        assert_eq!((kind.syntax, kind.encoding), (Syntax::Hl7v2, Encoding::Utf16Le));
        assert_eq!(kind.role.as_deref(), Some("ADT^A01"));
        assert!(kind.reasons.iter().any(|reason| reason.contains("UTF-16")));
    }
}

#[test]
fn edifact_and_dicom_are_told() {
    let kind = of(b"UNA|*.? ~UNB*UNOA|2*S*R*240101|1200*1~\r\nUNH*1*MEDRPT|0|1|RT~");
    assert_eq!(kind.to_string(), "EDIFACT MEDRPT 0:1");
    assert_eq!(role(b"UNB+UNOA:2+S+R'UNH+1+NHS003:2:1'").as_deref(), Some("NHS003"));
    let dicom = [&[0u8; 128][..], b"DICM\x02\0\0\0UL"].concat();
    assert_eq!(of(&dicom).syntax, Syntax::Dicom);
    assert_eq!(of(b"\x02\0\0\0UL\x04\0\0\0\0\0").syntax, Syntax::Dicom);
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600), pick in 0usize..8) {
        let starts: [&[u8]; 8] = [b"", b"MSH", b"{\"", b"<?x", b"UNA", b"UNB+", b"\xFF\xFE", b"<a "];
        let head = [starts[pick], &bytes].concat();
        for shape in [Shape::of(&head, "hl7"), Shape::Hl7v2, Shape::Ndjson, Shape::Whole] {
            let kind = detect(&head, shape);
            proptest::prop_assert!(!kind.reasons.is_empty());
        }
    }
}
