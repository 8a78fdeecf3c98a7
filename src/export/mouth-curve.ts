import {
  buildPart,
  cutPart,
  type LipTable,
  lookAhead,
  MOTION_FRAME_MS,
  motionFrames,
  type PhonemeNames,
  PhonemeTrack,
  partBytes,
  type TimedPhoneme,
} from '../lipsync/index.js';

/** The mouth at one moment. */
export interface MouthMoment {
  /** In the sound. */
  readonly atMs: number;
  /** 0 closed to 1. */
  readonly opening: number;
  /** In the order of the table's morphs. */
  readonly weights: readonly number[];
}

/** A phoneme as MMDAgent-EX shows it: in whole frames. */
export interface ShownLip {
  readonly phoneme: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface ShownMouth {
  readonly morphs: readonly string[];
  readonly phonemes: readonly ShownLip[];
  /** One for each motion frame, 30 a second. */
  readonly moments: readonly MouthMoment[];
  /** Where each LIPSYNC_START takes over. */
  readonly partStartsMs: readonly number[];
}

interface Key {
  readonly frame: number;
  readonly weights: readonly number[];
}

interface Motion {
  readonly startMs: number;
  readonly keys: readonly Key[];
  readonly fadeFrames: number;
  readonly phonemes: readonly ShownLip[];
}

/** Only its length matters: that of the alias everybody has. */
const MODEL = '0';
/** As the product sends its parts. */
const LEAD_IN_MS = 350;
/** Two frames before the end of a phoneme so much of its shape is left. */
const RELEASE = 0.8;
const RELEASE_FRAMES = 2;
const LONGEST_FADE_FRAMES = 6;

/**
 * What MMDAgent-EX makes of phonemes that the product sends it: the same parts, in motion frames, with the curve between them.
 *
 * @param phonemes - of one sound, in the names of their file.
 * @source lipsync.md 1: full weight at the start of a phoneme, 0.8 of it two frames before its end, linear between; the first shapes
 *   fade in over up to six frames; the last is held six frames
 */
export function shownMouth(phonemes: readonly TimedPhoneme[], names: PhonemeNames): ShownMouth {
  const { table } = names;
  const motions = motionsOf(phonemes, names);
  const endMs = Math.max(0, ...motions.map(endOf));
  const moments: MouthMoment[] = [];
  let from = closedWeights(table);
  let last: Motion | undefined;
  for (let atMs = 0; atMs <= endMs + MOTION_FRAME_MS; atMs += MOTION_FRAME_MS) {
    const motion = motions.findLast(({ startMs }) => startMs <= atMs + 0.5);
    if (motion !== last) from = moments.at(-1)?.weights ?? closedWeights(table);
    last = motion;
    const weights = motion === undefined ? closedWeights(table) : weightsAt(motion, atMs, from);
    moments.push({
      atMs,
      weights,
      opening: Math.min(
        1,
        weights.reduce((sum, weight) => sum + weight, 0),
      ),
    });
  }
  return {
    morphs: table.morphs,
    phonemes: motions.flatMap((motion, index) => clipped(motion, motions[index + 1])),
    moments,
    partStartsMs: motions.map(({ startMs }) => startMs),
  };
}

function motionsOf(phonemes: readonly TimedPhoneme[], names: PhonemeNames): readonly Motion[] {
  const track = new PhonemeTrack(names);
  track.append(phonemes);
  track.finish();
  const motions: Motion[] = [];
  let cursorMs = 0;
  let lastEndMs = 0;
  for (;;) {
    const ahead = lookAhead(track, cursorMs, LEAD_IN_MS);
    if (ahead.kind === 'silence') {
      cursorMs = ahead.untilMs;
      continue;
    }
    const cut = ahead.kind === 'open' ? cutPart(track, cursorMs, partBytes(MODEL)) : [];
    const endMs = cut.at(-1)?.endMs ?? cursorMs;
    if (endMs <= cursorMs) return motions;
    const isLast = lookAhead(track, endMs, 0).kind === 'end';
    const part = buildPart({
      model: MODEL,
      table: names.table,
      phonemes: cut,
      leadInMs: Math.min(cursorMs - lastEndMs, leadInOf(cut, names.table)),
      isLast,
    });
    motions.push(motionOf(part.message, part.startMs - part.leadInMs - part.biasMs, names.table));
    cursorMs = endMs;
    lastEndMs = endMs;
  }
}

/** What is missing of a closed mouth before it opens; the caller knows since when nothing else moves it. */
function leadInOf(cut: readonly TimedPhoneme[], table: LipTable): number {
  const startMs = cut[0]?.startMs ?? 0;
  const opensMs = cut.find(({ phoneme }) => !table.isClosed(phoneme))?.startMs ?? startMs;
  return Math.max(0, LEAD_IN_MS - (opensMs - startMs));
}

function motionOf(message: string, startMs: number, table: LipTable): Motion {
  const tokens = (message.split('|').at(-1) ?? '').split(',');
  const names = tokens.filter((_token, index) => index % 2 === 0);
  const { startFrames, stopFrame } = motionFrames(
    tokens.filter((_token, index) => index % 2 === 1).map(Number),
  );
  const keys: Key[] = [];
  const phonemes: ShownLip[] = [];
  for (const [index, phoneme] of names.entries()) {
    const frame = startFrames[index] ?? 0;
    const end = startFrames[index + 1] ?? stopFrame;
    const weights = table.weightsOf(phoneme);
    keys.push({ frame, weights });
    if (end - frame > RELEASE_FRAMES)
      keys.push({ frame: end - RELEASE_FRAMES, weights: weights.map((weight) => weight * RELEASE) });
    phonemes.push({
      phoneme,
      startMs: startMs + frame * MOTION_FRAME_MS,
      endMs: startMs + end * MOTION_FRAME_MS,
    });
  }
  keys.push({ frame: stopFrame, weights: closedWeights(table) });
  const second = keys[1]?.frame ?? 0;
  return { startMs, keys, phonemes, fadeFrames: second <= 1 ? 0 : Math.min(second, LONGEST_FADE_FRAMES) };
}

function weightsAt(motion: Motion, atMs: number, from: readonly number[]): readonly number[] {
  const frame = Math.max(0, (atMs - motion.startMs) / MOTION_FRAME_MS);
  const index = motion.keys.findLastIndex((key) => key.frame <= frame + 1e-6);
  const before = motion.keys[Math.max(0, index)];
  const after = motion.keys[index + 1];
  if (before === undefined) return [];
  const share =
    after === undefined ? 0 : Math.min(1, Math.max(0, (frame - before.frame) / (after.frame - before.frame)));
  const curve = mixed(before.weights, after?.weights ?? before.weights, share);
  return frame >= motion.fadeFrames ? curve : mixed(from, curve, frame / motion.fadeFrames);
}

/** The phonemes up to where the next part takes over. */
function clipped(motion: Motion, next: Motion | undefined): ShownLip[] {
  const untilMs = next?.startMs ?? Number.POSITIVE_INFINITY;
  return motion.phonemes
    .filter(({ startMs }) => startMs < untilMs)
    .map((phoneme) => ({ ...phoneme, endMs: Math.min(phoneme.endMs, untilMs) }));
}

function mixed(a: readonly number[], b: readonly number[], share: number): readonly number[] {
  return b.map((weight, index) => (a[index] ?? 0) * (1 - share) + weight * share);
}

function closedWeights(table: LipTable): readonly number[] {
  return table.morphs.map(() => 0);
}

function endOf({ startMs, keys }: Motion): number {
  return startMs + (keys.at(-1)?.frame ?? 0) * MOTION_FRAME_MS;
}
