//! Countries that a parcel can be addressed to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every code that ISO 3166-1 assigns.
const ASSIGNED: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE \
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM \
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC \
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA \
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO \
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Members of the European Union.
const EUROPEAN_UNION: &str = "\
AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

/// ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Z]{2}$", examples("DE"))]
pub struct Country([u8; 2]);

impl Country {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        // The constructor admits assigned codes only, which are ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether the parcel stays within the European Union.
    pub fn is_in_european_union(self) -> bool {
        lists(EUROPEAN_UNION, self.as_str())
    }
}

fn lists(codes: &str, code: &str) -> bool {
    codes.split(' ').any(|listed| listed == code)
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is no country.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no country; write its ISO 3166-1 code of two capital letters, for example DE")]
pub struct UnknownCountry(pub String);

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        <[u8; 2]>::try_from(text.as_bytes())
            .ok()
            .filter(|_| lists(ASSIGNED, text))
            .map(Self)
            .ok_or_else(|| UnknownCountry(text.to_owned()))
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;

    fn try_from(text: String) -> Result<Self, UnknownCountry> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assigned_codes_are_countries_and_others_are_not() {
        assert_eq!(ASSIGNED.split(' ').count(), 249);
        assert_eq!(EUROPEAN_UNION.split(' ').count(), 27);
        for code in EUROPEAN_UNION.split(' ') {
            let country: Country = code.parse().expect("assigned");
            assert!(country.is_in_european_union());
        }
        assert!(
            !"CH"
                .parse::<Country>()
                .expect("assigned")
                .is_in_european_union()
        );
        for wrong in ["", "de", "XX", "DEU", "D ", " D"] {
            assert!(wrong.parse::<Country>().is_err(), "{wrong:?}");
        }
    }
}
