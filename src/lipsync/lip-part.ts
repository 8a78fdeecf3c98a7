import { encodeMessage, MAX_LINE_BYTES } from '../protocol/index.js';
import { ProtocolError } from '../runtime/index.js';
import type { LipTable } from './lip-table.js';
import { MIN_PHONEME_MS, mergeShort } from './merge-short.js';
import { MOTION_FRAME_MS, motionFrames } from './motion-frames.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** One LIPSYNC_START: the mouth for a stretch of the sound. */
export interface LipPart {
  readonly message: string;
  /** Where in the sound it begins and ends; it begins with a closed mouth `leadInMs` sooner. */
  readonly startMs: number;
  readonly endMs: number;
  readonly leadInMs: number;
  /**
   * How late its borders are on average for being rounded to whole frames, -17 … 17 ms: it acts so much sooner. Matters most for
   * short parts, whose only opening can be half a frame off.
   */
  readonly biasMs: number;
  /** From its start in MMDAgent-EX to its LIPSYNC_EVENT_STOP, unless another replaces it before. */
  readonly lastsMs: number;
  /** The mouth is closed at its end. */
  readonly isClosedAtEnd: boolean;
}

export interface LipPartOptions {
  readonly model: string;
  readonly table: LipTable;
  /** Phonemes without gaps and overlaps, at least one. */
  readonly phonemes: readonly TimedPhoneme[];
  /** A closed mouth before it: MMDAgent-EX fades the first shapes in when the mouth rests. */
  readonly leadInMs: number;
  /** Nothing follows: it ends with a closed mouth. */
  readonly isLast: boolean;
  /**
   * Where it begins open: how long its first phoneme is cut off. 34, one frame: the shape is there at once; 50: it is faded in over
   * two frames.
   *
   * @default 50
   */
  readonly headMs?: number;
}

/** A few phonemes, of which each may have the longest name. */
const MIN_PART_BYTES = 500;
/** What ends a motion. */
const CLOSING_MS = 50;
/** A first phoneme of one frame is not faded in, one as long as this over two frames, a longer one over its length, at most six. */
const FIRST_MS = 50;

/**
 * Builds a part: no phoneme shorter than a frame, whole milliseconds whose sum is right at every border, a first phoneme so
 * short that the fade-in ends at once, a closed mouth at the end of the last.
 *
 * @throws {ProtocolError} of encodeMessage, for a model alias or phoneme that cannot stand in a message, or a part that is too long.
 * @source lipsync.md 1 (fade at start, hold at the end)
 */
export function buildPart(options: LipPartOptions): LipPart {
  const { model, table, phonemes, leadInMs, isLast, headMs = FIRST_MS } = options;
  const startMs = phonemes[0]?.startMs ?? 0;
  const endMs = phonemes.at(-1)?.endMs ?? startMs;
  let pieces = mergeShort(phonemes, table);
  if (pieces.length === 1 && !isLast) pieces = stretched(pieces);
  if (leadInMs < MIN_PHONEME_MS) pieces = withShortFirst(pieces, table, headMs);
  else pieces = withLeadIn(pieces, startMs - leadInMs, table);
  const isOpenAtEnd = !table.isClosed(pieces.at(-1)?.phoneme ?? table.closedName);
  if (isLast && isOpenAtEnd)
    pieces = [...pieces, { phoneme: table.closedName, startMs: endMs, endMs: endMs + CLOSING_MS }];
  const durationsMs = wholeDurations(pieces);
  const list = pieces.map(({ phoneme }, index) => `${phoneme},${durationsMs[index] ?? 1}`).join(',');
  encodeMessage('LIPSYNC_START', model, list);
  const { startFrames, stopFrame } = motionFrames(durationsMs);
  return {
    message: `LIPSYNC_START|${model}|${list}`,
    startMs,
    endMs,
    leadInMs: startMs - (pieces[0]?.startMs ?? startMs),
    biasMs: biasOf(pieces, startFrames, table),
    lastsMs: stopFrame * MOTION_FRAME_MS,
    isClosedAtEnd: isLast || !isOpenAtEnd,
  };
}

/**
 * The message that closes a mouth, whatever it does; MMDAgent-EX has it closed within 250 ms.
 *
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT - the model alias cannot stand in a message.
 */
