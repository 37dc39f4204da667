// What needs the server: videos that are added and read, the player, and verdicts.
"use strict";

// Seconds before an event at which the player starts.
const BEFORE = 3;
const SPEEDS = [0.25, 0.5, 1, 2, 4];

const player = $("player");
let revision = -1;
let details = null;
let mostBytes = Infinity;

function say(text) {
  $("status").textContent = text;
}

async function ask(path, options = {}) {
  const response = await fetch(path, options);
  if (response.status === 401) location.reload();
  const content = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) {
    const detail = content?.detail;
    throw new Error(typeof detail === "string" ? detail : `The server answered ${response.status}.`);
  }
  return content;
}

// === Videos ===

// Loads everything anew; the selection stays.
async function refresh() {
  const [content, verdicts] = await Promise.all([ask("/api/videos"), ask("/api/verdicts")]);
  revision = content.revision;
  mostBytes = content.most_bytes;
  const old = new Map(state.videos.map((video) => [video.id, video]));
  const isFirst = !state.classNames.length;
  // The object of a video that is shown stays the same.
  content.videos = content.videos.map((video) => Object.assign(old.get(video.id) || {}, video));
  state.verdicts = verdicts;
  state.videos = content.videos;
  if (isFirst) {
    begin(content);
    if (content.is_live) beginLive();
    $("train").hidden = !content.can_train;
  } else {
    showVideos();
    recut();
  }
}

async function poll() {
  let isBusy = false;
  try {
    const now = await ask("/api/progress");
    if (now.revision !== revision) await refresh();
    showProgress(now.running, now.problem);
    isBusy = state.videos.some((video) => ["queued", "running"].includes(video.state));
  } catch {
    $("progress").textContent = "The server does not answer.";
  }
  setTimeout(poll, isBusy ? 700 : 5000);
}

function showProgress(running, problem) {
  const waiting = state.videos.filter((video) => video.state === "queued").length;
  const video = running && state.videos.find((candidate) => candidate.id === running.id);
  const parts = [];
  if (video) {
    const share = running.total ? Math.min(Math.round((100 * running.done) / running.total), 100) : 0;
    parts.push(`Reading ${video.name}: ${share} %`);
  }
  if (waiting) parts.push(`${waiting} waiting`);
  $("progress").textContent = problem || parts.join(", ");
}

async function addVideos(files) {
  const failed = [];
  for (const [number, file] of [...files].entries()) {
    say(`Uploading ${file.name} (${number + 1} of ${files.length})`);
    try {
      if (file.size > mostBytes) throw new Error(`${file.name} is too large.`);
      await ask(`/api/videos?name=${encodeURIComponent(file.name)}`, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream" },
        body: file,
      });
    } catch (error) {
      failed.push(error.message);
    }
    await refresh();
  }
  say(failed.length ? failed.join(" ") : `${files.length} added.`);
}

// === Player ===

desk.onVideo = async (video) => {
  details = null;
  player.removeAttribute("src");
  player.hidden = Boolean(video.message);
  $("no-player").hidden = !video.message;
  $("no-player").textContent = video.message || "";
  if (!video.message) player.src = `/api/videos/${video.id}/media`;
  const loaded = await ask(`/api/videos/${video.id}`);
  if (state.video !== video) return;
  details = loaded;
  state.stamps = loaded.stamps;
  recut();
};

desk.onEvent = (event) => {
  player.currentTime = Math.max(timeOf(event.begin) - BEFORE, 0);
  player.play().catch(() => {});
};

desk.onSeek = (seconds) => {
  player.currentTime = seconds;
};

desk.onTimeline = (event) => {
  movePlayhead(player.currentTime);
  showSimilar(details?.similar);
  showVerdict(event);
};

function goTo(frame) {
  player.pause();
  // Within the frame, not on its edge.
  player.currentTime = timeOf(Math.max(frame, 0)) + 0.001;
}

const currentFrame = () => frameAt(player.currentTime);

function follow() {
  movePlayhead(player.currentTime);
  if (!player.paused) requestAnimationFrame(follow);
}
for (const name of ["play", "seeking", "seeked", "timeupdate"]) player.addEventListener(name, follow);

function changeSpeed(by) {
  const at = SPEEDS.indexOf(player.playbackRate) + by;
  player.playbackRate = SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)];
  say(`Speed ${player.playbackRate}`);
}

// === Verdicts ===

function showVerdict(event) {
  const verdict = event?.verdict;
  for (const button of document.querySelectorAll("[data-verdict]")) {
    button.setAttribute("aria-pressed", String(verdict?.verdict === button.dataset.verdict));
    button.disabled = !event;
  }
  $("other-class").disabled = $("note").disabled = !event;
  $("other-class").value = verdict?.verdict === "class" ? verdict.class_name : "";
  if (document.activeElement !== $("note")) $("note").value = verdict?.note || "";
  $("remove-verdict").disabled = !verdict;
  $("clip").hidden = !event || Boolean(state.video?.message);
  if (!event) {
    $("span").textContent = "No event is chosen.";
    return;
  }
  const mark = verdict?.marked_frame ?? null;
  $("span").textContent =
    `${spanText(event)}, frames ${event.begin} to ${event.end}, peak ${event.peak.toFixed(2)}` +
    (mark === null ? "" : `, marked at ${clock(timeOf(mark))} (frame ${mark})`);
  const span = `begin=${timeOf(event.begin)}&end=${timeOf(event.end)}`;
  $("clip").href = `/api/videos/${event.video.id}/clip?${span}`;
}

// One change after the other: each sees what the last one has saved.
let pending = Promise.resolve();
function change(action) {
  pending = pending.then(action).catch((error) => say(error.message));
}

