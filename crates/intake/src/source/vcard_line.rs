//! One property of a card: its name, its parameters, its value with every encoding undone.

use encoding_rs::Encoding;

/// A property as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// In capitals, without its group.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

/// The head of a property is all that tells whether its value goes on in the next line.
pub(super) fn is_quoted_printable(line: &str) -> bool {
    let head = &line[..end_of_head(line).unwrap_or(0)];
    head.to_ascii_uppercase().contains("QUOTED-PRINTABLE")
}

impl Property {
    /// Reads a whole (unfolded) line; `None` if it is no property.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let end = end_of_head(line)?;
        let mut parts = split_outside_quotes(&line[..end], ';').into_iter();
        let name = parts.next()?;
        let name = name.rsplit('.').next().unwrap_or(name).trim().to_ascii_uppercase();
        let parameters: Vec<_> = parts
            .map(|part| match part.split_once('=') {
                Some((key, value)) => (key.trim().to_ascii_uppercase(), value.replace('"', "")),
                // vCard 2.1 writes TEL;HOME for TEL;TYPE=HOME.
                None => ("TYPE".to_owned(), part.trim().to_owned()),
            })
            .collect();
        let mut property = Self { name, parameters, value: line[end + 1..].to_owned() };
        if is_quoted_printable(line) {
            property.value = unquoted(&property.value, property.parameter("CHARSET"));
        }
        Some(property)
    }

    fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether one of its types is `word`.
    pub(super) fn is_type(&self, word: &str) -> bool {
        let types = self.parameters.iter().filter(|(name, _)| name == "TYPE");
        types
            .flat_map(|(_, value)| value.split(','))
            .any(|one| one.trim().eq_ignore_ascii_case(word))
    }

    /// How much this one is preferred among its like: 1 is most.
    pub(super) fn rank(&self) -> u32 {
        let stated = self.parameter("PREF").and_then(|rank| rank.parse().ok());
        stated.unwrap_or(if self.is_type("pref") { 1 } else { 100 })
    }

    /// The whole value as text.
    pub(super) fn text(&self) -> String {
        unescaped(&self.value)
    }

    /// The parts of the value that semicolons separate.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            let last = parts.last_mut().expect("there is always a last part");
            match letter {
                ';' => parts.push(String::new()),
                '\\' => {
                    last.push('\\');
                    last.extend(letters.next());
                }
                other => last.push(other),
            }
        }
        parts.iter().map(|part| unescaped(part).trim().to_owned()).collect()
    }
}

/// Where the colon before the value stands.
fn end_of_head(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|letter| {
        quoted ^= letter == '"';
        letter == separator && !quoted
    })
    .collect()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(escaped) => plain.push(escaped),
                None => plain.push('\\'),
            },
            other => plain.push(other),
        }
    }
    plain
}

/// Undoes quoted-printable, then the encoding of the letters.
fn unquoted(text: &str, charset: Option<&str>) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match tail {
            [high, low, ..] if *first == b'=' => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    let encoding = charset.and_then(|name| Encoding::for_label(name.trim().as_bytes()));
    match encoding {
        Some(encoding) => encoding.decode_without_bom_handling(&bytes).0.into_owned(),
        None => String::from_utf8(bytes).unwrap_or_else(|wrong| {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(wrong.as_bytes()).0.into_owned()
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn groups_parameters_and_escapes_are_understood() {
        let line = "item1.TEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-418;ext=102";
        let phone = Property::parse(line).unwrap();
        assert_eq!((phone.name.as_str(), phone.rank()), ("TEL", 1));
        assert!(phone.is_type("VOICE") && !phone.is_type("fax"));
        assert_eq!(phone.text(), "tel:+1-418;ext=102");
        let name = Property::parse("N:Doe;John;Richter\\, James\\;x;;").unwrap();
        assert_eq!(name.parts(), ["Doe", "John", "Richter, James;x", "", ""]);
        assert_eq!(Property::parse("no property"), None);
    }

    #[test]
    fn quoted_printable_is_undone_in_its_own_charset() {
        let line = "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:S=F6der =3D=zz";
        assert_eq!(Property::parse(line).unwrap().text(), "Söder ==zz");
        assert_eq!(unquoted("=C3=91", None), "Ñ");
        assert_eq!(unquoted("=F6", None), "ö");
    }
}
