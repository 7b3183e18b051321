//! What the tree holds, and what no text can do to it.

use super::*;

fn root(text: &str) -> Node {
    let parsed = parse(text);
    assert_eq!(parsed.faults, [], "{text}");
    parsed.root.unwrap()
}

fn fault(text: &str) -> String {
    parse(text).faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_node_knows_its_place() {
    let text = "ä: 1\nphases:\n  - name: \"build\"\n";
    let root = root(text);
    let phase = &root.get("phases").unwrap().as_list().unwrap()[0];
    assert_eq!(&text[phase.get("name").unwrap().span.clone()], "\"build\"");
}

#[test]
fn hostile_texts_are_refused() {
    let deep = "[".repeat(100_000);
    assert!(!parse(&deep).faults.is_empty());
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*c,*c,*c,*c,*c]";
    assert!(fault(bomb).contains("aliases"));
    let anchors = format!("{}{}{}", "&a [".repeat(60), "x,".repeat(2_000), "]".repeat(60));
    assert!(fault(&anchors).contains("anchors"));
    assert!(fault(&"a: [1, 2]\n".repeat(60_000)).contains("512 KiB"));
    assert!(fault("a: *b").contains("anchor") || !fault("a: *b").is_empty());
}

#[test]
fn all_duplicate_keys_are_told_and_the_first_counts() {
    let parsed = parse("a: 1\na: 2\nb: {c: 1, c: 2}\n");
    assert_eq!(parsed.faults.len(), 2);
    assert_eq!(parsed.root.unwrap().get("a").unwrap().as_str(), Some("1"));
}

#[test]
fn one_document_is_read() {
    assert_eq!(parse("").root, None);
    assert_eq!(parse("# only this\n").root, None);
    assert!(parse("--- \na: 1\n...\n").root.is_some());
    assert!(fault("a: 1\n---\nb: 2\n").contains("second document"));
}

#[test]
fn a_merge_key_gives_what_is_not_there() {
    let root = root("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  a: 3\n");
    let merged = root.get("y").unwrap();
    assert_eq!(merged.get("a").unwrap().as_str(), Some("3"));
    assert_eq!(merged.get("b").unwrap().as_str(), Some("2"));
}

#[test]
fn a_piece_of_a_scalar_is_found() {
    for text in ["a: x {{ y }} {{ z }}", "a: |\n  first {{ y }}\n  then {{ z }}\n", "a: \"{{ y }}\\t{{ z }}\""] {
        let root = root(text);
        let node = root.get("a").unwrap();
        let at = node.as_str().unwrap().find("{{ z }}").unwrap();
        assert_eq!(node.piece(text, &(at..at + 7)), text.find("{{ z }}").unwrap()..text.find("{{ z }}").unwrap() + 7);
    }
}