// Saves a verdict on an event; on one without, `changes` must say which, or it is unsure.
async function save(event, changes) {
  const { id, changed, ...known } = event.verdict || {
    video: event.video.id,
    verdict: "unsure",
    class_name: null,
    marked_frame: null,
    note: "",
  };
  const body = { ...known, begin_frame: event.begin, end_frame: event.end, ...changes };
  const { marked_frame: mark } = body;
  if (mark !== null && !(body.begin_frame <= mark && mark < body.end_frame)) {
    body.marked_frame = null;
  }
  if (body.verdict === "true") body.class_name = event.video.content.class_name;
  if (body.verdict === "false" || body.verdict === "unsure") body.class_name = null;
  const saved = await ask(id ? `/api/verdicts/${id}` : "/api/verdicts", {
    method: id ? "PUT" : "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  state.drafts.delete(event.key);
  state.verdicts = [...state.verdicts.filter((verdict) => verdict.id !== saved.id), saved];
  state.selected = { ...event, key: `verdict ${saved.id}` };
  recut();
  say(`Saved: ${saved.verdict === "class" ? saved.class_name : saved.verdict}.`);
}

const give = (changes) => change(() => state.selected && save(state.selected, changes));

function here() {
  const frame = currentFrame();
  change(() => {
    const { video, selected } = state;
    if (!video) return null;
    const holds = (event) => event.begin <= frame && frame < event.end;
    let event = selected && holds(selected) ? selected : null;
    event ||= state.listed.find((other) => other.video === video && holds(other));
    if (!event) {
      const { boundaries } = video.content;
      const segment = boundaries.findLastIndex((first) => first <= frame);
      const [begin, end] = boundaries.slice(segment, segment + 2);
      event = { key: "new", video, begin, end, verdict: null };
    }
    const verdict = event.verdict?.verdict === "class" ? "class" : "true";
    return save(event, { verdict, marked_frame: frame });
  });
}

desk.onEdge = (side, frame, isLetGo) => {
  const event = state.selected;
  const last = event.video.content.num_frames;
  const edges = { begin: event.begin, end: event.end };
  edges[side] = side === "begin"
    ? Math.min(Math.max(frame, 0), event.end - 1)
    : Math.max(Math.min(frame, last), event.begin + 1);
  state.drafts.set(event.key, edges);
  recut();
  if (isLetGo) {
    goTo(side === "begin" ? edges.begin : edges.end - 1);
    if (event.verdict) give({});
  }
};

async function removeVerdict() {
  const event = state.selected;
  if (!event?.verdict) return;
  await ask(`/api/verdicts/${event.verdict.id}`, { method: "DELETE" });
  state.verdicts = state.verdicts.filter((verdict) => verdict.id !== event.verdict.id);
  recut();
  say("Removed.");
}

async function undo() {
  const { verdict } = await ask("/api/undo", { method: "POST" });
  if (verdict === null) {
    say("Nothing to undo.");
    return;
  }
  await refresh();
  const event = state.listed.find((other) => other.verdict?.id === verdict);
  if (event) select(event);
  say("Undone.");
}

// === Training ===

async function showTraining(method = "GET") {
  let training;
  $("training-start").disabled = true;
  try {
    training = await ask("/api/training", { method });
  } catch (error) {
    training = { problem: error.message };
  }
  const { plan, problem, state: ended, message } = training;
  $("training-plan").textContent = plan || "";
  $("training-start").disabled = !plan;
  $("training-state").textContent = [message, problem].filter(Boolean).join(" ");
  const goesOn = ended === "running" || ended === "preparing";
  if (goesOn && $("training").open) setTimeout(showTraining, 2000);
}

$("train").addEventListener("click", () => {
  $("training-plan").textContent = "";
  $("training-state").textContent = "The training data are opened ...";
  $("training").showModal();
  showTraining();
});
$("training-start").addEventListener("click", () => showTraining("POST"));

for (const button of document.querySelectorAll("[data-verdict]")) {
  button.addEventListener("click", () => give({ verdict: button.dataset.verdict }));
}
$("other-class").addEventListener("change", () => {
  const name = $("other-class").value;
  if (name) give({ verdict: "class", class_name: name });
  $("other-class").blur();
});
$("note").addEventListener("change", () => give({ note: $("note").value }));
$("verdict").addEventListener("submit", (event) => {
  event.preventDefault();
  $("note").blur();
});
$("here").addEventListener("click", here);
$("undo").addEventListener("click", () => change(undo));
$("remove-verdict").addEventListener("click", () => change(removeVerdict));
$("files").addEventListener("change", async () => {
  await addVideos([...$("files").files]);
  $("files").value = "";
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) addVideos([...event.dataTransfer.files]);
});
for (const link of document.querySelectorAll(".menu a")) {
  link.addEventListener("click", async () => {
    const left = Number((await fetch(link.href)).headers.get("x-left-out"));
    if (left) say(`${left} events do not fit into this format; marks.csv has them.`);
  });
}

Object.assign(KEYS, {
  t: () => give({ verdict: "true" }),
  f: () => give({ verdict: "false" }),
  u: () => give({ verdict: "unsure" }),
  c: () => $("other-class").focus(),
  n: () => $("note").focus(),
  h: here,
  x: () => change(removeVerdict),
  z: () => change(undo),
  " ": () => (player.paused ? player.play() : player.pause()),
  ",": () => goTo(currentFrame() - 1),
  ".": () => goTo(currentFrame() + 1),
  "-": () => changeSpeed(-1),
  "+": () => changeSpeed(1),
  "[": () => state.selected && desk.onEdge("begin", currentFrame(), true),
  "]": () => state.selected && desk.onEdge("end", currentFrame() + 1, true),
});

poll();