export function closingMessage(model: string, table: LipTable): string {
  return closingPart(model, table).message;
}

/** @internal `closingMessage` as a part. */
export function closingPart(model: string, table: LipTable): LipPart {
  const phonemes = [{ phoneme: table.closedName, startMs: 0, endMs: CLOSING_MS }];
  return buildPart({ model, table, phonemes, leadInMs: 0, isLast: true });
}

/**
 * Bytes of phonemes that one message can hold beside its type, model and line end.
 *
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_TOO_LONG - the model alias leaves no room.
 */
export function partBytes(model: string): number {
  const left = MAX_LINE_BYTES - new TextEncoder().encode(`LIPSYNC_START|${model}|\n`).byteLength;
  if (left >= MIN_PART_BYTES) return left;
  throw new ProtocolError(
    'BRIDGE_ERR_MESSAGE_TOO_LONG',
    `Expected a model alias that leaves ${MIN_PART_BYTES} bytes for phonemes, got one of ${model.length} characters`,
  );
}

/** Bytes one phoneme takes at most, with its time and both commas. */
export function phonemeBytes({ phoneme, startMs, endMs }: TimedPhoneme): number {
  const digits = String(Math.ceil(endMs - startMs)).length;
  let bytes = digits + 2;
  for (const letter of phoneme) bytes += (letter.codePointAt(0) ?? 0) < 0x80 ? 1 : 4;
  return bytes;
}

function withLeadIn(phonemes: readonly TimedPhoneme[], fromMs: number, table: LipTable): TimedPhoneme[] {
  const [first, ...rest] = phonemes;
  if (first !== undefined && table.isClosed(first.phoneme)) return [{ ...first, startMs: fromMs }, ...rest];
  return [{ phoneme: table.closedName, startMs: fromMs, endMs: first?.startMs ?? fromMs }, ...phonemes];
}

/** The last phoneme is held 200 ms longer: where it is the first too, it needs room for a head, or it would fade in over all that. */
function stretched([only]: readonly TimedPhoneme[]): TimedPhoneme[] {
  if (only === undefined) return [];
  return [{ ...only, endMs: Math.max(only.endMs, only.startMs + 2 * MIN_PHONEME_MS) }];
}

function withShortFirst(
  phonemes: readonly TimedPhoneme[],
  table: LipTable,
  wishedMs: number,
): TimedPhoneme[] {
  const [first, ...rest] = phonemes;
  if (first === undefined || table.isClosed(first.phoneme)) return [...phonemes];
  const lengthMs = first.endMs - first.startMs;
  if (lengthMs <= 2 * MOTION_FRAME_MS) return [...phonemes];
  const headMs = lengthMs - wishedMs >= MIN_PHONEME_MS ? wishedMs : MOTION_FRAME_MS;
  const borderMs = first.startMs + headMs;
  return [{ ...first, endMs: borderMs }, { ...first, startMs: borderMs }, ...rest];
}

/** Over the borders at which the mouth changes; the first is the start itself. */
function biasOf(pieces: readonly TimedPhoneme[], startFrames: readonly number[], table: LipTable): number {
  const originMs = pieces[0]?.startMs ?? 0;
  let sumMs = 0;
  let count = 0;
  for (const [index, { phoneme, startMs }] of pieces.entries()) {
    const before = pieces[index - 1]?.phoneme ?? phoneme;
    if (phoneme === before || (table.isClosed(phoneme) && table.isClosed(before))) continue;
    sumMs += (startFrames[index] ?? 0) * MOTION_FRAME_MS - (startMs - originMs);
    count++;
  }
  const biasMs = count === 0 ? 0 : sumMs / count;
  return Math.max(-MOTION_FRAME_MS / 2, Math.min(MOTION_FRAME_MS / 2, biasMs));
}

/** Rounded at the borders, so that no error adds up. */
function wholeDurations(pieces: readonly TimedPhoneme[]): number[] {
  const originMs = pieces[0]?.startMs ?? 0;
  return pieces.map(({ startMs, endMs }) =>
    Math.max(1, Math.round(endMs - originMs) - Math.round(startMs - originMs)),
  );
}
