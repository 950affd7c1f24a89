//! Where a call may go, as a table.

use std::net::IpAddr;

use crate::{Plain, Policy, Refused, guard};

/// Addresses that are not public, in every form that somebody might try.
const NOT_PUBLIC: &[&str] = &[
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://%31%32%37.0.0.1/",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://012.0.0.1/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://169.254.43518/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.8/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://192.168.0.1/",
    "https://192.168.257/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://198.51.100.7/",
    "https://203.0.113.7/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::5db8:d822]/",
    "https://[100::1]/",
    "https://[2001::1]/",
    "https://[2001:0:5db8:d822:0:0:f5ff:fffe]/",
    "https://[2001:0:a00:1:0:0:a247:27dd]/",
    "https://[2001:2::1]/",
    "https://[2001:10::1]/",
    "https://[2001:20::1]/",
    "https://[2001:db8::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2002:c0a8:1::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[4000::1]/",
];

const PUBLIC: &[&str] = &[
    "https://93.184.216.34/hooks?of=handfast",
    "https://1.1.1.1/",
    "https://100.63.255.255/",
    "https://100.128.0.1/",
    "https://172.15.0.1/",
    "https://172.32.0.1/",
    "https://192.0.1.1/",
    "https://198.17.255.255/",
    "https://223.255.255.255/",
    "https://[2606:4700::1111]/",
    "https://[2001:4860:4860::8888]/",
    "https://[::ffff:93.184.216.34]/",
    "https://[64:ff9b::5db8:d822]/",
    "https://[2002:5db8:d822::1]/",
    "https://[2001:0:5db8:d822:0:0:a247:27dd]/",
];

const OTHERWISE: &[(&str, Refused)] = &[
    ("", Refused::NoAddress),
    ("harbour.example", Refused::NoAddress),
    ("//harbour.example/", Refused::NoAddress),
    ("https://", Refused::NoAddress),
    ("https:///", Refused::NoAddress),
    ("https://[::1/", Refused::NoAddress),
    ("https://256.1.1.1/", Refused::NoAddress),
    ("https://a b/", Refused::NoAddress),
    ("file:///etc/passwd", Refused::NoAddress),
    ("gopher://127.0.0.1:6379/_INFO", Refused::NoAddress),
    ("ftp://harbour.example/", Refused::NoAddress),
    ("ws://harbour.example/", Refused::NoAddress),
    ("data:,x", Refused::NoAddress),
    ("javascript:alert(1)", Refused::NoAddress),
    ("http://harbour.example/", Refused::NotSecure),
    ("HTTP://harbour.example/", Refused::NotSecure),
    ("https://ines@harbour.example/", Refused::Credentials),
    ("https://ines:secret@harbour.example/", Refused::Credentials),
    ("https://harbour.example@127.0.0.1/", Refused::Credentials),
    ("https://harbour.example:22/", Refused::Port),
    ("https://harbour.example:80/", Refused::Port),
    ("https://harbour.example:6379/", Refused::Port),
    ("https://127.0.0.1:5432/", Refused::Port),
];

fn none(_: &str) -> Vec<IpAddr> {
    Vec::new()
}

#[test]
fn a_call_goes_to_public_addresses_only_whatever_their_form() {
    let policy = Policy::default();
    for url in NOT_PUBLIC {
        assert_eq!(guard(url, &policy, &none).unwrap_err(), Refused::NotPublic, "{url}");
    }
    for url in PUBLIC {
        guard(url, &policy, &none).unwrap_or_else(|error| panic!("{url}: {error}"));
    }
    for (url, refused) in OTHERWISE {
        assert_eq!(guard(url, &policy, &none).unwrap_err(), *refused, "{url}");
    }
}

#[test]
fn a_name_is_judged_by_all_that_it_leads_to() {
    let policy = Policy::default();
    let led = |found: &[&str]| {
        let found: Vec<IpAddr> = found.iter().map(|one| one.parse().unwrap()).collect();
        guard("https://harbour.example/a?b#c", &policy, &move |_: &str| found.clone())
    };
    let judged = led(&["93.184.216.34", "2606:4700::1111"]).unwrap();
    assert_eq!(judged.address, "93.184.216.34:443".parse().unwrap());
    assert_eq!((judged.host.as_str(), judged.target.as_str()), ("harbour.example", "/a?b"));
    assert_eq!(led(&[]).unwrap_err(), Refused::NotFound);
    for one in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1"] {
        assert_eq!(led(&[one]).unwrap_err(), Refused::NotPublic, "{one}");
        assert_eq!(led(&["93.184.216.34", one]).unwrap_err(), Refused::NotPublic, "{one} last");
    }
}

#[test]
fn only_who_runs_handfast_opens_more() {
    let ours: IpAddr = "93.184.216.34".parse().unwrap();
    let own = Policy { own: vec![ours], ..Policy::default() };
    for url in ["https://93.184.216.34/", "https://[::ffff:93.184.216.34]/"] {
        assert_eq!(guard(url, &own, &none).unwrap_err(), Refused::NotPublic, "{url}");
    }
    let open = Policy {
        plain: Plain::Taken,
        ports: vec![443, 8080],
        allowed: vec!["10.0.0.7".parse().unwrap()],
        own: vec![],
    };
    let judged = guard("http://10.0.0.7:8080/", &open, &none).unwrap();
    assert_eq!((judged.authority.as_str(), judged.is_secure), ("10.0.0.7:8080", false));
    assert_eq!(guard("http://10.0.0.8:8080/", &open, &none).unwrap_err(), Refused::NotPublic);
    assert_eq!(guard("http://10.0.0.7/", &open, &none).unwrap_err(), Refused::Port);
}
