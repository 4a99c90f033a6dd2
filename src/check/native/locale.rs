//! Codes of languages and countries.

use super::{Judged, Native};

/// A language.
pub const LANGUAGE: Native = Native {
    name: "language-iso-639-1",
    check: language,
    about: "an ISO 639-1 language code: one of the two-letter codes, in small letters",
    source: "ISO 639-1, list checked against published copies",
};

/// A country.
pub const COUNTRY: Native = Native {
    name: "country-alpha-3",
    check: country,
    about: "an ISO 3166-1 alpha-3 country code: one of the three-letter codes, in capitals",
    source: "ISO 3166-1, list checked against a published copy",
};

/// In order, so that a code is found by bisection. The withdrawn `bh` is kept, since records and value sets still
/// carry it.
const LANGUAGES: [[u8; 2]; 184] = [
    *b"aa", *b"ab", *b"ae", *b"af", *b"ak", *b"am", *b"an", *b"ar", *b"as", *b"av", *b"ay", *b"az", *b"ba", *b"be",
    *b"bg", *b"bh", *b"bi", *b"bm", *b"bn", *b"bo", *b"br", *b"bs", *b"ca", *b"ce", *b"ch", *b"co", *b"cr", *b"cs",
    *b"cu", *b"cv", *b"cy", *b"da", *b"de", *b"dv", *b"dz", *b"ee", *b"el", *b"en", *b"eo", *b"es", *b"et", *b"eu",
    *b"fa", *b"ff", *b"fi", *b"fj", *b"fo", *b"fr", *b"fy", *b"ga", *b"gd", *b"gl", *b"gn", *b"gu", *b"gv", *b"ha",
    *b"he", *b"hi", *b"ho", *b"hr", *b"ht", *b"hu", *b"hy", *b"hz", *b"ia", *b"id", *b"ie", *b"ig", *b"ii", *b"ik",
    *b"io", *b"is", *b"it", *b"iu", *b"ja", *b"jv", *b"ka", *b"kg", *b"ki", *b"kj", *b"kk", *b"kl", *b"km", *b"kn",
    *b"ko", *b"kr", *b"ks", *b"ku", *b"kv", *b"kw", *b"ky", *b"la", *b"lb", *b"lg", *b"li", *b"ln", *b"lo", *b"lt",
    *b"lu", *b"lv", *b"mg", *b"mh", *b"mi", *b"mk", *b"ml", *b"mn", *b"mr", *b"ms", *b"mt", *b"my", *b"na", *b"nb",
    *b"nd", *b"ne", *b"ng", *b"nl", *b"nn", *b"no", *b"nr", *b"nv", *b"ny", *b"oc", *b"oj", *b"om", *b"or", *b"os",
    *b"pa", *b"pi", *b"pl", *b"ps", *b"pt", *b"qu", *b"rm", *b"rn", *b"ro", *b"ru", *b"rw", *b"sa", *b"sc", *b"sd",
    *b"se", *b"sg", *b"si", *b"sk", *b"sl", *b"sm", *b"sn", *b"so", *b"sq", *b"sr", *b"ss", *b"st", *b"su", *b"sv",
    *b"sw", *b"ta", *b"te", *b"tg", *b"th", *b"ti", *b"tk", *b"tl", *b"tn", *b"to", *b"tr", *b"ts", *b"tt", *b"tw",
    *b"ty", *b"ug", *b"uk", *b"ur", *b"uz", *b"ve", *b"vi", *b"vo", *b"wa", *b"wo", *b"xh", *b"yi", *b"yo", *b"za",
    *b"zh", *b"zu",
];

