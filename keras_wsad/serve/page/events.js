// Events of all videos: alarms at a threshold, what is just below it, and what was reviewed.
"use strict";

// Scores up to so much below the threshold are shown in grey.
const NEAR = 0.1;

// Runs of segments above a threshold: {start, end, peak}, as `alarm_runs` in Python.
// Segments without a frame are passed over.
function alarmRuns(scores, threshold, boundaries) {
  const runs = [];
  let run = null;
  scores.forEach((score, segment) => {
    if (boundaries[segment] === boundaries[segment + 1]) return;
    if (score > threshold) {
      if (!run) runs.push((run = { start: segment, peak: score }));
      run.end = segment + 1;
      run.peak = Math.max(run.peak, score);
    } else {
      run = null;
    }
  });
  return runs;
}

function overlap(a, b) {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.begin, b.begin));
}

// The events of one video, in order of time. A run whose larger part lies within verdicts
// is represented by these.
function eventsOf(video, threshold, verdicts) {
  const { content } = video;
  const { boundaries, segment_scores: scores } = content;
  const own = verdicts.filter((verdict) => verdict.video === video.id);
  const reviewed = own.map((verdict) => ({
    key: `verdict ${verdict.id}`,
    kind: "reviewed",
    video,
    verdict,
    begin: verdict.begin_frame,
    end: verdict.end_frame,
    className: verdict.class_name || content.class_name,
    peak: peakWithin(content, verdict.begin_frame, verdict.end_frame),
  }));
  const cut = (level, kind) =>
    alarmRuns(scores, level, boundaries)
      .map((run) => ({
        key: `${kind} ${video.id} ${run.start}`,
        kind,
        video,
        verdict: null,
        begin: boundaries[run.start],
        end: boundaries[run.end],
        className: content.class_name,
        peak: run.peak,
      }))
      .filter((event) => {
        const seen = reviewed.reduce((sum, other) => sum + overlap(event, other), 0);
        return seen * 2 < event.end - event.begin;
      });
  const alarms = cut(threshold, "alarm");
  const near = cut(threshold - NEAR, "near").filter((event) => event.peak <= threshold);
  return [...reviewed, ...alarms, ...near].sort((a, b) => a.begin - b.begin);
}

function peakWithin(content, begin, end) {
  let peak = 0;
  content.segment_scores.forEach((score, segment) => {
    const span = { begin: content.boundaries[segment], end: content.boundaries[segment + 1] };
    if (overlap(span, { begin, end })) peak = Math.max(peak, score);
  });
  return peak;
}

// The hour of the day at which an event begins, or null where the recording has no time.
function hourOf(event) {
  const { recorded, fps } = event.video.content;
  if (!recorded || !fps) return null;
  const time = new Date(recorded);
  time.setSeconds(time.getSeconds() + event.begin / fps);
  return time.getHours();
}

function passes(event, filter) {
  if (filter.unreviewed && event.kind === "reviewed") return false;
  if (filter.className && event.className !== filter.className) return false;
  if (event.peak < filter.peak) return false;
  if (filter.hours[0] === 0 && filter.hours[1] === 23) return true;
  const hour = hourOf(event);
  const [from, to] = filter.hours;
  // From 22 to 4 goes through midnight.
  return hour !== null && (from <= to ? from <= hour && hour <= to : hour >= from || hour <= to);
}

// "7.5 s", "1:02.5", "1:02:03.5".
function clock(seconds) {
  const rounded = Math.round(seconds * 10) / 10;
  if (rounded < 60) return `${rounded.toFixed(1)} s`;
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded % 60).toFixed(1).padStart(4, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
