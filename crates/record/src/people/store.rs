use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs, Zone};
use handfast_web::{NoSuchWord, Role, Scope, Side, Theme, Via, Viewer};

use super::{Member, Membership, PasswordHash, Person};

/// The member of an enum that this word of a column names.
pub(super) fn word<T>(row: &Row<'_>, at: usize) -> Result<T, Fault>
where
    T: std::str::FromStr<Err = NoSuchWord>,
{
    let text: String = row.get(at)?;
    text.parse().map_err(|wrong: NoSuchWord| Fault::other(wrong.to_string()))
}

/// The side that this `is_brand` column tells.
pub(super) fn side_at(row: &Row<'_>, at: usize) -> Result<Side, Fault> {
    Ok(if row.get(at)? { Side::Brand } else { Side::Partner })
}

impl FromRow for Person {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            // A theme of a later version looks like the machine's own here.
            theme: word(row, 3).unwrap_or_default(),
            has_password: row.get::<Option<String>>(4)?.is_some(),
            deactivated: row.get(5)?,
        })
    }
}

impl FromRow for Member {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            person: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            role: word(row, 3)?,
            since: row.get(4)?,
            ended: row.get(5)?,
        })
    }
}

impl FromRow for Membership {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            network: row.get(0)?,
            network_name: row.get(1)?,
            organisation: row.get(2)?,
            organisation_name: row.get(3)?,
            side: side_at(row, 4)?,
            role: word(row, 5)?,
            since: row.get(6)?,
        })
    }
}

/// Whom a credential belongs to; its statement selects these columns in this order.
pub(super) struct Known {
    viewer: Viewer,
    scopes: Vec<Scope>,
}

impl Known {
    /// As one who came in by a session.
    pub(super) fn by_session(self, csrf: String) -> Viewer {
        Viewer { via: Via::Session { csrf, waiting: 0 }, ..self.viewer }
    }

    /// As one who came in by an API token.
    pub(super) fn by_token(self) -> Viewer {
        Viewer { via: Via::Token { scopes: self.scopes }, ..self.viewer }
    }
}

impl FromRow for Known {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let (zone, scopes): (String, String) = (row.get(2)?, row.get(10)?);
        let viewer = Viewer {
            network: row.get(0)?,
            network_name: row.get(1)?,
            // A zone was checked when it was stored; a database from elsewhere falls back to UTC.
            zone: Zone::named(&zone)
                .or_else(|_| Zone::named("UTC"))
                .map_err(|wrong| Fault::other(wrong.to_string()))?,
            organisation: row.get(3)?,
            organisation_name: row.get(4)?,
            side: side_at(row, 5)?,
            person: row.get(6)?,
            person_name: row.get(7)?,
            theme: word(row, 8).unwrap_or_default(),
            role: word(row, 9)?,
            via: Via::Token { scopes: Vec::new() },
        };
        Ok(Self { viewer, scopes: Scope::list(&scopes) })
    }
}

pub(super) fn insert_person(
    tx: &mut Tx<'_>,
    id: PersonId,
    name: &str,
    email: &str,
    email_key: &str,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into person (person_id, name, email, email_key, theme, created_ms)
         values ($1, $2, $3, $4, $5, $6)",
        (id, name, email, email_key, Theme::default().word(), now),
    )
}

pub(super) fn person(cx: &mut Cx<'_>, id: PersonId) -> Result<Option<Person>, Fault> {
    cx.one(
        "select person_id, name, email, theme, password_hash, deactivated_ms
           from person
          where person_id = $1",
        (id,),
    )
}

pub(super) fn person_by_email(cx: &mut Cx<'_>, email_key: &str) -> Result<Option<Person>, Fault> {
    cx.one(
        "select person_id, name, email, theme, password_hash, deactivated_ms
           from person
          where email_key = $1",
        (email_key,),
    )
}

pub(super) fn person_name(cx: &mut Cx<'_>, id: PersonId) -> Result<Option<String>, Fault> {
    let row: Option<(String,)> = cx.one("select name from person where person_id = $1", (id,))?;
    Ok(row.map(|(name,)| name))
}

/// The person's password, unless the person is deactivated or has none. Nobody changes it until
/// this transaction ends.
pub(super) fn lock_password(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Option<PasswordHash>, Fault> {
    let row: Option<(Option<String>,)> = tx.one(
        Sql {
            sqlite: "select password_hash
                       from person
                      where person_id = $1 and deactivated_ms is null",
            postgres: "select password_hash
                         from person
                        where person_id = $1 and deactivated_ms is null
                          for update",
        },
        (person,),
    )?;
    Ok(row.and_then(|(hash,)| hash).map(PasswordHash::stored))
}

pub(super) fn set_password(
    tx: &mut Tx<'_>,
    person: PersonId,
    password: Option<&PasswordHash>,
) -> Result<u64, Fault> {
    tx.exec(
        "update person set password_hash = $1 where person_id = $2",
        (password.map(PasswordHash::as_str), person),
    )
}

/// The same password under a new hash, if it is still the same.
pub(super) fn renew_password(
    tx: &mut Tx<'_>,
    person: PersonId,
    renewed: &PasswordHash,
    old: &PasswordHash,
) -> Result<u64, Fault> {
    tx.exec(
        "update person set password_hash = $1 where person_id = $2 and password_hash = $3",
        (renewed.as_str(), person, old.as_str()),
    )
}

pub(super) fn set_theme(tx: &mut Tx<'_>, person: PersonId, theme: Theme) -> Result<u64, Fault> {
    tx.exec("update person set theme = $1 where person_id = $2", (theme.word(), person))
}

pub(super) fn set_deactivated(
    tx: &mut Tx<'_>,
    person: PersonId,
    at: Option<TimeMs>,
) -> Result<u64, Fault> {
    tx.exec("update person set deactivated_ms = $1 where person_id = $2", (at, person))
}

/// On which side an organisation stands that is still in the network.
pub(super) fn side(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<Side>, Fault> {
    let row: Option<(bool,)> = cx.one(
        "select is_brand
           from organisation
          where network_id = $1 and organisation_id = $2 and ended_ms is null",
        (network, organisation),
    )?;
    Ok(row.map(|(is_brand,)| if is_brand { Side::Brand } else { Side::Partner }))
}

pub(super) fn insert_member(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into member (network_id, organisation_id, person_id, role, since_ms)
         values ($1, $2, $3, $4, $5)",
        (network, organisation, person, role.word(), now),
    )
}

/// Makes a member of one who had left.
pub(super) fn renew_member(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update member
            set role = $1, since_ms = $2, ended_ms = null
          where network_id = $3 and organisation_id = $4 and person_id = $5",
        (role.word(), now, network, organisation, person),
    )
}

