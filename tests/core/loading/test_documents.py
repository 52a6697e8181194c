from flask_chatbot.core.loading.documents import read_document
from flask_chatbot.core.values.problems import Mark
from flask_chatbot.core.yamltext.tree import Scalar


def test_nothing_that_stays_was_made_with_the_nodes_whose_memory_it_would_keep() -> None:
    document, problems, refused = read_document(b"\n" * 300 + b"version: 1\nrules: [{keyword: kopi susu, reply: Ada.}]\n", "rules.yaml")
    assert document is not None
    assert (problems, refused) == ([], set())
    path = ("rules", 0, "keyword")
    node, mark = document.node_at(path), document.mark(path)
    assert isinstance(node, Scalar)
    kept = document.data["rules"][0]["keyword"]
    assert (kept, mark) == (node.text, Mark("rules.yaml", node.line, node.column))
    assert kept is not node.text
    assert mark.line is not node.line
