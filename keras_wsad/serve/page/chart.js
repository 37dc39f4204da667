// Score, ground truth and attentions of a video over one time axis, as SVG.
"use strict";

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const LEFT = 64;
const RIGHT = 12;

function svg(tag, attributes = {}, parent = null, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

// Draws the timeline of a video into an element.
//
// view: video, events (of this video), selected (an event or null), threshold, mark (a frame
// or null), timeOf (frame -> seconds), frameAt (seconds -> frame), onSeek (seconds), onEdge
// ("begin" or "end", frame, whether it is let go of) or null where edges are fixed.
// Returns a function that moves the playhead to a time.
function drawTimeline(parent, view) {
  const { content } = view.video;
  const width = Math.max(parent.clientWidth, 320);
  const length = view.timeOf(content.num_frames) || 1;
  const x = (seconds) => LEFT + ((width - LEFT - RIGHT) * seconds) / length;
  const xOf = (frame) => x(view.timeOf(frame));
  const levels = [
    ["first", "1st attention", content.first_level_attention],
    ["second", "2nd attention", content.second_level_attention],
  ].filter((level) => level[2]);
  const scoreHeight = 118;
  const height = scoreHeight + 42 + levels.length * 52;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Timeline");

  // === Score ===
  const top = 12;
  const bottom = top + scoreHeight - 22;
  const y = (score) => bottom - (bottom - top) * Math.min(Math.max(score, 0), 1);
  const score = svg("g", { "aria-hidden": "true" }, root);
  drawTicks(score, x, length, content.unit, top, height - 22);
  for (const level of [0, 0.5, 1]) {
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(level), y2: y(level), class: "grid" }, score);
    svg("text", { x: LEFT - 8, y: y(level) + 4, class: "tick", "text-anchor": "end" }, score,
      String(level));
  }
  svg("text", { x: 2, y: top + 4, class: "name score" }, score, "score");
  for (const event of view.events) {
    const kind = event === view.selected ? `${event.kind} selected` : event.kind;
    svg("rect", { x: xOf(event.begin), y: top, height: bottom - top,
      width: Math.max(xOf(event.end) - xOf(event.begin), 2), class: `event ${kind}` }, score);
  }
  drawSteps(score, content, content.segment_scores, xOf, y, bottom, "score");
  svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(view.threshold), y2: y(view.threshold),
    class: "threshold" }, score);
  if (content.annotated) {
    for (const [begin, end] of content.annotated.events) {
      const right = xOf(Math.min(end, content.num_frames));
      svg("rect", { x: xOf(begin), y: bottom + 9, height: 7,
        width: Math.max(right - xOf(begin), 0), class: "truth" }, score);
    }
    svg("text", { x: LEFT - 8, y: bottom + 16, class: "name truth", "text-anchor": "end" },
      score, "truth");
  }

  // === Attentions ===
  levels.forEach(([name, label, values], row) => {
    const base = bottom + 30 + (row + 1) * 52 - 8;
    // Attention close to zero shall look like that.
    const highest = Math.max(0.1, ...values);
    const yOf = (value) => base - (34 * value) / highest;
    const group = svg("g", { "aria-hidden": "true" }, root);
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: base, y2: base, class: "grid" }, group);
    svg("text", { x: 2, y: base - 40, class: `name ${name}` }, group, label);
    svg("text", { x: LEFT - 8, y: base - 26, class: "tick", "text-anchor": "end" }, group,
      highest.toFixed(2));
    drawSteps(group, content, values, xOf, yOf, base, name);
  });

  // === What can be moved ===
  const end = height - 22;
  root.addEventListener("click", (event) => {
    if (event.target.closest(".edge")) return;
    const at = event.clientX - root.getBoundingClientRect().left;
    const share = (at - LEFT) / (width - LEFT - RIGHT);
    view.onSeek(Math.min(Math.max(share, 0), 1) * length);
  });
  if (view.mark !== null) {
    const at = xOf(view.mark);
    svg("path", { d: `M${at} ${top} l-6 -10 h12 z`, class: "mark" }, root);
    svg("line", { x1: at, x2: at, y1: top, y2: bottom, class: "mark" }, root);
  }
  if (view.selected && view.onEdge) {
    for (const side of ["begin", "end"]) drawEdge(root, side, view, xOf, x, width, length, top, bottom);
  }
  const head = svg("line", { y1: top - 6, y2: end, class: "playhead", "aria-hidden": "true",
    x1: -9, x2: -9 }, root);
  const focused = document.activeElement?.closest?.(".edge")?.dataset.side;
  parent.replaceChildren(root);
  if (focused) root.querySelector(`.edge[data-side=${focused}]`)?.focus();
  return (seconds) => {
    const at = x(Math.min(seconds, length));
    head.setAttribute("x1", at);
    head.setAttribute("x2", at);
  };
}

