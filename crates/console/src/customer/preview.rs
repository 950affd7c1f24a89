//! A customer's page through a partner's eyes, for the brand.

use askama::Template;
use axum::{http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_kit::OrganisationId;
use handfast_record::{
    CustomerId, agreements, customers,
    organisations::Organisation,
    sharing::{self, Class, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Viewer, html, see_other};

use super::{
    compose::Written,
    page::Look,
    seen,
    timeline::Asked,
    view_as::{self, Choices, Strip},
    who,
};
use crate::reasons::Ground;

/// The page of a customer of whom the partner sees nothing.
#[derive(Template)]
#[template(path = "customer_unseen.html")]
struct UnseenPage {
    frame: Frame,
    strip: Option<Strip>,
    title: String,
    text: String,
    ties: String,
    agreement: String,
}

/// Who looks through whose eyes, and where the customer stands.
struct Around {
    partner: Organisation,
    customer: CustomerId,
    choices: Choices,
}

pub(super) async fn show(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    asked: &Asked,
    has_head: bool,
) -> Result<Response, Failure> {
    let (Some(eyes), true) = (asked.eyes, viewer.is_brand()) else {
        return Err(Failure::NotFound);
    };
    let (asking, now) = (viewer.clone(), app.clock.now());
    let around = app
        .read(move |cx| {
            let lens = Lens::of(cx, &asking, now)?;
            around(cx, &lens, id, eyes)
        })
        .await?;
    let around = around.ok_or(Failure::NotFound)?;
    if around.customer != id {
        return Ok(see_other(&format!("/customers/{}?as={eyes}", around.customer)));
    }
    let occasion = Occasion { what: "customer", eyes_of: Some(eyes) };
    let wanted = asked.clone();
    let seen =
        sharing::read(app, viewer, occasion, move |cx, lens| seen::read(cx, lens, id, &wanted));
    let Some(seen) = seen.await? else { return unseen(app, viewer, uri, around).await };
    let theirs = view_as::eyes(viewer, &around.partner);
    let strip = around.strip(viewer, &seen.names.customer);
    let today = viewer.zone.day_of(now);
    let look = Look { viewer, eyes: &theirs, strip: Some(strip), uri, now, today };
    html(&look.page(&seen, asked, has_head, &Written::default(), None))
}

fn around(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    eyes: OrganisationId,
) -> Result<Option<Around>, Fault> {
    let Some(partner) = view_as::partner(cx, lens.network(), eyes)? else { return Ok(None) };
    let Some(sight) = customers::look(cx, lens, id)? else { return Ok(None) };
    let customer = sight.customer();
    let partners = seen::partners(cx, lens, Some(customer))?;
    Ok(Some(Around { partner, customer, choices: Choices::of(&partners, Some(eyes)) }))
}

impl Around {
    fn strip(&self, viewer: &Viewer, whom: &str) -> Strip {
        let path = format!("/customers/{}", self.customer);
        Strip::of(viewer, &self.partner, path, whom, self.choices.clone())
    }
}

/// The page that says why there is nothing.
async fn unseen(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    around: Around,
) -> Result<Response, Failure> {
    let (network, eyes, id) = (viewer.network, around.partner.id, around.customer);
    let occasion = Occasion::of("customer");
    let read = sharing::read(app, viewer, occasion, move |cx, lens| -> Result<_, Fault> {
        let customer = customers::find(cx, lens, id)?;
        let sight = Lens::of_partner(cx, network, eyes, lens.now())?.sight(cx, id)?;
        let agreement = agreements::in_force(cx, network, eyes)?;
        let verdict = sight.why(Class::Identity, None);
        Ok((customer, verdict, sight.held().next().is_some(), agreement.map(|one| one.signed)))
    });
    let (customer, verdict, has_ties, signed) = read.await?;
    let customer = customer.ok_or(Failure::NotFound)?;
    let (name, partner) = (who::short_name(&customer), &around.partner.name);
    let now = app.clock.now();
    let ground = Ground {
        partner: Some(partner),
        customer: &name,
        brand: &viewer.network_name,
        signed,
        zone: &viewer.zone,
        today: viewer.zone.day_of(now),
    };
    let because = match signed {
        Some(_) if !has_ties => format!("{partner} has no tie to {name}."),
        _ => ground.because(verdict),
    };
    html(&UnseenPage {
        frame: Look::own(viewer, uri, now).frame(&who::title(&customer)),
        strip: Some(around.strip(viewer, &name)),
        title: format!("{partner} sees nothing of {name}"),
        text: format!("{because} Its lists and searches do not have {name} either."),
        ties: format!("/customers/{id}/ties"),
        agreement: format!("/partners/{eyes}/agreement"),
    })
}
