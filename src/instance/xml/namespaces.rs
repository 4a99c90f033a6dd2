//! The namespaces of one document, each under a number that a node can hold.

/// The namespaces of one document. Numbers are given in the order of declaration; the three fixed ones come first.
#[derive(Clone, Debug)]
pub struct Namespaces {
    /// All names, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

/// What the prefix `xml` stands for (Namespaces in XML 1.0, section 3).
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// What the prefix `xmlns` stands for.
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

impl Namespaces {
    /// No namespace.
    pub const NONE: u16 = 0;
    /// The namespace of `xml:lang` and its like.
    pub const XML: u16 = 1;
    /// The namespace of the attributes that declare namespaces.
    pub const XMLNS: u16 = 2;
    /// The prefix was never declared, or the document declares more namespaces than [`Namespaces::MOST`].
    pub const UNKNOWN: u16 = u16::MAX;
    /// Namespaces kept per document. A message in an envelope, signed, with its terminology, has some fifteen.
    pub const MOST: usize = 256;

    /// The number of `name` in this document, when the document declares it.
    pub fn id(&self, name: &str) -> Option<u16> {
        (0..self.ends.len() as u16).find(|&id| self.name(id) == name)
    }

    /// The name under `id`; empty for none, and for one that is not known.
    pub fn name(&self, id: u16) -> &str {
        let end = |id: usize| self.ends.get(id).map(|end| *end as usize);
        let start = usize::from(id).checked_sub(1).map_or(Some(0), end);
        let range = start.zip(end(usize::from(id)));
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// The number of `name`, given now if it has none; nothing when there are too many.
    pub fn intern(&mut self, name: &str) -> Option<u16> {
        if let Some(known) = self.id(name) {
            return Some(known);
        }
        let id = self.ends.len();
        if id >= Self::MOST {
            return None;
        }
        self.text.push_str(name);
        self.ends.push(u32::try_from(self.text.len()).ok()?);
        Some(id as u16)
    }

    /// Forgets all but the fixed ones, keeping the memory for the next document.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        for fixed in ["", XML, XMLNS] {
            self.text.push_str(fixed);
            self.ends.push(self.text.len() as u32);
        }
    }
}

impl Default for Namespaces {
    fn default() -> Self {
        let mut namespaces = Self { text: String::new(), ends: Vec::new() };
        namespaces.clear();
        namespaces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_keeps_its_number() {
        let mut all = Namespaces::default();
        let fhir = all.intern("http://hl7.org/fhir").unwrap();
        let html = all.intern("http://www.w3.org/1999/xhtml").unwrap();
        assert_eq!((fhir, html), (3, 4));
        assert_eq!(all.intern("http://hl7.org/fhir"), Some(fhir));
        assert_eq!(all.name(fhir), "http://hl7.org/fhir");
        assert_eq!(all.name(html), "http://www.w3.org/1999/xhtml");
        assert_eq!((all.name(Namespaces::NONE), all.name(Namespaces::UNKNOWN), all.name(99)), ("", "", ""));
        assert_eq!((all.id(XML), all.id(XMLNS)), (Some(Namespaces::XML), Some(Namespaces::XMLNS)));
        all.clear();
        assert_eq!(all.id("http://hl7.org/fhir"), None);
    }

    #[test]
    fn there_is_a_most() {
        let mut all = Namespaces::default();
        let given = (0..1000).filter(|n| all.intern(&format!("urn:x:{n}")).is_some()).count();
        assert_eq!(given, Namespaces::MOST - 3);
    }
}
