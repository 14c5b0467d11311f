// What makes the console more comfortable. Every page works without it.
"use strict";

// A form is sent once, however often its button is clicked.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// button makes a button that is there only with script.
function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second small";
  made.textContent = words;
  made.addEventListener("click", () => act(made));
  return made;
}

// What is typed blindly can be shown.
for (const input of document.querySelectorAll("input[data-reveal]")) {
  const made = button("Show", (it) => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    it.textContent = hidden ? "Hide" : "Show";
    it.setAttribute("aria-pressed", String(hidden));
  });
  made.setAttribute("aria-pressed", "false");
  made.setAttribute("aria-label", "Show what you type");
  input.after(made);
  // It is never sent in a field that browsers remember.
  if (input.form) input.form.addEventListener("submit", () => { input.type = "password"; });
}

// Keys to paste elsewhere can be copied, without the spaces between their groups.
for (const code of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  code.after(button("Copy", (it) => {
    navigator.clipboard.writeText(code.textContent.replaceAll(" ", "")).then(() => { it.textContent = "Copied"; });
  }));
}

// A call is followed as it goes on.
for (const place of document.querySelectorAll("[data-events]")) {
  const events = new EventSource(place.dataset.events);
  const tell = (event) => {
    const told = JSON.parse(event.data);
    for (const part of place.querySelectorAll("[data-live]")) {
      const words = told[part.dataset.live] ?? "";
      if (part.textContent !== words) part.textContent = words;
    }
  };
  events.addEventListener("message", tell);
  events.addEventListener("over", (event) => {
    tell(event);
    events.close();
    for (const part of document.querySelectorAll("[data-over]")) part.hidden = false;
  });
}
