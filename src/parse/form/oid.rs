//! ISO object identifiers in dotted form (ITU-T X.660).

/// What keeps `value` from being one: arcs joined by full stops, at least two.
pub(crate) fn problem(value: &[u8]) -> Option<&'static str> {
    let mut arcs = 0;
    let mut root = 0;
    for arc in value.split(|&byte| byte == b'.') {
        if arc.is_empty() || !arc.iter().all(u8::is_ascii_digit) {
            return Some("an OID is numbers joined by full stops");
        }
        if arc.len() > 1 && arc[0] == b'0' {
            return Some("a number within an OID has a leading zero");
        }
        match arcs {
            0 => {
                if arc.len() > 1 || arc[0] > b'2' {
                    return Some("an OID begins with 0, 1 or 2");
                }
                root = arc[0];
            }
            1 if root < b'2' && (arc.len() > 2 || (arc.len() == 2 && arc[0] > b'3')) => {
                return Some("the second number of an OID is below 40 under 0 and 1");
            }
            _ => {}
        }
        arcs += 1;
    }
    (arcs < 2).then_some("an OID has at least two numbers")
}
