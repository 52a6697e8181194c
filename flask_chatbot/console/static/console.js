"use strict";
// Parts of a page that ask to be looked at again are, while somebody sees them.
setInterval(() => { if (!document.hidden) document.body.dispatchEvent(new Event("look")); }, 2000);
// The phone shows its newest message; a text is sent by Enter, and the field is empty again once it is.
(() => {
  const phone = document.getElementById("phone");
  const write = document.getElementById("write");
  if (!phone || !write) return;
  const text = document.getElementById("text");
  const toEnd = () => { phone.scrollTop = phone.scrollHeight; };
  toEnd();
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      write.requestSubmit();
    }
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const isTap = event.detail.elt.name === "tap";
    if (!(event.detail.elt === write || isTap) || !event.detail.successful) return;
    if (!isTap) text.value = "";
    text.focus();
    document.body.dispatchEvent(new Event("written"));
  });
  let wasAtEnd = true;
  document.body.addEventListener("htmx:beforeSwap", () => { wasAtEnd = phone.scrollHeight - phone.scrollTop - phone.clientHeight < 40; });
  document.body.addEventListener("htmx:afterSwap", () => { if (wasAtEnd) toEnd(); });
  document.body.addEventListener("htmx:oobAfterSwap", toEnd);
})();
