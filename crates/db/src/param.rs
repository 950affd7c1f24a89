//! Values that go into a statement.

use std::{borrow::Cow, fmt};

use handfast_kit::{Day, Id, TimeMs};
use uuid::Uuid;

/// One value as both engines take it.
#[derive(Clone, Copy, PartialEq)]
pub enum Param<'a> {
    /// Nothing.
    Null,
    /// A whole number, whatever the column's width; also truth (0 and 1), times and days.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// An id: `uuid` on PostgreSQL, 16 bytes on SQLite.
    Uuid(Uuid),
}

impl fmt::Debug for Param<'_> {
    /// What it is, never its content: drivers write this to logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Int(_) => "a whole number",
            Self::Real(_) => "a number with a fraction",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
            Self::Uuid(_) => "an id",
        })
    }
}

/// What can be given to a statement as one value.
pub trait ToParam {
    /// The value as the engines take it.
    fn to_param(&self) -> Param<'_>;
}

impl ToParam for Param<'_> {
    fn to_param(&self) -> Param<'_> {
        *self
    }
}

impl<T: ToParam + ?Sized> ToParam for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

impl<T: ToParam> ToParam for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, T::to_param)
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl ToParam for $number {
            fn to_param(&self) -> Param<'_> {
                Param::Int(i64::from(*self))
            }
        }
    )*};
}
whole_numbers!(i64, i32, i16, i8, u32, u16, u8, bool);

impl ToParam for f64 {
    fn to_param(&self) -> Param<'_> {
        Param::Real(*self)
    }
}

impl ToParam for str {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl ToParam for String {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl ToParam for Cow<'_, str> {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl ToParam for [u8] {
    fn to_param(&self) -> Param<'_> {
        Param::Blob(self)
    }
}

impl ToParam for Vec<u8> {
    fn to_param(&self) -> Param<'_> {
        Param::Blob(self)
    }
}

impl<const N: usize> ToParam for [u8; N] {
    fn to_param(&self) -> Param<'_> {
        Param::Blob(self)
    }
}

impl ToParam for Uuid {
    fn to_param(&self) -> Param<'_> {
        Param::Uuid(*self)
    }
}

impl<T> ToParam for Id<T> {
    fn to_param(&self) -> Param<'_> {
        Param::Uuid(self.uuid())
    }
}

impl ToParam for TimeMs {
    fn to_param(&self) -> Param<'_> {
        Param::Int(self.0)
    }
}

impl ToParam for Day {
    fn to_param(&self) -> Param<'_> {
        Param::Int(i64::from(self.0))
    }
}

/// The values of one statement, in the order of its `$1..$n`: `()`, a tuple of up to 24, or a
/// list.
pub trait Params {
    /// Gives the values to `f`. They live on the stack meanwhile.
    fn bound<R>(&self, f: impl FnOnce(&[Param<'_>]) -> R) -> R;
}

impl Params for () {
    fn bound<R>(&self, f: impl FnOnce(&[Param<'_>]) -> R) -> R {
        f(&[])
    }
}

impl<P: ToParam> Params for &[P] {
    fn bound<R>(&self, f: impl FnOnce(&[Param<'_>]) -> R) -> R {
        f(&self.iter().map(P::to_param).collect::<Vec<_>>())
    }
}

impl<P: ToParam> Params for Vec<P> {
    fn bound<R>(&self, f: impl FnOnce(&[Param<'_>]) -> R) -> R {
        self.as_slice().bound(f)
    }
}

impl<P: ToParam> Params for &Vec<P> {
    fn bound<R>(&self, f: impl FnOnce(&[Param<'_>]) -> R) -> R {
        self.as_slice().bound(f)
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        tuples!(@each [] $($name)+);
    };
    (@each [$($done:ident)*] $next:ident $($rest:ident)*) => {
        tuples!(@one $($done)* $next);
        tuples!(@each [$($done)* $next] $($rest)*);
    };
    (@each [$($done:ident)*]) => {};
    (@one $($name:ident)+) => {
        impl<$($name: ToParam),+> Params for ($($name,)+) {
            #[allow(non_snake_case)]
            fn bound<R>(&self, f: impl FnOnce(&[Param<'_>]) -> R) -> R {
                let ($($name,)+) = self;
                f(&[$($name.to_param()),+])
            }
        }
    };
}
tuples!(P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24);
