// The list of events and the view of one video: what the report and the server share.
"use strict";

const $ = (id) => document.getElementById(id);

const state = {
  videos: [],
  verdicts: [],
  classNames: [],
  threshold: 0.5,
  video: null,
  selected: null,
  // Edges that were moved before there is a verdict, by the key of the event.
  drafts: new Map(),
  listed: [],
  // Where the selected event is or was in the list.
  index: -1,
  // The times of the frames of the video that is shown, if they are known.
  stamps: null,
};

// What the server adds to the page; the report leaves it as it is.
const desk = { onVideo() {}, onEvent() {}, onSeek() {}, onEdge: null };

let movePlayhead = () => {};

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function timeOf(frame) {
  const { content } = state.video;
  const { stamps } = state;
  if (stamps) {
    if (frame < stamps.length) return stamps[frame];
    return stamps.at(-1) + stamps.at(-1) / Math.max(stamps.length - 1, 1);
  }
  return content.unit === "seconds" ? frame / content.fps : frame;
}

// The frame that is shown at a time.
function frameAt(seconds) {
  const { content } = state.video;
  let low = 0;
  let high = content.num_frames - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    // Players round times to the microsecond.
    if (timeOf(middle) <= seconds + 0.0005) low = middle;
    else high = middle - 1;
  }
  return low;
}

function spanText(event) {
  const { content } = event.video;
  if (content.unit !== "seconds") return `${content.unit} ${event.begin}–${event.end}`;
  const time = (frame) =>
    event.video === state.video ? timeOf(frame) : frame / content.fps;
  return `${clock(time(event.begin))} – ${clock(time(event.end))}`;
}

// === The list ===

function currentFilter() {
  return {
    unreviewed: $("unreviewed").checked,
    className: $("class-filter").value,
    peak: Number($("peak-filter").value) || 0,
    hours: [Number($("hour-from").value), Number($("hour-to").value)],
  };
}

// Cuts the events of all videos anew, and shows those that pass the filters.
function recut() {
  const done = state.videos.filter((video) => video.content);
  const all = done.flatMap((video) => eventsOf(video, state.threshold, state.verdicts));
  for (const event of all) Object.assign(event, state.drafts.get(event.key));
  const count = (kind) => all.filter((event) => event.kind === kind).length;
  const reviewed = count("reviewed");
  const alarms = count("alarm");
  $("alarm-count").textContent = `${alarms} ${alarms === 1 ? "alarm" : "alarms"}`;
  const lowest = Math.max(state.threshold - NEAR, 0).toFixed(2);
  $("near-count").textContent = `${count("near")} just below (to ${lowest})`;
  $("reviewed-count").textContent = reviewed ? `${reviewed} reviewed` : "";
  const filter = currentFilter();
  state.listed = all.filter((event) => passes(event, filter));
  if ($("order").value === "peak") state.listed.sort((a, b) => b.peak - a.peak);
  $("hours").hidden = !done.some((video) => video.content.recorded && video.content.fps);
  keepSelection(all);
  showList();
  if (state.video) showTimeline(all.filter((event) => event.video === state.video));
}

function keepSelection(all) {
  const { selected } = state;
  if (selected) {
    const same = all.find((event) => event.key === selected.key);
    const near = all
      .filter((event) => event.video === selected.video && overlap(event, selected))
      .sort((a, b) => overlap(b, selected) - overlap(a, selected));
    state.selected = same || near[0] || null;
  }
  const index = state.selected ? state.listed.indexOf(state.selected) : -1;
  if (index >= 0) state.index = index;
}

function showList() {
  const hadFocus = document.activeElement?.closest("#events") !== null;
  $("events").replaceChildren(...state.listed.map(listItem));
  $("no-events").hidden = state.listed.length > 0;
  const current = $("events").querySelector("[aria-current]");
  if (current) {
    current.scrollIntoView({ block: "nearest" });
    if (hadFocus) current.focus();
  }
}

function listItem(event) {
  const item = element("li");
  const button = element("button", event.kind);
  button.type = "button";
  if (event === state.selected) button.setAttribute("aria-current", "true");
  const badge = { alarm: "alarm", near: "below" }[event.kind] || event.verdict.verdict;
  const shown = badge === "class" ? "other class" : badge;
  button.append(
    element("span", "class", event.className),
    element("span", "peak", event.peak.toFixed(2)),
    element("span", `badge ${badge}`, shown),
    element("span", "where", event.video.name),
    element("span", "span", spanText(event)),
  );
  button.addEventListener("click", () => select(event));
  item.append(button);
  return item;
}

