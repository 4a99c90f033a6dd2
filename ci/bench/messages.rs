//! A seeded feed of invented patients: what a trust's systems emit in a morning, in kind and in size.
//!
//! In: a seed and a number of messages. Out: HL7 v2 messages, six in ten ADT, three in ten results, the rest bookings,
//! documents and orders; about one in ten carries a fault that real feeds carry. NHS numbers are from the 999 test
//! range, telephone numbers from the range kept for drama. Same seed, same bytes.

use std::fmt::Write as _;

/// `count` messages, segments ended by CR.
pub(crate) fn feed(seed: u64, count: usize) -> Vec<String> {
    let mut feed = Feed { dice: Dice(seed), clock: 0, serial: 0 };
    (0..count).map(|at| feed.message(at)).collect()
}

const FAMILY: &[&str] =
    &["SPECIMEN", "EXAMPLE", "TRIAL", "INVENTED", "O'SAMPLE", "TEST-CASE", "PLACEHOLDER", "MODEL", "FICTION", "DRAFT"];
const GIVEN: &[&str] = &["ALEX", "ROWAN", "JORDAN", "SAM", "ROBIN", "CHARLIE", "MORGAN", "TAYLOR", "JESSE", "ASHLEY"];
const STREET: &[&str] = &["TEST LANE", "SAMPLE STREET", "DEMO ROAD", "FICTION CLOSE", "PROOF HILL", "TRIAL AVENUE"];
const TOWN: &[(&str, &str)] = &[("MALTON", "YO17 7LF"), ("PICKERING", "YO18 7AA"), ("NORTON", "YO17 9AB")];
const PRACTICE: &[(&str, &str, &str)] =
    &[("MALTON PRACTICE", "Y8J7D", "G1234569^TOWNLEY^GREGORY"), ("TESTFORD SURGERY", "Y99001", "G9999981^BAKER^ANNA")];
const CONSULTANT: &[&str] = &["C1234567^DARWIN^SAMUEL^^^DR^^^GMC", "C9999991^JONES^SARAH^^^DR^^^GMC"];
const ANALYTE: &[(&str, &str, &str, u64, u64)] = &[
    ("1000661000000107", "Serum sodium level", "mmol/L", 120, 150),
    ("1000651000000109", "Serum potassium level", "mmol/L", 3, 7),
    ("1000731000000107", "Serum creatinine level", "umol/L", 40, 400),
    ("1022431000000105", "Haemoglobin estimation", "g/L", 80, 180),
];

struct Dice(u64);

impl Dice {
    /// SplitMix64: small, and the same everywhere.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}

struct Patient {
    pid: String,
    pd1: String,
    pv1_start: String,
    consultant: &'static str,
    visit: u64,
}

struct Feed {
    dice: Dice,
    clock: u64,
    serial: u64,
}

impl Feed {
    fn message(&mut self, at: usize) -> String {
        self.clock += 1 + self.dice.below(3);
        self.serial += 1;
        let patient = self.patient();
        let text = match at % 10 {
            0 | 1 | 3 | 5 | 6 | 8 => self.adt(&patient),
            2 | 4 | 7 => self.result(&patient),
            _ => match self.dice.below(3) {
                0 => self.booking(&patient),
                1 => self.document(&patient),
                _ => self.order(&patient),
            },
        };
        if self.dice.below(10) == 0 { self.fault(text) } else { text }
    }

    /// Minutes of one March, so that every time is a real one.
    fn now(&self) -> String {
        let minutes = self.clock % (28 * 24 * 60);
        format!("202403{:02}{:02}{:02}", 1 + minutes / 1440, minutes / 60 % 24, minutes % 60)
    }

    fn header(&mut self, application: &str, kind: &str, profile: &str) -> String {
        let (now, serial) = (self.now(), self.serial);
        let accept = if profile.is_empty() { "AL|NE|GBR||EN" } else { "||GBR|UNICODE|EN||ITKv1.0" };
        format!("MSH|^~\\&|{application}|RXX|ROUTE|ROUTE|{now}||{kind}|RXX{serial:09}|T|2.4|||{accept}\r")
    }

