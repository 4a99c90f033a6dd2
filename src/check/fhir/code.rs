//! Every kind of fault that the FHIR engine tells of.
//!
//! In: nothing. Out: [`Code`], one per kind and severity, because a rule has one severity. A pack gives each the reason
//! and the remedy; the severity here is the one the field's reference validator gives it. One table,
//! and so longer than files of ours are.

use crate::standard::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $severity:ident,)+) => {
        /// A kind of fault. Its number indexes the counters of [`super::Issues`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name, `fhir.cardinality-min`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("fhir.", $name),)+
                }
            }

            /// How grave it is.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }
        }
    };
}

impl Code {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The code of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

codes! {
    // The shape of a resource, told while it is lowered.
    /// A document that is no JSON object.
    NotAnObject "not-an-object" Error,
    /// A resource that does not say what it is.
    ResourceTypeMissing "resource-type-missing" Error,
    /// A type that no release publishes, or not this one.
    ResourceTypeUnknown "resource-type-unknown" Error,
    /// An element that its type does not have.
    UnknownElement "unknown-element" Error,
    /// JSON: an object where a value belongs, a string where a number belongs, …
    JsonType "json-type" Error,
    /// JSON: `null` where nothing belongs.
    JsonNull "json-null" Error,
    /// JSON: an array where one belongs, or one where an array belongs.
    JsonArray "json-array" Error,
    /// JSON: `x` and `_x` of different lengths.
    JsonAlignment "json-alignment" Error,
    /// An empty array, object or string.
    Empty "empty" Error,
    /// More than one form of a choice element.
    ChoiceRepeated "choice-repeated" Error,
    /// XML: an element that stands before one that it follows in the definition.
    ElementOrder "element-order" Error,
    /// XML: an element or attribute in a wrong namespace.
    XmlNamespace "xml-namespace" Error,
    /// XML: an attribute that the element does not have.
    XmlAttribute "xml-attribute" Error,
    /// XML: text where only elements belong.
    XmlText "xml-text" Error,
    /// XML: what FHIR forbids, a processing instruction or a document type.
    XmlForm "xml-form" Error,

    // Values.
    /// An id of a resource that is no id.
    IdFormat "id-format" Error,
    /// A primitive that is not in the form of its type.
    PrimitiveFormat "primitive-format" Error,
    /// A primitive in a form that is allowed and seldom meant.
    PrimitiveFormatWarning "primitive-format-warning" Warning,
    /// Text with blanks at its ends.
    Whitespace "whitespace" Warning,
    /// Text or markdown with markup that may do harm.
    UnsafeText "unsafe-text" Error,
    /// The same where nobody forbids it.
    UnsafeTextWarning "unsafe-text-warning" Warning,
    /// A web address of `example.org` outside examples.
    ExampleUrl "example-url" Error,
    /// An attachment or content that is not what it says.
    Attachment "attachment" Error,

    // Profiles.
    /// An element stands too few times.
    CardinalityMin "cardinality-min" Error,
    /// An element stands too many times.
    CardinalityMax "cardinality-max" Error,
    /// A type that is not allowed here.
    Type "type" Error,
    /// Neither a value nor what a definition lets stand for it.
    ValueAlternative "value-alternative" Error,
    /// None of the profiles allowed for the type is fulfilled.
    TypeProfile "type-profile" Error,
    /// A type that no instance may have.
    AbstractType "abstract-type" Error,
    /// Not the value that is fixed.
    Fixed "fixed" Error,
    /// Not what the pattern asks for.
    Pattern "pattern" Error,
    /// Less than the least value.
    MinValue "min-value" Error,
    /// More than the greatest value.
    MaxValue "max-value" Error,
    /// Longer than allowed.
    MaxLength "max-length" Error,
    /// Not in the form that the profile asks for by a regular expression.
    Regex "regex" Error,
    /// An element that fits none of the slices, and there may be no others.
    SliceUnmatched "slice-unmatched" Error,
    /// A slice stands too few times.
    SliceMin "slice-min" Error,
    /// A slice stands too many times.
    SliceMax "slice-max" Error,
    /// A slice stands before one that it follows.
    SliceOrder "slice-order" Error,
    /// One that fits more than one slice.
    SliceAmbiguous "slice-ambiguous" Error,
    /// An invariant that does not hold.
    Invariant "invariant" Error,
    /// An invariant of severity warning that does not hold.
    InvariantWarning "invariant-warning" Warning,
    /// An invariant that is best practice only and does not hold.
    InvariantInformation "invariant-information" Information,
    /// A profile that nobody holds.
    ProfileUnknown "profile-unknown" Warning,
    /// A profile of another type of resource.
    ProfileType "profile-type" Error,
    /// A definition that cannot be used in part: the part is named.
    DefinitionBroken "definition-broken" Warning,

    // Extensions.
    /// An extension that nobody holds the definition of, where nobody may add his own.
    ExtensionUnknown "extension-unknown" Error,
    /// The same, where it may change the meaning of the rest.
    ExtensionUnknownModifier "extension-unknown-modifier" Error,
    /// The same, where anybody may add his own.
    ExtensionUnknownInformation "extension-unknown-information" Information,
    /// An extension in a place that it is not for.
    ExtensionContext "extension-context" Error,
    /// A modifier as an ordinary extension, or the other way round.
    ExtensionModifier "extension-modifier" Error,
    /// An extension's URL that is missing, relative or has a version.
    ExtensionUrl "extension-url" Error,
    /// A value of a type that the extension does not have.
    ExtensionValue "extension-value" Error,
    /// An extension that is deprecated or whose use is discouraged.
    ExtensionStatus "extension-status" Warning,

    // Terminology.
    /// A code outside a required value set.
    BindingRequired "binding-required" Error,
    /// A code outside an extensible value set.
    BindingExtensible "binding-extensible" Warning,
    /// A code outside a preferred value set.
    BindingPreferred "binding-preferred" Information,
    /// A code outside the greatest value set.
    BindingMax "binding-max" Error,
    /// A concept without a code where one is bound.
    BindingNoCode "binding-no-code" Error,
    /// The same, where the binding is extensible.
    BindingNoCodeWarning "binding-no-code-warning" Warning,
    /// A code that its system does not have.
    CodeUnknown "code-unknown" Error,
    /// A code system whose URL cannot be one.
    CodeSystemUrl "code-system-url" Error,
    /// A coding without its system.
    CodingNoSystem "coding-no-system" Warning,
    /// A display that is not the code's.
    Display "display" Error,
    /// The same, where another language or form may be meant.
    DisplayWarning "display-warning" Warning,
    /// The same, only of note.
    DisplayInformation "display-information" Information,
    /// A unit that is no UCUM unit.
    Unit "unit" Error,

    // References.
    /// A reference in no form that one may have.
    ReferenceFormat "reference-format" Error,
    /// The same, only advised.
    ReferenceFormatWarning "reference-format-warning" Warning,
    /// A target of a type that is not allowed.
    ReferenceType "reference-type" Error,
    /// The same, as far as the text of the reference tells: the target itself is not at hand.
    ReferenceTypeWarning "reference-type-warning" Warning,
    /// `Reference.type` that is not the target's.
    ReferenceTypeStated "reference-type-stated" Error,
    /// A target that is not there, where it must be.
    ReferenceUnresolved "reference-unresolved" Error,
    /// A target that is not there.
    ReferenceUnresolvedWarning "reference-unresolved-warning" Warning,
    /// A target that fulfils none of the profiles allowed.
    ReferenceProfile "reference-profile" Error,
    /// A target that is contained, referenced or bundled and must not be.
    ReferenceAggregation "reference-aggregation" Error,
    /// A reference that more than one resource answers.
    ReferenceAmbiguous "reference-ambiguous" Error,
    /// A contained resource that nothing refers to.
    ContainedUnreferenced "contained-unreferenced" Error,
    /// A contained resource that contains another, has no id or has the id of another.
    Contained "contained" Error,

    // Bundles.
    /// A document or message that does not begin with what it must.
    BundleFirst "bundle-first" Error,
    /// `fullUrl` missing, relative, or not that of the resource's id.
    BundleFullUrl "bundle-full-url" Error,
    /// An entry of a document or message that nothing leads to.
    BundleUnlinked "bundle-unlinked" Error,
    /// The same, only advised.
    BundleUnlinkedWarning "bundle-unlinked-warning" Warning,
    /// Links, search modes and totals of a search set.
    BundleSearch "bundle-search" Error,
    /// The same, only advised.
    BundleSearchWarning "bundle-search-warning" Warning,
    /// Anything else that a Bundle of its type may not be.
    Bundle "bundle" Error,

    // Narrative.
    /// An element or attribute that narrative may not have.
    NarrativeMarkup "narrative-markup" Error,
    /// Narrative without text or images.
    NarrativeEmpty "narrative-empty" Error,
    /// A link or image that leads nowhere.
    NarrativeLink "narrative-link" Error,
    /// The same, only advised.
    NarrativeLinkWarning "narrative-link-warning" Warning,
    /// Narrative divided by language where a definition forbids it, or not as it asks.
    NarrativeSections "narrative-sections" Error,
    /// Languages of the narrative and of the resource that differ.
    NarrativeLanguage "narrative-language" Warning,
    /// Ids that stand twice or that nothing has.
    NarrativeId "narrative-id" Error,
    /// Anything else.
    NarrativeWarning "narrative-warning" Warning,

    // Questionnaires.
    /// A Questionnaire that is wrong in itself.
    Questionnaire "questionnaire" Error,
    /// The same, only advised.
    QuestionnaireWarning "questionnaire-warning" Warning,
    /// A response whose Questionnaire nobody holds.
    QuestionnaireUnknown "questionnaire-unknown" Warning,
    /// An item that the Questionnaire does not have, or not there.
    ResponseItem "response-item" Error,
    /// A required item without an answer.
    ResponseRequired "response-required" Error,
    /// An item that is not enabled and has an answer.
    ResponseDisabled "response-disabled" Error,
    /// An answer of a type that the item does not have.
    ResponseType "response-type" Error,
    /// An answer that is none of the options.
    ResponseOption "response-option" Error,
    /// The same, where others may be given or it cannot be told.
    ResponseOptionWarning "response-option-warning" Warning,
    /// An answer that is too long, too small, too great, too precise, in the wrong form or too often.
    ResponseRange "response-range" Error,
    /// Items out of the Questionnaire's order.
    ResponseOrder "response-order" Error,
    /// Anything else of a response.
    Response "response" Error,
    /// The same, only advised.
    ResponseWarning "response-warning" Warning,
    /// The same, of note.
    ResponseInformation "response-information" Information,

    // Conformance resources.
    /// A StructureDefinition that is wrong in itself.
    StructureDefinition "structure-definition" Error,
    /// The same, only advised.
    StructureDefinitionWarning "structure-definition-warning" Warning,
    /// A ValueSet that is wrong in itself.
    ValueSet "value-set" Error,
    /// The same, only advised.
    ValueSetWarning "value-set-warning" Warning,
    /// The same, of note.
    ValueSetInformation "value-set-information" Information,
    /// A CodeSystem that is wrong in itself.
    CodeSystem "code-system" Error,
    /// The same, only advised.
    CodeSystemWarning "code-system-warning" Warning,
    /// The same, of note.
    CodeSystemInformation "code-system-information" Information,
    /// A ConceptMap that is wrong in itself.
    ConceptMap "concept-map" Error,
    /// The same, only advised.
    ConceptMapWarning "concept-map-warning" Warning,
    /// A SearchParameter that is wrong in itself.
    SearchParameter "search-parameter" Error,
    /// The same, only advised.
    SearchParameterWarning "search-parameter-warning" Warning,
    /// A CapabilityStatement that is wrong in itself.
    CapabilityStatement "capability-statement" Error,
    /// A Measure that is wrong in itself.
    Measure "measure" Error,
    /// The same, only advised.
    MeasureWarning "measure-warning" Warning,
    /// A MeasureReport that is not what its Measure asks for.
    MeasureReport "measure-report" Error,
    /// The same, only advised.
    MeasureReportWarning "measure-report-warning" Warning,
    /// Any other resource that is wrong by a rule of its own.
    Special "special" Error,
    /// The same, only advised.
    SpecialWarning "special-warning" Warning,
    /// A check that stopped at a limit of this program.
    Limit "limit" Warning,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::COUNT);
        for (at, &code) in Code::ALL.iter().enumerate() {
            assert_eq!(code as usize, at);
            assert_eq!(Code::named(code.as_str()), Some(code));
            let rest = code.as_str().strip_prefix("fhir.").unwrap_or_default();
            assert!(!rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{rest}");
        }
    }

    #[test]
    fn the_name_tells_the_severity() {
        for code in Code::ALL {
            let name = code.as_str();
            if name.ends_with("-warning") {
                assert_eq!(code.severity(), Severity::Warning, "{name}");
            }
            if name.ends_with("-information") {
                assert_eq!(code.severity(), Severity::Information, "{name}");
            }
        }
    }
}
