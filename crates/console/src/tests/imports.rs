use axum::http::{StatusCode, header};
use handfast_web::Role;

use super::town::{Browser, Town, towns};

const FILE: &str = "Customer no;Full name;E-mail\n\
                    KL-1;Rosa Whitfield;rosa@example.com\n\
                    ;Somebody Nameless;no.reference@example.com\n\
                    KL-2;Ada Quill;ada@example.com\n\
                    KL-3;Too;many@example.com;and;more\n";

async fn ana(town: &Town) -> Browser<'_> {
    town.signed_in("Ana", town.at.spoke, Role::PartnerStaff).await
}

const MAPPED: [(&str, &str); 5] = [
    ("shape", "customers"),
    ("mapped", "yes"),
    ("from.reference", "column:Customer no"),
    ("from.name", "column:Full name"),
    ("from.email", "column:E-mail"),
];

/// The path of an import without its choices.
fn plain(location: &str) -> String {
    location.split('?').next().unwrap().to_owned()
}

fn started() -> Vec<(&'static str, &'static str)> {
    MAPPED.into_iter().chain([("do", "start")]).collect()
}

#[tokio::test]
async fn a_file_is_uploaded_mapped_run_and_its_rejects_fetched() {
    for town in towns() {
        let ana = ana(&town).await;
        assert!(ana.get("/imports").await.says("No files yet"));
        let sent = ana.upload("people.csv", FILE, &[("shape", "customers")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let page = ana.get(&sent.location).await;
        assert!(
            page.says("Rosa Whitfield") && page.says("2 of the first 4 rows would be left out")
        );
        assert!(
            page.says("<option value=\"column:Customer no\" selected>"),
            "usual names are found"
        );

        let path = plain(&sent.location);
        let queued = ana.post(&path, &started()).await;
        assert_eq!(queued.location, path, "{}", queued.text);
        let page = ana.get(&path).await;
        assert!(page.says("In the queue") && page.says("hx-trigger=\"every 1s\""));
        assert!(page.says("Stop the import"));

        assert_eq!(town.work(), 1);
        let page = ana.get(&path).await;
        assert!(page.says("All rows were read") && page.says("2 rejects"));
        assert!(page.says("Somebody Nameless") && !page.says("every 1s"));
        assert!(ana.get("/imports").await.says("4 rows read: 2 stored, 0 unchanged, 2 rejected"));
        assert!(ana.get("/customers?q=whitfield").await.says("Rosa Whitfield"));

        let rejects = ana.get(&format!("{path}/rejects.csv")).await;
        assert!(rejects.says("Somebody Nameless") && rejects.says("and;more"));
        let kept = rejects.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(kept.starts_with("attachment; filename=\"people.csv.rejects.csv\""), "{kept}");
        assert_eq!(town.file_count(), 0, "the file is not kept longer than it is needed");
    }
}

#[tokio::test]
async fn checking_again_shows_the_rows_by_the_new_choices_and_stores_nothing() {
    for town in towns() {
        let ana = ana(&town).await;
        let sent = ana.upload("people.csv", FILE, &[("shape", "customers")]).await;
        let path = plain(&sent.location);
        let mut fields = MAPPED.to_vec();
        fields[2] = ("from.reference", "column:E-mail");
        fields.extend([("from.country", "constant"), ("constant.country", "GB")]);
        let page = ana.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.says("1 of the first 4 rows would be left out"));
        assert!(page.says("<option value=\"column:E-mail\" selected>"));
        assert!(page.says("name=\"constant.country\" value=\"GB\""));
        assert_eq!(town.work(), 0);
    }
}

#[tokio::test]
async fn an_import_that_lacks_what_each_row_needs_does_not_start() {
    for town in towns() {
        let ana = ana(&town).await;
        let sent = ana.upload("people.csv", FILE, &[("shape", "customers")]).await;
        let path = plain(&sent.location);
        let fields = [("shape", "customers"), ("mapped", "yes"), ("do", "start")];
        let page = ana.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("The import was not started") && page.says("Nothing was stored"));
        assert!(page.says("Each row needs “Reference”: choose its column."));
        assert_eq!(town.work(), 0);
    }
}