function select(event) {
  state.selected = event;
  showVideo(event.video);
  recut();
  desk.onEvent(event);
}

// The next or previous event; where the selected one has left the list, the one in its place.
function step(by) {
  const { listed, selected } = state;
  if (!listed.length) return;
  const isListed = selected && listed.includes(selected);
  const from = isListed ? state.index + by : by > 0 ? state.index : state.index - 1;
  const first = state.index < 0 ? 0 : from;
  select(listed[Math.min(Math.max(first, 0), listed.length - 1)]);
}

// === The view of one video ===

function showVideo(video) {
  $("welcome").hidden = true;
  $("view").hidden = false;
  if (state.video === video) return;
  state.video = video;
  state.stamps = null;
  $("title").textContent = video.name;
  const { content } = video;
  $("damage").textContent = content.damage ? `Damaged: ${content.damage}` : "";
  $("damage").hidden = !content.damage;
  showClasses(content);
  showKeyFrames(content);
  showSimilar(null);
  desk.onVideo(video);
}

function showTimeline(events) {
  const { selected } = state;
  const isHere = selected && selected.video === state.video;
  movePlayhead = drawTimeline($("timeline"), {
    video: state.video,
    events,
    selected: isHere ? selected : null,
    threshold: state.threshold,
    mark: isHere && selected.verdict ? selected.verdict.marked_frame : null,
    timeOf,
    frameAt,
    onSeek: (seconds) => desk.onSeek(seconds),
    onEdge: desk.onEdge,
  });
  showAttention(isHere ? selected : null);
  desk.onTimeline?.(isHere ? selected : null);
}

function showKeyFrames(content) {
  $("key-frames").replaceChildren(
    ...(content.key_frames || []).map((frame) => {
      const figure = element("figure");
      const image = element("img");
      const time = content.unit === "seconds" ? clock(frame.frame / content.fps) : "";
      image.src = frame.image;
      image.alt = `Frame ${frame.frame}`;
      const score = content.segment_scores[frame.segment].toFixed(2);
      figure.append(image, element("figcaption", "", `${time}, score ${score}`));
      return figure;
    }),
  );
}

function showVideos() {
  const done = state.videos.filter((video) => video.content).length;
  $("video-count").textContent =
    done === state.videos.length ? `${done}` : `${done} of ${state.videos.length} read`;
  $("videos").replaceChildren(
    ...state.videos.map((video) => {
      const item = element("li");
      if (video.content) {
        const button = element("button", "", video.name);
        button.type = "button";
        button.addEventListener("click", () => {
          state.selected = null;
          showVideo(video);
          recut();
        });
        item.append(button);
      } else {
        item.append(element("span", "", video.name));
      }
      const what = { queued: "waits", running: "being read", failed: "failed" }[video.state] || "";
      const text = [what, video.message].filter(Boolean).join(": ");
      if (text) item.append(element("span", `state ${video.state}`, text));
      return item;
    }),
  );
}

// === Start ===

function begin(content) {
  state.videos = content.videos;
  state.classNames = content.class_names;
  state.threshold = content.threshold;
  $("threshold").value = content.threshold;
  $("threshold-value").textContent = content.threshold.toFixed(2);
  $("protocol").textContent = content.protocol;
  for (const name of content.class_names) {
    $("class-filter").append(new Option(name, name));
    if (name !== "Normal") $("other-class").append(new Option(name, name));
  }
  showVideos();
  recut();
}

function showReport(report) {
  for (const part of document.querySelectorAll(".desk")) part.hidden = true;
  begin(report);
  if (state.listed.length) step(1);
  else if (state.videos.length) {
    showVideo(state.videos[0]);
    recut();
  }
}

$("threshold").addEventListener("input", () => {
  state.threshold = Number($("threshold").value);
  $("threshold-value").textContent = state.threshold.toFixed(2);
  recut();
});
for (const id of ["unreviewed", "class-filter", "peak-filter", "order", "hour-from", "hour-to"]) {
  $(id).addEventListener("input", recut);
}
$("help").addEventListener("click", () => $("keys").showModal());
new ResizeObserver(() => state.video && recut()).observe($("timeline"));

const KEYS = { j: () => step(1), k: () => step(-1), "?": () => $("keys").showModal() };

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && target.matches("input, select")) target.blur();
  const isTyping = target.matches("select, input:not([type=range], [type=checkbox])");
  // Space presses a button that has the focus.
  if (isTyping || (event.key === " " && target.matches("button, summary, video, input, a"))) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