    fn patient(&mut self) -> Patient {
        let dice = &mut self.dice;
        let local = 100_000 + dice.below(900_000);
        let nhs = nhs_number(dice);
        let (family, given) = (dice.of(FAMILY), dice.of(GIVEN));
        let (title, sex) = dice.of(&[("MR", "1"), ("MS", "2"), ("MX", "9"), ("MRS", "2")]);
        let born = format!("19{}{:02}{:02}", 40 + dice.below(60), 1 + dice.below(12), 1 + dice.below(28));
        let (house, street, (town, postcode)) = (1 + dice.below(200), dice.of(STREET), dice.of(TOWN));
        let line = dice.below(1000);
        let (practice, code, doctor) = dice.of(PRACTICE);
        let consultant = dice.of(CONSULTANT);
        let pid = format!(
            "PID|1||{local}^^^RXX^MR~{nhs}^^^NHS^NH||{family}^{given}^J^^{title}^^L||{born}|{sex}|||{house} {street}^OLD \
             QUARTER^{town}^NORTH YORKSHIRE^{postcode}^GBR^H||01632 960{line:03}^PRN^PH||EN|S||||||A|{town}|N||GBR||GBR\
             ||||NSTS01\r"
        );
        let pd1 = format!("PD1|||{practice}^^{code}|{doctor}^^^DR^^^GMP\r");
        let pv1_start = format!("RXX^WARD{}^BAY{}^RXX01", 1 + dice.below(12), 1 + dice.below(6));
        Patient { pid, pd1, pv1_start, consultant, visit: 10_000 + dice.below(90_000) }
    }

    fn adt(&mut self, patient: &Patient) -> String {
        let kinds = &[
            ("A01", "ADT_A01"),
            ("A02", "ADT_A02"),
            ("A03", "ADT_A03"),
            ("A04", "ADT_A01"),
            ("A05", "ADT_A05"),
            ("A08", "ADT_A01"),
            ("A08", "ADT_A01"),
            ("A11", "ADT_A09"),
            ("A13", "ADT_A01"),
            ("A28", "ADT_A05"),
            ("A31", "ADT_A05"),
            ("A40", "ADT_A39"),
        ];
        let (event, structure) = self.dice.of(kinds);
        let now = self.now();
        let mut text = self.header("PAS", &format!("ADT^{event}^{structure}"), "ITK");
        let _ = write!(text, "EVN||{now}|||OP0001^CORTANA^EMILY^^^MISS|{now}\r{}{}", patient.pid, patient.pd1);
        match event {
            "A40" => {
                let _ = write!(text, "MRG|{}^^^RXX^MR\r", 1_000_000 + self.dice.below(1_000_000));
                return text;
            }
            "A01" | "A08" | "A28" | "A31" => text.push_str(
                "NK1|1|SPECIMEN^SAM^^^MR^^L|1|1 TEST LANE^^BURYTHORPE^^YO17 5TT^GBR^H|01632 \
                 960002^PRN^PH||||||||||1|19600101||||EN\r",
            ),
            _ => {}
        }
        if !matches!(event, "A28" | "A31") {
            text.push_str(&self.visit(patient, event));
        }
        if event == "A05" {
            let _ = write!(text, "PV2||||||||{now}\r");
        }
        if matches!(event, "A01" | "A08" | "A28" | "A31") && self.dice.below(2) == 0 {
            text.push_str("AL1|1|DA|Z880^Allergy to penicillin^ICD10|5|RASH|19980701\r");
        }
        if matches!(event, "A01" | "A08") {
            let _ = write!(
                text,
                "DG1|1||I259^Chronic ischaemic heart disease^ICD10||{now}|A|||||||||1|{}|D|N|{now}\rZU1|{now}||I|{now}\
                 ||300||||1|||||||02|Y|0\r",
                patient.consultant
            );
        }
        text
    }

    fn visit(&mut self, patient: &Patient, event: &str) -> String {
        let (now, ward, doctor, visit) = (self.now(), &patient.pv1_start, patient.consultant, patient.visit);
        let class = match event {
            "A05" => "P",
            "A04" => "E",
            _ => "I",
        };
        let (admission, service, kind) =
            if class == "I" { ("11", "300", "19") } else { ("", if class == "E" { "180" } else { "300" }, "") };
        let prior =
            if event == "A02" { format!("RXX^WARD{}^BAY1^RXX01", 1 + self.dice.below(12)) } else { String::new() };
        let gp = "G1234569^TOWNLEY^GREGORY^^^DR^^^GMP";
        let mut line = format!(
            "PV1|1|{class}|{ward}|{admission}||{prior}|{doctor}|{gp}|{doctor}|{service}||||{kind}|||{doctor}||\
             {visit}^^^VISITID^VN|||||||||||||||||"
        );
        line.push_str(match event {
            "A03" => "1|19|||||||",
            _ => "||||||||",
        });
        if event == "A05" {
            line.push_str("||||||000123456789^^^UBRN^UBRN");
        } else {
            let _ = write!(line, "{now}");
            if event == "A03" {
                let _ = write!(line, "|{now}");
            }
        }
        line.push('\r');
        line
    }

