"use strict";
// The editor: CodeMirror in place of the text field. Without it, the field and the buttons do the same.
(() => {
  const form = document.getElementById("edit");
  const field = document.getElementById("source");
  if (!form || !field || !window.CodeMirror) return;
  const CM = window.CodeMirror;
  const label = form.querySelector('label[for="source"]');

  const send = (address, values) => fetch(address, {
    method: "POST",
    headers: { "X-Chatbot-Token": form.dataset.token },
    body: new URLSearchParams(values),
  });

  const problems = async (view) => {
    const answer = await send(form.dataset.check, { file: form.elements.file.value, text: view.state.doc.toString() });
    if (!answer.ok) return [];
    const doc = view.state.doc;
    return (await answer.json()).map((each) => {
      const line = doc.line(Math.min(Math.max(each.line, 1), doc.lines));
      const from = each.line ? Math.min(line.from + each.column - 1, line.to) : line.from;
      return { from, to: Math.max(from, line.to), severity: each.severity, message: each.message };
    });
  };

  // The keys that lead to a line, by its indentation: "-" for an entry of a list.
  const pathAt = (doc, number, column) => {
    const path = [];
    let depth = column;
    for (let at = number; at >= 1 && depth > 0; at -= 1) {
      const text = doc.line(at).text;
      const found = /^(\s*)((?:- +)*)([\w-]*)(:?)/.exec(text);
      if (!text.trim() || text.trim().startsWith("#")) continue;
      const keyAt = found[1].length + found[2].length;
      if (at !== number && keyAt < depth && found[4]) {
        path.unshift(found[3]);
        depth = keyAt;
      }
      if (found[2] && found[1].length < depth) {
        path.unshift("-");
        depth = found[1].length;
        // A list may stand at the indentation of its own key.
        if (depth === 0 || at > 1) {
          for (let above = at - 1; above >= 1; above -= 1) {
            const before = /^(\s*)(- +)?([\w-]+):\s*(?:#.*)?$/.exec(doc.line(above).text);
            const indent = /^\s*/.exec(doc.line(above).text)[0].length;
            if (before && !before[2] && indent === depth) { path.unshift(before[3]); break; }
            if (doc.line(above).text.trim() && indent < depth) break;
          }
        }
      }
    }
    return path;
  };

  const known = new Map();
  const keysAt = async (path) => {
    const name = path.join("\n");
    if (!known.has(name)) {
      const answer = await fetch(`${form.dataset.keys}?path=${encodeURIComponent(name)}`);
      known.set(name, answer.ok ? await answer.json() : []);
    }
    return known.get(name);
  };
  const complete = async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const found = /^(\s*(?:- +)*)([a-z_]*)$/.exec(before);
    if (!found || (!found[2] && !context.explicit)) return null;
    const path = pathAt(context.state.doc, line.number, found[1].length);
    const options = (await keysAt(path)).map((each) => ({ label: each.label, info: each.info, apply: `${each.label}: `, type: "property" }));
    return options.length ? { from: context.pos - found[2].length, options, validFor: /^[a-z_]*$/ } : null;
  };

  const place = document.createElement("div");
  place.className = "editor";
  field.before(place);
  field.hidden = true;
  const opened = field.value;
  const view = new CM.EditorView({
    parent: place,
    state: CM.EditorState.create({
      doc: field.value,
      extensions: [
        CM.EditorView.cspNonce.of(form.dataset.nonce),
        CM.EditorView.contentAttributes.of({ "aria-label": label.textContent, tabindex: "0" }),
        CM.lineNumbers(), CM.history(), CM.highlightActiveLine(), CM.yaml(), CM.indentUnit.of("  "),
        CM.syntaxHighlighting(CM.classHighlighter), CM.lintGutter(), CM.linter(problems, { delay: 400 }),
        CM.autocompletion({ override: [complete] }), CM.EditorView.lineWrapping,
        CM.keymap.of([...CM.completionKeymap, ...CM.lintKeymap, ...CM.historyKeymap, ...CM.defaultKeymap]),
      ],
    }),
  });
  label.addEventListener("click", () => view.focus());

  let saved = opened;
  const copy = () => { field.value = view.state.doc.toString(); };
  form.addEventListener("submit", copy, true);
  form.addEventListener("click", copy, true);
  form.addEventListener("keydown", copy, true);
  window.addEventListener("beforeunload", (event) => { if (view.state.doc.toString() !== saved) event.preventDefault(); });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt === form && document.querySelector("#results [role=status].good")) saved = field.value;
  });

  const go = (number) => {
    const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
    view.dispatch({ selection: { anchor: line.from }, effects: CM.EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  };
  document.getElementById("results").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    go(Number(link.dataset.line));
  });
  if (form.dataset.line) go(Number(form.dataset.line));
})();
