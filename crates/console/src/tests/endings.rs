use axum::http::StatusCode;
use handfast_record::customers::Details;
use handfast_web::Role;

use super::world::{World, worlds};

fn ana(world: &World) {
    let details = Details { name: "Ana Ferreira".to_owned(), ..Details::default() };
    world.record(world.at.spoke, "7", None, details);
    world.order(world.at.spoke, ("A-1", "7"), -3, None);
}

#[tokio::test]
async fn a_partnership_ends_when_nothing_is_left_with_the_partner_and_not_before() {
    for world in worlds() {
        ana(&world);
        let admin = world.somebody(world.at.brand, Role::BrandAdmin);
        let spoke = format!("/partners/{}", world.at.spoke);
        let ending = format!("{spoke}/ending");
        assert!(admin.get(&spoke).await.says("End the partnership"));
        let rehearsal = admin.get(&ending).await;
        assert_eq!(rehearsal.status, StatusCode::OK);
        for part in [
            "3 things would be left without anybody. Nothing is changed yet.",
            "1 promised delivery",
            "Order A-1",
            "1 customer whom nobody else knows",
            "1 customer tied to it",
            "Ana Ferreira",
            "Aurora Cycles keeps a record of its own",
        ] {
            assert!(rehearsal.says(part), "{part}: {}", rehearsal.text);
        }

        let refused = admin.post(&ending, "why=It+closes+its+shop").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.says(
            "1 promised delivery, 1 customer of whom it alone keeps a record, 1 customer tied to \
             it are left with this partner; nothing was ended, settle them first."
        ));
        assert!(refused.says("It closes its shop"), "what was written is kept");

        let settled = admin.post(&format!("{ending}/settlements"), "").await;
        assert_eq!(settled.status, StatusCode::SEE_OTHER);
        let after = admin.get(&settled.location).await;
        assert!(after.says("Nothing is left there. It can end."), "{}", after.text);
        assert!(after.says("What was left has a new home"));
        let without = admin.post(&ending, "why=").await;
        assert!(without.says("Say why in 3 to 500 characters"), "{}", without.text);

        let ended = admin.post(&ending, "why=It+closes+its+shop").await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
        assert!(admin.get(&ended.location).await.says("The partnership has ended."));
        let again = admin.get(&ending).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.says("This partnership has ended already."));
    }
}

#[tokio::test]
async fn only_the_brands_admin_ends_a_partnership() {
    for world in worlds() {
        ana(&world);
        let ending = format!("/partners/{}/ending", world.at.spoke);
        for somebody in [world.priya(), world.dev()] {
            assert_eq!(somebody.get(&ending).await.status, StatusCode::FORBIDDEN);
            for path in [ending.clone(), format!("{ending}/settlements")] {
                let done = somebody.post(&path, "why=It+closes").await;
                assert_eq!(done.status, StatusCode::FORBIDDEN);
            }
        }
        let page = world.priya().get(&format!("/partners/{}", world.at.spoke)).await;
        assert!(!page.says("End the partnership"), "who may not is not led there");
    }
}
