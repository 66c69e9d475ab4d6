"use strict";
// Shows only the changes that have every word that was typed, and whose sort is ticked. The names are text to it, and
// nothing here makes elements of them.
const search = document.getElementById("search");
const ticks = [...document.querySelectorAll(".controls input[type=checkbox]")];
const changes = [...document.querySelectorAll("details[data-sort]")];
const boxes = new Map([...document.querySelectorAll(".box")].map((box) => [box.querySelector("title").textContent, box]));
const count = document.getElementById("count");

function filter() {
  const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const sorts = new Set(ticks.filter((tick) => tick.checked).map((tick) => tick.value));
  let seen = 0;
  for (const change of changes) {
    const text = change.textContent.toLocaleLowerCase();
    const isTicked = change.dataset.sort.split(" ").some((sort) => sorts.has(sort));
    const isMeant = words.every((word) => text.includes(word));
    const shown = isTicked && isMeant;
    change.hidden = !shown;
    seen += shown;
    boxes.get(change.dataset.address)?.classList.toggle("faint", !isMeant);
  }
  count.textContent = `${seen} of ${changes.length} shown`;
}

search.addEventListener("input", filter);
ticks.forEach((tick) => tick.addEventListener("change", filter));
filter();
