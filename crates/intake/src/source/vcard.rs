//! Cards (vCard 2.1, 3.0, 4.0) as rows: the preferred mail address, phone and address of each.

use std::io::{self, Read};

use super::{
    Bad, Piece, Row,
    decode::Text,
    lines::{Line, Lines},
    vcard_line::{Property, is_quoted_printable},
};

/// Longest property kept, and longest original text; photographs are longer and are left out.
const KEPT_BYTES_MAX: usize = 64 << 10;
/// Most properties of a card.
const PROPERTIES_MAX: usize = 2_000;

const COLUMNS: [&str; 17] = [
    "UID",
    "Full name",
    "Given name",
    "Family name",
    "Kind",
    "Organisation",
    "Title",
    "E-mail",
    "Phone",
    "Street",
    "City",
    "Region",
    "Postcode",
    "Country",
    "Language",
    "Birthday",
    "Note",
];

pub(super) fn columns() -> Vec<String> {
    COLUMNS.iter().map(|&name| name.to_owned()).collect()
}

pub(super) struct Cards<R> {
    lines: Lines<R>,
    /// A line read too far: the one behind a folded property.
    next: Option<(u64, String)>,
    /// Where a card began whose predecessor had no end.
    begun: Option<u64>,
}

impl<R: Read> Cards<R> {
    pub(super) const fn open(text: Text<R>) -> Self {
        Self { lines: Lines::of(text), next: None, begun: None }
    }

    pub(super) fn next(&mut self) -> io::Result<Piece> {
        let new = |line: u64| (line, "BEGIN:VCARD".to_owned(), Vec::<Property>::new());
        let mut card = self.begun.take().map(new);
        loop {
            let Some((number, line)) = self.unfolded()? else {
                return Ok(card.map_or(Piece::End, |(line, original, _)| open_card(line, original)));
            };
            let plain = line.trim();
            if plain.eq_ignore_ascii_case("BEGIN:VCARD") {
                if let Some((first, original, _)) = card {
                    self.begun = Some(number);
                    return Ok(open_card(first, original));
                }
                card = Some(new(number));
                continue;
            }
            let Some((first, original, properties)) = &mut card else { continue };
            if original.len() + line.len() < KEPT_BYTES_MAX {
                original.push('\n');
                original.push_str(&line);
            }
            if plain.eq_ignore_ascii_case("END:VCARD") {
                return Ok(row(*first, std::mem::take(original), properties));
            }
            if properties.len() < PROPERTIES_MAX {
                properties.extend(Property::parse(&line));
            }
        }
    }

    /// A whole property with the lines it goes on in, and the number of the first.
    fn unfolded(&mut self) -> io::Result<Option<(u64, String)>> {
        let Some((number, mut line)) = self.line()? else { return Ok(None) };
        let soft_breaks = is_quoted_printable(&line);
        loop {
            let open = soft_breaks && line.ends_with('=');
            let Some((next_number, next)) = self.line()? else { break };
            if !open && !next.starts_with([' ', '\t']) {
                self.next = Some((next_number, next));
                break;
            }
            let more = if open {
                line.pop();
                next.as_str()
            } else {
                &next[1..]
            };
            if line.len() + more.len() < KEPT_BYTES_MAX {
                line.push_str(more);
            }
        }
        Ok(Some((number, line)))
    }

    fn line(&mut self) -> io::Result<Option<(u64, String)>> {
        if self.next.is_some() {
            return Ok(self.next.take());
        }
        Ok(self.lines.next()?.map(|line| match line {
            Line::Whole { number, text } => (number, text),
            Line::TooLong { number } => (number, String::new()),
        }))
    }
}

fn open_card(line: u64, original: String) -> Piece {
    let reason = "the card has no END:VCARD; add it or export the card again".to_owned();
    Piece::Bad(Bad { line, column: String::new(), reason, original })
}

