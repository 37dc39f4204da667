// What a watch has written last: state, scores and alarms of a camera.
"use strict";

const LIVE_HEIGHT = 120;

function showLive(live) {
  const { segments, alarms, status } = live;
  const last = segments.at(-1);
  const parts = [];
  if (status) {
    parts.push(`${status.state}, ${status.camera_fps} frames/s`);
    if (status.lag_seconds) parts.push(`${status.lag_seconds.toFixed(1)} s behind`);
    if (status.reconnects) parts.push(`opened again: ${status.reconnects}`);
    if (status.skipped_clips) parts.push(`clips skipped: ${status.skipped_clips}`);
    if (status.problem) parts.push(status.problem);
  }
  if (last) parts.push(`${last.class_name} ${last.probability.toFixed(2)}`);
  $("live-state").textContent = parts.join(" · ") || "Nothing has been written yet.";
  drawLive($("live-chart"), segments);
  $("live-alarms").replaceChildren(
    ...alarms.filter((alarm) => alarm.state === "begin").reverse().map((alarm) => {
      const item = element("li");
      const time = new Date(1000 * alarm.time).toLocaleTimeString();
      const text = `${alarm.class_name}, peak ${alarm.peak.toFixed(2)}`;
      item.append(element("strong", "", time), element("span", "", ` ${text}`));
      return item;
    }),
  );
}

function drawLive(parent, segments) {
  const width = Math.max(parent.clientWidth, 320);
  const root = svg("svg", { width, height: LIVE_HEIGHT, role: "img" });
  const x = (place) => LEFT + ((width - LEFT - RIGHT) * place) / Math.max(segments.length, 1);
  const y = (score) => 8 + (LIVE_HEIGHT - 36) * (1 - score);
  root.setAttribute("aria-label", `Scores of the last ${segments.length} segments`);
  for (const level of [0, 0.5, 1]) {
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(level), y2: y(level), class: "grid" }, root);
    svg("text", { x: LEFT - 8, y: y(level) + 4, class: "tick", "text-anchor": "end" }, root,
      String(level));
  }
  const line = segments.map(({ score }, place) =>
    `${place ? "L" : "M"}${x(place)} ${y(score)}H${x(place + 1)}`).join("");
  if (line) {
    svg("path", { d: `${line}V${y(0)}H${LEFT}Z`, class: "area score" }, root);
    svg("path", { d: line, class: "curve score" }, root);
  }
  for (const [place, anchor] of [[0, "start"], [segments.length - 1, "end"]]) {
    const segment = segments[place];
    if (!segment || (place && segments.length < 2)) continue;
    svg("text", { x: place ? width - RIGHT : LEFT, y: LIVE_HEIGHT - 8, class: "tick",
      "text-anchor": anchor }, root, new Date(1000 * segment.time).toLocaleTimeString());
  }
  parent.replaceChildren(root);
}

async function pollLive() {
  try {
    showLive(await ask("/api/live"));
  } catch {
    $("live-state").textContent = "The server does not answer.";
  }
  if (!$("live").hidden) setTimeout(pollLive, 2000);
}

function beginLive() {
  $("live-button").hidden = false;
  $("live-button").addEventListener("click", () => {
    const panel = $("live");
    panel.hidden = !panel.hidden;
    $("live-button").setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) pollLive();
  });
}
