//! Which crate may depend on which (ARCHITECTURE.md), over what cargo really resolved.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand};

/// With every feature that is built for people.
const FEATURES: [&str; 1] = ["lanescope-engine/threads"];

fn metadata() -> Metadata {
    let features = FEATURES.map(str::to_owned).to_vec();
    MetadataCommand::new()
        .manifest_path(lanescope_tests::root().join("Cargo.toml"))
        .features(CargoOpt::SomeFeatures(features))
        .other_options(vec!["--offline".to_owned(), "--locked".to_owned()])
        .exec()
        .unwrap()
}

/// Everything that a member links, directly or not, build and dev dependencies aside.
fn closure(metadata: &Metadata, member: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let start = metadata.packages.iter().find(|package| package.name == member).unwrap();
    let mut seen = BTreeSet::new();
    let mut open = vec![&start.id];
    while let Some(id) = open.pop() {
        // The engine's wasm-bindgen-rayon switches on a feature of rayon that pulls in this bridge to
        // the web, and cargo shows features united over the workspace.
        if metadata[id].name == "wasm_sync" {
            continue;
        }
        for dependency in &nodes[id].deps {
            let normal =
                dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if normal && seen.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    let names = seen.into_iter().map(|id| metadata[id].name.to_string());
    names.collect()
}

/// Direct dependencies among the members.
fn check_direct(metadata: &Metadata, member: &str, allowed: &[&str]) {
    let package = metadata.packages.iter().find(|package| package.name == member).unwrap();
    let members: BTreeSet<_> =
        metadata.workspace_packages().iter().map(|member| member.name.to_string()).collect();
    for dependency in &package.dependencies {
        if dependency.kind == DependencyKind::Normal && members.contains(&dependency.name) {
            assert!(
                allowed.contains(&dependency.name.as_str()),
                "{member} must not depend on {}",
                dependency.name
            );
        }
    }
}

fn check_never(metadata: &Metadata, member: &str, forbidden: &[&str]) {
    let linked = closure(metadata, member);
    for name in forbidden {
        assert!(!linked.contains(*name), "{member} must never link {name}");
    }
}

#[test]
fn members_depend_in_one_direction() {
    let metadata = metadata();
    let (protocol, executor) = ("lanescope-protocol", "lanescope-executor");
    let (workloads, timeline) = ("lanescope-workloads", "lanescope-timeline");
    let state_tests = "lanescope-state-tests";
    check_direct(&metadata, protocol, &[]);
    check_direct(&metadata, executor, &[protocol]);
    check_direct(&metadata, workloads, &[protocol, executor]);
    check_direct(&metadata, timeline, &[protocol]);
    check_direct(&metadata, "lanescope-engine", &[protocol, executor, workloads]);
    check_direct(&metadata, state_tests, &[protocol, executor]);
    check_direct(&metadata, "lanescope", &[protocol, executor, workloads, timeline, state_tests]);
    check_direct(&metadata, "lanescope-page", &[protocol, timeline]);
    check_direct(&metadata, "xtask", &[]);
}

#[test]
fn the_page_links_no_evm_and_the_rest_no_web() {
    let metadata = metadata();
    let web = ["wasm-bindgen", "web-sys", "js-sys", "yew"];
    check_never(&metadata, "lanescope-page", &["revm", "alloy-primitives", "rayon"]);
    check_never(&metadata, "lanescope-timeline", &["revm", "alloy-primitives", "rayon"]);
    check_never(&metadata, "lanescope-protocol", &["revm", "alloy-primitives", "rayon"]);
    for member in ["lanescope-protocol", "lanescope-timeline", "lanescope-executor", "lanescope"] {
        check_never(&metadata, member, &web);
    }
    // The model checker is for tests only.
    for member in ["lanescope-engine", "lanescope-page", "lanescope"] {
        check_never(&metadata, member, &["shuttle"]);
    }
    // What panics or waits for ever in a browser's workers.
    for member in ["lanescope-engine", "lanescope-page"] {
        check_never(&metadata, member, &["dashmap", "parking_lot"]);
    }
}