function drawTicks(parent, x, length, unit, top, end) {
  const step = unit === "seconds"
    ? STEPS.find((candidate) => length / candidate <= 10) || length / 10
    : Math.max(Math.round(length / 8), 1);
  for (let at = 0; at <= length + 1e-9; at += step) {
    svg("line", { x1: x(at), x2: x(at), y1: top, y2: end, class: "grid" }, parent);
    const text = unit === "seconds" ? tickText(at, length, step) : String(Math.round(at));
    svg("text", { x: x(at), y: end + 15, class: "tick", "text-anchor": "middle" }, parent, text);
  }
  if (unit !== "seconds") {
    svg("text", { x: 2, y: end + 15, class: "tick" }, parent, unit);
  }
}

function tickText(at, length, step) {
  if (length < 60) return `${at.toFixed(step < 1 ? 1 : 0)} s`;
  return clock(at).replace(/\.0( s)?$/, "$1");
}

function drawSteps(parent, content, values, xOf, yOf, base, name) {
  let line = "";
  values.forEach((value, segment) => {
    const from = xOf(content.boundaries[segment]);
    const to = xOf(content.boundaries[segment + 1]);
    line += `${line ? "L" : "M"}${from} ${yOf(value)}H${to}`;
  });
  const first = xOf(content.boundaries[0]);
  svg("path", { d: `${line}V${base}H${first}Z`, class: `area ${name}` }, parent);
  svg("path", { d: line, class: `curve ${name}` }, parent);
}

function drawEdge(root, side, view, xOf, x, width, length, top, bottom) {
  const { content } = view.video;
  const at = xOf(view.selected[side]);
  const handle = svg("g", { class: "edge", tabindex: 0, role: "slider",
    "aria-label": side === "begin" ? "The event begins" : "The event ends",
    "aria-valuemin": 0, "aria-valuemax": content.num_frames,
    "aria-valuenow": view.selected[side],
    "aria-valuetext": clock(view.timeOf(view.selected[side])) }, root);
  handle.dataset.side = side;
  svg("line", { x1: at, x2: at, y1: top, y2: bottom }, handle);
  // Outside of the event, so that both can be held in a short one.
  const outside = side === "begin" ? at - 10 : at;
  svg("rect", { x: outside, y: (top + bottom) / 2 - 16, width: 10, height: 32, rx: 3 }, handle);
  // A wider place to take hold of.
  svg("rect", { x: outside - (side === "begin" ? 4 : 2), y: top, width: 16, height: bottom - top, class: "grip" }, handle);
  handle.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30,
      PageUp: 30 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    view.onEdge(side, view.selected[side] + steps[event.key], true);
  });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.focus();
    // The chart is drawn anew while the edge moves, so that the window listens.
    const box = root.getBoundingClientRect();
    const frameAt = (moved) => {
      const share = (moved.clientX - box.left - LEFT) / (width - LEFT - RIGHT);
      return view.frameAt(Math.min(Math.max(share, 0), 1) * length);
    };
    const move = (moved) => view.onEdge(side, frameAt(moved), false);
    const letGo = (moved) => {
      window.removeEventListener("pointermove", move);
      view.onEdge(side, frameAt(moved), true);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", letGo, { once: true });
  });
}