/// In order, so that a code is found by bisection.
const COUNTRIES: [[u8; 3]; 249] = [
    *b"ABW", *b"AFG", *b"AGO", *b"AIA", *b"ALA", *b"ALB", *b"AND", *b"ARE", *b"ARG", *b"ARM", *b"ASM", *b"ATA",
    *b"ATF", *b"ATG", *b"AUS", *b"AUT", *b"AZE", *b"BDI", *b"BEL", *b"BEN", *b"BES", *b"BFA", *b"BGD", *b"BGR",
    *b"BHR", *b"BHS", *b"BIH", *b"BLM", *b"BLR", *b"BLZ", *b"BMU", *b"BOL", *b"BRA", *b"BRB", *b"BRN", *b"BTN",
    *b"BVT", *b"BWA", *b"CAF", *b"CAN", *b"CCK", *b"CHE", *b"CHL", *b"CHN", *b"CIV", *b"CMR", *b"COD", *b"COG",
    *b"COK", *b"COL", *b"COM", *b"CPV", *b"CRI", *b"CUB", *b"CUW", *b"CXR", *b"CYM", *b"CYP", *b"CZE", *b"DEU",
    *b"DJI", *b"DMA", *b"DNK", *b"DOM", *b"DZA", *b"ECU", *b"EGY", *b"ERI", *b"ESH", *b"ESP", *b"EST", *b"ETH",
    *b"FIN", *b"FJI", *b"FLK", *b"FRA", *b"FRO", *b"FSM", *b"GAB", *b"GBR", *b"GEO", *b"GGY", *b"GHA", *b"GIB",
    *b"GIN", *b"GLP", *b"GMB", *b"GNB", *b"GNQ", *b"GRC", *b"GRD", *b"GRL", *b"GTM", *b"GUF", *b"GUM", *b"GUY",
    *b"HKG", *b"HMD", *b"HND", *b"HRV", *b"HTI", *b"HUN", *b"IDN", *b"IMN", *b"IND", *b"IOT", *b"IRL", *b"IRN",
    *b"IRQ", *b"ISL", *b"ISR", *b"ITA", *b"JAM", *b"JEY", *b"JOR", *b"JPN", *b"KAZ", *b"KEN", *b"KGZ", *b"KHM",
    *b"KIR", *b"KNA", *b"KOR", *b"KWT", *b"LAO", *b"LBN", *b"LBR", *b"LBY", *b"LCA", *b"LIE", *b"LKA", *b"LSO",
    *b"LTU", *b"LUX", *b"LVA", *b"MAC", *b"MAF", *b"MAR", *b"MCO", *b"MDA", *b"MDG", *b"MDV", *b"MEX", *b"MHL",
    *b"MKD", *b"MLI", *b"MLT", *b"MMR", *b"MNE", *b"MNG", *b"MNP", *b"MOZ", *b"MRT", *b"MSR", *b"MTQ", *b"MUS",
    *b"MWI", *b"MYS", *b"MYT", *b"NAM", *b"NCL", *b"NER", *b"NFK", *b"NGA", *b"NIC", *b"NIU", *b"NLD", *b"NOR",
    *b"NPL", *b"NRU", *b"NZL", *b"OMN", *b"PAK", *b"PAN", *b"PCN", *b"PER", *b"PHL", *b"PLW", *b"PNG", *b"POL",
    *b"PRI", *b"PRK", *b"PRT", *b"PRY", *b"PSE", *b"PYF", *b"QAT", *b"REU", *b"ROU", *b"RUS", *b"RWA", *b"SAU",
    *b"SDN", *b"SEN", *b"SGP", *b"SGS", *b"SHN", *b"SJM", *b"SLB", *b"SLE", *b"SLV", *b"SMR", *b"SOM", *b"SPM",
    *b"SRB", *b"SSD", *b"STP", *b"SUR", *b"SVK", *b"SVN", *b"SWE", *b"SWZ", *b"SXM", *b"SYC", *b"SYR", *b"TCA",
    *b"TCD", *b"TGO", *b"THA", *b"TJK", *b"TKL", *b"TKM", *b"TLS", *b"TON", *b"TTO", *b"TUN", *b"TUR", *b"TUV",
    *b"TWN", *b"TZA", *b"UGA", *b"UKR", *b"UMI", *b"URY", *b"USA", *b"UZB", *b"VAT", *b"VCT", *b"VEN", *b"VGB",
    *b"VIR", *b"VNM", *b"VUT", *b"WLF", *b"WSM", *b"YEM", *b"ZAF", *b"ZMB", *b"ZWE",
];

/// Passes a two-letter code of the list. Source: ISO 639-1.
pub fn language(value: &[u8]) -> Judged {
    let Ok(code) = <[u8; 2]>::try_from(value) else {
        return Judged::failed(value, "an ISO 639-1 language code has two letters");
    };
    if LANGUAGES.binary_search(&code).is_ok() {
        return Judged::Passed;
    }
    let small = LANGUAGES.binary_search(&code.map(|byte| byte.to_ascii_lowercase())).is_ok();
    Judged::failed(
        value,
        if small { "a language code is in small letters" } else { "not on the list of ISO 639-1 language codes" },
    )
}

/// Passes a three-letter code of the list. Source: ISO 3166-1.
pub fn country(value: &[u8]) -> Judged {
    let Ok(code) = <[u8; 3]>::try_from(value) else {
        return Judged::failed(value, "an alpha-3 country code has three letters");
    };
    if COUNTRIES.binary_search(&code).is_ok() {
        return Judged::Passed;
    }
    let capital = COUNTRIES.binary_search(&code.map(|byte| byte.to_ascii_uppercase())).is_ok();
    Judged::failed(
        value,
        if capital { "a country code is in capitals" } else { "not on the list of alpha-3 country codes" },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order_without_repeats() {
        assert!(LANGUAGES.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(COUNTRIES.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn codes_of_the_lists_pass_and_others_do_not() {
        for value in ["en", "cy", "pl", "ur", "zu"] {
            assert!(language(value.as_bytes()).is_passed(), "{value}");
        }
        for value in ["EN", "eng", "xx", "e", "e1"] {
            assert!(language(value.as_bytes()).is_failed(), "{value}");
        }
        for value in ["GBR", "IRL", "ZWE", "ABW", "SSD"] {
            assert!(country(value.as_bytes()).is_passed(), "{value}");
        }
        for value in ["gbr", "GB", "UK", "ENG", "XXX", "826"] {
            assert!(country(value.as_bytes()).is_failed(), "{value}");
        }
    }
}