fn row(line: u64, original: String, properties: &[Property]) -> Piece {
    let all = |name: &'static str| properties.iter().filter(move |one| one.name == name);
    let first = |name| all(name).map(Property::text).find(|text| !text.trim().is_empty());
    let name = all("N").map(Property::parts).next().unwrap_or_default();
    let part = |parts: &[String], at: usize| parts.get(at).cloned().unwrap_or_default();
    let organisation = all("ORG").map(Property::parts).next().unwrap_or_default();
    let mail = all("EMAIL").filter(|one| one.text().contains('@')).min_by_key(|one| one.rank());
    let is_voice = |one: &&Property| !one.is_type("fax") && !one.is_type("pager");
    let phone = all("TEL").filter(is_voice).min_by_key(|one| one.rank());
    let address = all("ADR").min_by_key(|one| one.rank()).map(Property::parts).unwrap_or_default();
    let street: Vec<_> =
        (0..3).map(|at| part(&address, at)).filter(|part| !part.is_empty()).collect();
    let street = street.join(", ");
    let (given, family) = (part(&name, 1), part(&name, 0));
    let has_name = !given.is_empty() || !family.is_empty();
    let full = first("FN").unwrap_or_else(|| format!("{given} {family}"));
    let named_by_it = full.trim().is_empty() || full == part(&organisation, 0);
    let is_organisation = first("KIND").map_or_else(
        || !has_name && named_by_it && !organisation.is_empty(),
        |kind| kind.eq_ignore_ascii_case("org"),
    );
    let kind = if is_organisation { "business" } else { "person" }.to_owned();
    let language = all("LANG").min_by_key(|one| one.rank()).map(Property::text);
    let values = [
        first("UID").unwrap_or_default(),
        full,
        given,
        family,
        kind,
        part(&organisation, 0),
        first("TITLE").unwrap_or_default(),
        mail.map(Property::text).unwrap_or_default(),
        phone.map(Property::text).unwrap_or_default(),
        street.trim_end_matches([',', ' ']).to_owned(),
        part(&address, 3),
        part(&address, 4),
        part(&address, 5),
        part(&address, 6),
        language.unwrap_or_default(),
        first("BDAY").unwrap_or_default(),
        first("NOTE").unwrap_or_default(),
    ];
    let mut row = Row::at_line(line);
    row.original = original;
    for value in &values {
        let one_line: Vec<_> = value.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        row.push(one_line.join(", ").as_bytes());
    }
    row.within_limits()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use super::super::{Options, Source};
    use super::*;

    fn cards(text: &str) -> Vec<String> {
        let text = Cursor::new(text.as_bytes().to_vec());
        let mut source = Source::read(text, &Options::default()).unwrap();
        let mut said = Vec::new();
        loop {
            said.push(match source.next_piece().unwrap() {
                Piece::Row(row) => {
                    let filled = row.cells().filter(|cell| !cell.is_empty());
                    format!("{}: {}", row.line, filled.collect::<Vec<_>>().join("|"))
                }
                Piece::Bad(bad) => format!("{}: {}", bad.line, &bad.reason[..21]),
                Piece::End => return said,
            });
        }
    }

    #[test]
    fn a_card_of_version_3_is_unfolded_and_its_preferred_values_are_taken() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lind;Maya;;;\r\nFN:Maya Li\r\n nd\r\n\
             TEL;TYPE=FAX:1\r\nTEL;TYPE=HOME:22\r\nitem1.TEL;type=pref:333\r\n\
             EMAIL:no address\r\nEMAIL:maya@example.com\r\n\
             ADR;TYPE=HOME:;;Quay 5\\nFloor 2;Gent;;9000;BE\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\n\
             END:VCARD\r\n";
        assert_eq!(
            cards(text),
            ["1: Maya Lind|Maya|Lind|person|maya@example.com|333|Quay 5, Floor 2|Gent|9000|BE"]
        );
    }

    #[test]
    fn quoted_printable_goes_on_behind_its_soft_breaks() {
        let text = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:S=C3=B6=\n\
             der;Bo;;;\nTEL;WORK;VOICE:12345\nEND:VCARD\nBEGIN:VCARD\nORG:Spoke & Chain;Desk\n\
             END:VCARD\n";
        assert_eq!(cards(text), ["1: Bo Söder|Bo|Söder|person|12345", "7: business|Spoke & Chain"]);
    }

    #[test]
    fn a_card_without_an_end_is_left_out_alone() {
        let text = "BEGIN:VCARD\nFN:Lost\nBEGIN:VCARD\nFN:Found\nEND:VCARD\nBEGIN:VCARD\n";
        assert_eq!(
            cards(text),
            ["1: the card has no END:V", "3: Found|person", "6: the card has no END:V"]
        );
    }
}