    fn result(&mut self, patient: &Patient) -> String {
        let now = self.now();
        let mut text = self.header("LIMS", "ORU^R01^ORU_R01", "");
        text.push_str(&patient.pid);
        text.push_str(&patient.pd1);
        let (doctor, visit) = (patient.consultant, patient.visit);
        let _ = write!(text, "PV1|1|O|{}||||{doctor}|||300|||||||||V{visit}^^^RXX^VISITID\r", patient.pv1_start);
        for group in 1..=1 + self.dice.below(4) {
            let (placer, filler) = (self.serial * 10 + group, 41_000 + self.serial * 10 + group);
            let _ = write!(
                text,
                "ORC|RE|OR{placer:07}^EPR|26C{filler:07}^LIMS||||||{now}|||{doctor}|||||||||TESTFORD GENERAL \
                 HOSPITAL^^RXX\rOBR|{group}|OR{placer:07}^EPR|26C{filler:07}^LIMS|252167001^Urea and \
                 electrolytes^SCT|||{now}|||||||{now}||{doctor}||||||{now}||CH|F\r"
            );
            for (number, (code, name, unit, low, high)) in
                ANALYTE.iter().enumerate().take(2 + self.dice.below(3) as usize)
            {
                let value = low + self.dice.below(high - low);
                let _ = write!(
                    text,
                    "OBX|{}|NM|{code}^{name}^SCT||{value}.{}|{unit}^^UCUM|{low}-{high}|N|||F|||{now}\r",
                    number + 1,
                    self.dice.below(10)
                );
            }
        }
        text
    }

    fn booking(&mut self, patient: &Patient) -> String {
        let (event, reason, state) = self.dice.of(&[
            ("S12", "NEW^New booking", "Booked"),
            ("S14", "CHANGE^Details changed", "Booked"),
            ("S15", "CANCEL^Patient cancelled", "Cancelled"),
        ]);
        let (now, serial, doctor) = (self.now(), self.serial, patient.consultant);
        let mut text = self.header("BOOK", &format!("SIU^{event}^SIU_S12"), "");
        let _ = write!(
            text,
            "SCH|AP{serial:06}^BOOK|SL{serial:06}^PAS||||{reason}|FOLLOWUP^Follow-up|Normal|20|min^minutes^UCUM\
             |^^^{now}|||||BK001^CLERK^ROSE||||BK001^CLERK^ROSE|||||{state}|111122223333^UBRN\r{}{}PV1|1|O|{}||||{doctor}\
             |||300|||||||||V{}^^^RXX^VISITID\rRGS|1|A\rAIS|1|A|300^General internal medicine clinic^TFC|{now}|||20|\
             min^minutes^UCUM\rAIL|1|A|CLIN2^ROOM1^^RXX01|C^Clinic||{now}\rAIP|1|A|{doctor}|CON^Consultant||{now}\r",
            patient.pid, patient.pd1, patient.pv1_start, patient.visit
        );
        text
    }

    fn document(&mut self, patient: &Patient) -> String {
        let (now, serial, doctor) = (self.now(), self.serial, patient.consultant);
        let mut text = self.header("EPR", "MDM^T02^MDM_T02", "");
        let _ = write!(
            text,
            "EVN||{now}||||{now}\r{}PV1|1|O|{}||||{doctor}|||300|||||||||V{}^^^RXX^VISITID\rTXA|1|CN|AP|{now}||{now}|||\
             {doctor}|||DOC{serial:07}^EPR|||||AU||AV\rOBX|1|TX|371531000^Report of clinical encounter^SCT||Seen in \
             clinic. Invented letter with no patient behind it.||||||F|||{now}\r",
            patient.pid, patient.pv1_start, patient.visit
        );
        text
    }

    fn order(&mut self, patient: &Patient) -> String {
        let (now, serial, doctor) = (self.now(), self.serial, patient.consultant);
        let mut text = self.header("EPR", "ORM^O01^ORM_O01", "");
        let _ = write!(
            text,
            "{}{}PV1|1|O|{}||||{doctor}|||300|||||||||V{}^^^RXX^VISITID\rORC|NW|OR9{serial:06}^EPR|||||||{now}|||{doctor}\
             |||||||||TESTFORD GENERAL HOSPITAL^^RXX\rOBR|1|OR9{serial:06}^EPR||399208008^Plain chest X-ray^SCT|||{now}\
             |||||||||{doctor}||||||||RAD\r",
            patient.pid, patient.pd1, patient.pv1_start, patient.visit
        );
        text
    }

    /// What real feeds get wrong, one at a time.
    fn fault(&mut self, text: String) -> String {
        match self.dice.below(5) {
            0 => text.replacen("^^^NHS^NH", "", 1),
            1 => text.replacen("|2.4|", "|2.3|", 1),
            2 => text.replacen("|EN|S|", "|EN|SINGLE|", 1),
            3 => text.replacen("PD1|", "ZZZ|LOCAL\rPD1|", 1),
            _ => text.replacen("YO17", "YO17-", 1),
        }
    }
}

/// A number of the test range with its check digit (modulus 11).
fn nhs_number(dice: &mut Dice) -> String {
    loop {
        let nine = format!("999{:06}", dice.below(1_000_000));
        let sum: u32 = nine.bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        match 11 - sum % 11 {
            10 => {}
            11 => return format!("{nine}0"),
            digit => return format!("{nine}{digit}"),
        }
    }
}