pub(super) fn end_member(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update member
            set ended_ms = $1
          where network_id = $2 and organisation_id = $3 and person_id = $4 and ended_ms is null",
        (now, network, organisation, person),
    )
}

pub(super) fn set_role(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
) -> Result<u64, Fault> {
    tx.exec(
        "update member
            set role = $1
          where network_id = $2 and organisation_id = $3 and person_id = $4 and ended_ms is null",
        (role.word(), network, organisation, person),
    )
}

pub(super) fn member(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Option<Member>, Fault> {
    cx.one(
        "select m.person_id, p.name, p.email, m.role, m.since_ms,
                coalesce(m.ended_ms, p.deactivated_ms)
           from member m
           join person p on p.person_id = m.person_id
          where m.network_id = $1 and m.organisation_id = $2 and m.person_id = $3",
        (network, organisation, person),
    )
}

pub(super) fn members(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    after_since: TimeMs,
    after_person: PersonId,
    limit: usize,
) -> Result<Vec<Member>, Fault> {
    cx.all(
        "select m.person_id, p.name, p.email, m.role, m.since_ms,
                coalesce(m.ended_ms, p.deactivated_ms)
           from member m
           join person p on p.person_id = m.person_id
          where m.network_id = $1 and m.organisation_id = $2
            and (m.since_ms, m.person_id) > ($3, $4)
          order by m.since_ms, m.person_id
          limit $5",
        (network, organisation, after_since, after_person, limit as i64),
    )
}

/// Partner admins who are still there, who came first first.
pub(super) fn admins(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisations: &[OrganisationId],
) -> Result<Vec<(OrganisationId, String)>, Fault> {
    let mut found = Vec::new();
    for some in organisations.chunks(1_000) {
        let some: Vec<String> = some.iter().map(|id| id.uuid().simple().to_string()).collect();
        found.extend(cx.all::<(OrganisationId, String)>(
            Sql {
                sqlite: "select m.organisation_id, p.email
                           from member m
                           join person p on p.person_id = m.person_id
                          where m.network_id = $1 and m.role = $2 and m.ended_ms is null
                            and p.deactivated_ms is null
                            and m.organisation_id in (select unhex(value) from json_each($3))
                          order by m.since_ms, m.person_id
                          limit 10000",
                postgres: "select m.organisation_id, p.email
                             from member m
                             join person p on p.person_id = m.person_id
                            where m.network_id = $1 and m.role = $2 and m.ended_ms is null
                              and p.deactivated_ms is null
                              and m.organisation_id in (
                                  select cast(value as uuid)
                                    from jsonb_array_elements_text(cast(cast($3 as text) as jsonb)))
                            order by m.since_ms, m.person_id
                            limit 10000",
            },
            (network, Role::PartnerAdmin.word(), serde_json::Value::from(some).to_string()),
        )?);
    }
    Ok(found)
}

pub(super) fn memberships(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Membership>, Fault> {
    cx.all(
        "select n.network_id, n.name, o.organisation_id, o.name, o.is_brand, m.role, m.since_ms
           from member m
           join person p on p.person_id = m.person_id
           join network n on n.network_id = m.network_id
           join organisation o on o.network_id = m.network_id
                              and o.organisation_id = m.organisation_id
          where m.person_id = $1 and m.ended_ms is null and p.deactivated_ms is null
            and o.ended_ms is null
          order by m.since_ms, m.organisation_id
          limit 200",
        (person,),
    )
}

/// Makes everybody else who counts this brand's admins wait until this transaction ends. SQLite has
/// one writer, who waits for nobody.
pub(super) fn lock_brand(tx: &mut Tx<'_>, network: NetworkId) -> Result<(), Fault> {
    tx.all::<(i64,)>(
        Sql {
            sqlite: "select is_brand
                       from organisation
                      where network_id = $1 and is_brand = 1
                      limit 1",
            postgres: "select is_brand
                         from organisation
                        where network_id = $1 and is_brand = 1
                        limit 1
                          for update",
        },
        (network,),
    )
    .map(drop)
}

pub(super) fn other_brand_admins(
    cx: &mut Cx<'_>,
    network: NetworkId,
    person: PersonId,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*)
           from member m
           join person p on p.person_id = m.person_id
           join organisation o on o.network_id = m.network_id
                              and o.organisation_id = m.organisation_id
          where m.network_id = $1 and m.person_id <> $2 and m.role = $3 and m.ended_ms is null
            and o.is_brand = 1 and p.deactivated_ms is null",
        (network, person, Role::BrandAdmin.word()),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}
