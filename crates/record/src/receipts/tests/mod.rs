#![allow(clippy::unwrap_used)]

mod proofs;
mod tampering;

use handfast_db::{Cx, Fault};
use handfast_ledger::{PublicKey, Receipt, Signer};

use super::{Bad, Checking, Signed, receipt, seal, signed};
use crate::{
    CustomerId, TouchId,
    sharing::{Class, Grant, Level, Tie},
    testing::{NOW, World, worlds},
    touches::{Body, NewTouch, append},
};

/// A world in which Spoke & Chain spoke with Maya so many times.
pub(super) struct Told {
    pub(super) world: World,
    pub(super) maya: CustomerId,
    pub(super) calls: Vec<TouchId>,
}

pub(super) fn signer() -> Signer {
    Signer::new("handfast/aurora", &[7; 32]).unwrap()
}

pub(super) fn key() -> PublicKey {
    signer().public_key()
}

/// On both engines.
pub(super) fn told(call_count: usize) -> Vec<Told> {
    let tell = |world: World| {
        let (maya, record) = world.record(world.spoke, "SC-1207", Some("maya"), "Maya Okafor");
        let author = world.author(world.spoke);
        let call = move |n: usize| {
            let said = format!("The motor cuts out, call {n}");
            NewTouch::new(maya.as_kind(), NOW.plus(n as i64), Body::Call { said, step: None })
                .on(record)
        };
        let calls = world.db.write(move |tx| {
            (0..call_count)
                .map(|n| append(tx, &author, NOW.plus(n as i64), call(n)).map(|(id, _)| id))
                .collect::<Result<Vec<_>, Fault>>()
        });
        Told { calls: calls.unwrap(), world, maya }
    };
    worlds().into_iter().map(tell).collect()
}

impl Told {
    /// Seals and signs all there is, in parts of `limit`.
    pub(super) fn seal(&self, limit: usize) {
        let network = self.world.network;
        let part = || self.world.db.write(move |tx| seal(tx, network, NOW, limit, Some(&signer())));
        while part().unwrap() > 0 {}
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&mut Cx<'_>) -> Result<T, Fault>) -> T {
        self.world.db.read(read).unwrap()
    }

    pub(super) fn receipt(&self, id: TouchId) -> Option<Receipt> {
        let lens = self.world.lens(self.world.brand);
        self.read(|cx| receipt(cx, &lens, id))
    }

    pub(super) fn signed(&self) -> Signed {
        self.read(|cx| signed(cx, self.world.network)).unwrap()
    }

    /// The first thing that is bad, if any.
    pub(super) fn check(&self) -> Option<Bad> {
        self.read(|cx| {
            let mut checking = Checking::new(cx, self.world.network)?;
            loop {
                match checking.go_on(cx, 100)? {
                    Ok(true) => {}
                    Ok(false) => return Ok(None),
                    Err(bad) => return Ok(Some(bad)),
                }
            }
        })
    }

    /// Changes the database behind everybody's back.
    pub(super) fn tamper(&self, statement: &'static str) {
        self.world.db.write(move |tx| tx.exec(statement, ())).unwrap();
    }
}

fn granted(class: Class) -> Grant {
    Grant { tie: Tie::Owner, class, level: Level::Full, from_tie: false, purpose: None }
}
