//! PostgreSQL's `numeric`, which sums of `bigint` have.

use crate::Column;

/// The number as a whole one if it is, otherwise as the nearest with a fraction. `None` if the
/// bytes are no `numeric`, or not a number.
pub(super) fn column(raw: &[u8]) -> Option<Column<'static>> {
    let field = |at: usize| Some(i16::from_be_bytes(raw.get(at..at + 2)?.try_into().ok()?));
    let (digit_count, weight, sign) = (field(0)?, i32::from(field(2)?), field(4)? as u16);
    let negative = match sign {
        0x0000 => false,
        0x4000 => true,
        _ => return None, // not a number, or infinite
    };
    let (mut whole, mut fits, mut near) = (0_i128, true, 0_f64);
    for index in 0..i32::from(digit_count) {
        let digit = field(8 + 2 * index as usize)?;
        let power = weight - index;
        near += f64::from(digit) * 10_000_f64.powi(power);
        let worth = u32::try_from(power)
            .ok()
            .and_then(|power| 10_000_i128.checked_pow(power)?.checked_mul(i128::from(digit)))
            .and_then(|worth| whole.checked_add(worth));
        match worth {
            Some(sum) => whole = sum,
            None => fits = fits && digit == 0,
        }
    }
    if negative {
        (whole, near) = (-whole, -near);
    }
    let whole = i64::try_from(whole).ok().filter(|_| fits);
    Some(whole.map_or(Column::Real(near), Column::Int))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(weight: i16, sign: u16, digits: &[i16]) -> Vec<u8> {
        let head = [digits.len() as i16, weight, sign as i16, 0];
        head.iter().chain(digits).flat_map(|field| field.to_be_bytes()).collect()
    }

    #[test]
    fn a_sum_is_whole_and_a_mean_has_a_fraction() {
        assert_eq!(column(&numeric(0, 0, &[])), Some(Column::Int(0)));
        assert_eq!(column(&numeric(1, 0, &[12, 3456])), Some(Column::Int(123_456)));
        assert_eq!(column(&numeric(2, 0x4000, &[1])), Some(Column::Int(-100_000_000)));
        assert_eq!(column(&numeric(0, 0, &[3, 5000])), Some(Column::Real(3.5)));
        assert_eq!(column(&numeric(0, 0xC000, &[])), None);
    }
}