#[tokio::test]
async fn a_file_of_which_nothing_would_be_stored_starts_only_when_asked_twice() {
    for town in towns() {
        let ana = ana(&town).await;
        let file = "Customer no;Full name;Since\nKL-1;Rosa Whitfield;the day before\n";
        let sent = ana.upload("people.csv", file, &[]).await;
        let path = plain(&sent.location);
        let mut fields = started();
        fields.push(("from.since", "column:Since"));
        let page = ana.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("The only row would not be stored"));
        assert!(page.says("Start all the same"));
        fields.retain(|(name, _)| *name != "do" && *name != "from.email");
        fields.push(("do", "anyway"));
        assert_eq!(ana.post(&path, &fields).await.location, path);
        town.work();
        assert!(ana.get(&path).await.says("none could be taken in"));
    }
}

#[tokio::test]
async fn a_file_can_be_thrown_away_before_it_starts_and_stopped_after() {
    for town in towns() {
        let ana = ana(&town).await;
        let sent = ana.upload("people.csv", FILE, &[]).await;
        let path = plain(&sent.location);
        let gone = ana.post(&format!("{path}/cancellation"), &[]).await;
        assert!(ana.get(&gone.location).await.says("The file was thrown away."));
        assert_eq!(town.file_count(), 0);

        let sent = ana.upload("people.csv", FILE, &[]).await;
        let path = plain(&sent.location);
        ana.post(&path, &started()).await;
        let stopped = ana.post(&format!("{path}/cancellation"), &[]).await;
        let page = ana.get(&stopped.location).await;
        assert!(page.says("The import was stopped") && page.says("Nothing was stored."));
        town.work();
        assert!(!ana.get("/customers").await.says("Rosa Whitfield"));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_leaves_nothing() {
    for town in towns() {
        let ana = ana(&town).await;
        for (name, text, said) in [
            ("", &b""[..], "Choose a file."),
            ("empty.csv", &b""[..], "The file is empty."),
            ("page.csv.gz", &b"\x1f\x8bno gz at all"[..], "Nothing can be read in this file"),
        ] {
            let page = ana.upload(name, text, &[("shape", "orders")]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(
                page.says("The file was not taken") && page.says(said),
                "{name}: {}",
                page.text
            );
            assert!(page.says("<option value=\"orders\" selected>"));
        }
        assert_eq!(town.file_count(), 0);
        assert!(ana.get("/imports").await.says("No files yet"));
    }
}

#[tokio::test]
async fn an_auditor_reads_and_another_organisation_sees_nothing() {
    for town in towns() {
        let ana = ana(&town).await;
        let sent = ana.upload("people.csv", FILE, &[]).await;
        let path = plain(&sent.location);
        let auditor = town.signed_in("Ida", town.at.spoke, Role::Auditor).await;
        let list = auditor.get("/imports").await;
        assert!(list.says("people.csv") && !list.says("Upload the file"));
        let page = auditor.get(&path).await;
        assert!(page.says("The file waits") && !page.says("Start the import"));
        assert!(!page.says("Throw the file away"));
        for refused in [
            auditor.upload("more.csv", FILE, &[]).await,
            auditor.post(&path, &started()).await,
            auditor.post(&format!("{path}/cancellation"), &[]).await,
        ] {
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
        }
        let grace = town.signed_in("Grace", town.at.harbour, Role::PartnerAdmin).await;
        assert!(!grace.get("/imports").await.says("people.csv"));
        for path in [path.clone(), format!("{path}/rejects.csv")] {
            assert_eq!(grace.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(grace.post(&path, &started()).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_partner_cannot_bring_partners_in() {
    for town in towns() {
        let ana = ana(&town).await;
        assert!(!ana.get("/imports").await.says("value=\"partners\""));
        let sent = ana.upload("partners.csv", "partner,name\nX,Xylo\n", &[]).await;
        let path = plain(&sent.location);
        let fields = [
            ("shape", "partners"),
            ("mapped", "yes"),
            ("from.partner", "column:partner"),
            ("from.name", "column:name"),
            ("do", "start"),
        ];
        let page = ana.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("Only the brand may take in partners"), "{}", page.text);
    }
}
