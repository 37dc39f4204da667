// Why: class probabilities, attention within an event, and similar training videos.
"use strict";

function showClasses(content) {
  const order = content.class_probabilities.map((_, label) => label);
  order.sort((a, b) => content.class_probabilities[b] - content.class_probabilities[a]);
  const rows = order.map((label, rank) => {
    const row = element("tr", rank ? "" : "best");
    const name = element("th", "", state.classNames[label]);
    name.scope = "row";
    if (content.annotated?.class_name === state.classNames[label]) {
      name.append(element("span", "annotated", " annotated"));
    }
    const bar = element("td", "bar");
    const inner = element("span");
    inner.style.width = `${100 * content.class_probabilities[label]}%`;
    bar.append(inner);
    row.append(name, bar, element("td", "number", content.class_probabilities[label].toFixed(2)));
    return row;
  });
  $("classes").tBodies[0].replaceChildren(...rows);
}

function showAttention(event) {
  const lines = [];
  for (const [name, values] of event
    ? [
        ["1st", state.video.content.first_level_attention],
        ["2nd", state.video.content.second_level_attention],
      ]
    : []) {
    if (!values) continue;
    const inside = values.filter((_, segment) => isWithin(event, segment));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    if (!inside.length) continue;
    const here = Math.max(...inside);
    lines.push(element("p", "", `${name} attention: ${here.toFixed(2)} at most in this event, ` +
      `${mean.toFixed(2)} on average over the video.`));
  }
  $("attention-here").replaceChildren(...lines);
}

function isWithin(event, segment) {
  const { boundaries } = event.video.content;
  return overlap({ begin: boundaries[segment], end: boundaries[segment + 1] }, event) > 0;
}

// similar: for each segment the most similar training videos, or null.
function showSimilar(similar) {
  const { selected } = state;
  const best = new Map();
  (similar || []).forEach((found, segment) => {
    if (selected && !isWithin(selected, segment)) return;
    for (const other of found) {
      const known = best.get(other.name);
      if (!known || known.cosine < other.cosine) best.set(other.name, other);
    }
  });
  const shown = [...best.values()].sort((a, b) => b.cosine - a.cosine).slice(0, 5);
  $("similar").hidden = !shown.length;
  $("similar").querySelector("tbody").replaceChildren(
    ...shown.map((other) => {
      const row = element("tr");
      row.append(element("td", "", other.name), element("td", "", other.class_name),
        element("td", "number", other.cosine.toFixed(3)));
      return row;
    }),
  );
}
