#!/usr/bin/env python3
"""Match one set with Splink, for `bin/bench matching --splink`.

usage: run.py MODEL OUT.csv FILE [FILE ..]

MODEL is historical, febrl4 or customers. The first two compare what Splink's own published
examples compare (docs/demos/examples/duckdb: deduplicate_50k_synthetic, and the detailed model of
febrl4, without the accuracy charts); Splink publishes none for the third, so that one is ours, in
the style of the first. Clusters are Splink's, at a probability of 0.95, and go to OUT.csv as
record_id,cluster_id. `true_id` is dropped before Splink sees the rows. Prints JSON: the version,
seconds of each stage, and the most memory held.
"""
import json
import logging
import resource
import sys
import time

import duckdb
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

HISTORICAL = {
    "prepare": "select * exclude (true_id), first_name || ' ' || surname as both_names",
    "link": "dedupe_only",
    "block": [
        ["substr(first_name,1,3)", "substr(surname,1,4)"],
        ["surname", "dob"],
        ["first_name", "dob"],
        ["postcode_fake", "first_name"],
        ["postcode_fake", "surname"],
        ["dob", "birth_place"],
        ["substr(postcode_fake,1,3)", "dob"],
        ["substr(postcode_fake,1,3)", "first_name"],
        ["substr(postcode_fake,1,3)", "surname"],
        ["substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"],
    ],
    "compare": lambda: [
        cl.ForenameSurnameComparison(
            "first_name", "surname", forename_surname_concat_col_name="both_names"
        ),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ],
    "sure": [
        ["first_name", "surname", "dob"],
        ["substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"],
        ["dob", "postcode_fake"],
    ],
    "recall": 0.6,
    "pairs_max": 1e7,
    "train": [["first_name", "surname"], ["dob"]],
}
FEBRL4 = {
    "prepare": "select * exclude (true_id)",
    "link": "link_only",
    "block": [
        ["given_name", "surname"],
        "l.given_name = r.surname and l.surname = r.given_name",
        ["date_of_birth"],
        ["soc_sec_id"],
        ["state", "address_1"],
        ["street_number", "address_1"],
        ["postcode"],
    ],
    "compare": lambda: [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison(
            "date_of_birth",
            input_is_string=True,
            datetime_format="%Y%m%d",
            invalid_dates_as_null=True,
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
    ],
    "sure": [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]],
    "recall": 0.8,
    "pairs_max": 1e6,
    "train": [["date_of_birth"], ["postcode"]],
}
CUSTOMERS = {
    "prepare": """select record_id, lower(first_name) as first_name, lower(last_name) as last_name,
        nullif(dob, '1900-01-01') as dob, lower(email) as email, lower(city) as city, postcode,
        lower(street) as street, lower(first_name) || ' ' || lower(last_name) as both_names,
        nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 10), '0000000000') as phone""",
    "link": "dedupe_only",
    "block": [
        ["email", "substr(first_name,1,1)"],
        ["phone", "substr(first_name,1,1)"],
        ["last_name", "dob"],
        ["first_name", "dob"],
        ["first_name", "last_name", "postcode"],
    ],
    "compare": lambda: [
        cl.ForenameSurnameComparison(
            "first_name", "last_name", forename_surname_concat_col_name="both_names"
        ),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.EmailComparison("email"),
        cl.DamerauLevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("street", [0.9]),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ],
    "sure": [["first_name", "last_name", "dob"], ["email", "dob"]],
    "recall": 0.7,
    "pairs_max": 1e7,
    "train": [["first_name", "last_name"], ["dob"]],
}
MODELS = {"historical": HISTORICAL, "febrl4": FEBRL4, "customers": CUSTOMERS}


def rule(columns):
    return columns if isinstance(columns, str) else block_on(*columns)


def tables(database, model, files):
    for at, file in enumerate(files):
        database.execute(
            f"create table set_{at} as {model['prepare']} from read_csv(?, header=true, "
            "all_varchar=true, nullstr='')",
            [file],
        )
        yield database.table(f"set_{at}")


def match(model, files, out):
    api = DuckDBAPI()
    took = {}
    began = time.monotonic()

    def stage(name):
        nonlocal began
        now = time.monotonic()
        took[name], began = round(now - began, 3), now

    registered = [api.register(table) for table in tables(api._con, model, files)]
    settings = SettingsCreator(
        link_type=model["link"],
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=[rule(columns) for columns in model["block"]],
        comparisons=model["compare"](),
    )
    linker = Linker(registered if len(registered) > 1 else registered[0], settings)
    stage("read")
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [rule(columns) for columns in model["sure"]], recall=model["recall"]
    )
    training.estimate_u_using_random_sampling(max_pairs=model["pairs_max"], seed=1)
    for columns in model["train"]:
        training.estimate_parameters_using_expectation_maximisation(
            rule(columns), estimate_without_term_frequencies=True
        )
    stage("train")
    links = linker.inference.predict(threshold_match_probability=0.2)
    stage("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(links, 0.95)
    stage("cluster")
    clusters.as_duckdbpyrelation().project("record_id, cluster_id").write_csv(out, header=True)
    stage("write")
    return took


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in MODELS:
        sys.exit(__doc__)
    logging.disable(logging.WARNING)
    took = match(MODELS[sys.argv[1]], sys.argv[3:], sys.argv[2])
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({
        "version": splink.__version__,
        "duckdb": duckdb.__version__,
        "seconds": took,
        "seconds_all": round(sum(took.values()), 3),
        "peak_mib": round(peak_kib / 1024, 1),
    }))


if __name__ == "__main__":
    main()
