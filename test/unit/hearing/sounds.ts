import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createHearing, type Hearing, type HearingSettings } from '../../../src/hearing/index.js';
import type { Random } from '../../../src/runtime/index.js';
import { recordEvents, type Told } from './tracker-rig.js';

const HZ = 16_000;
const FRAME_SAMPLES = 320;

export type Sound = Float64Array;

/** One of the committed voices: `en_slt`, `en_awb`, `ja_mei_normal`, `ja_mei_happy`; at this level while it speaks, dBFS. */
export function spoken(name: string, levelDbfs: number): Sound {
  const sound = voices.get(name) ?? voiceOf(name);
  voices.set(name, sound);
  return louder(sound, levelDbfs - activeDbfs(sound));
}

const voices = new Map<string, Sound>();

function voiceOf(name: string): Sound {
  const path = fileURLToPath(new URL(`../../../fixtures/lipsync/spoken/${name}.wav`, import.meta.url));
  const file = readFileSync(path);
  const at = file.indexOf('data') + 8;
  return Float64Array.from(
    new Int16Array(file.buffer.slice(file.byteOffset + at, file.byteOffset + file.length)),
  );
}

/** Level of the frames that are no silence. */
export function activeDbfs(sound: Sound): number {
  const powers = Array.from({ length: Math.floor(sound.length / FRAME_SAMPLES) }, (_, frame) =>
    meanSquare(sound.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)),
  );
  const peak = Math.max(...powers);
  const active = powers.filter((power) => power > peak / 1000);
  return 10 * Math.log10(active.reduce((sum, power) => sum + power, 0) / active.length / 32_768 ** 2);
}

/** From the beginning to the first 5 ms that are less than 30 dB below the loudest, milliseconds. */
export function onsetMs(sound: Sound): number {
  const powers = Array.from({ length: Math.floor(sound.length / 80) }, (_, at) =>
    meanSquare(sound.subarray(at * 80, at * 80 + 80)),
  );
  const peak = Math.max(...powers);
  return 5 * powers.findIndex((power) => power > peak / 1000);
}

export function louder(sound: Sound, gainDb: number): Sound {
  const gain = 10 ** (gainDb / 20);
  return sound.map((value) => value * gain);
}

/** Adds a sound, so many times as loud, where it begins at this moment. */
export function mixIn(into: Sound, sound: Sound, atMs: number, gain = 1): void {
  const from = Math.round(atMs * 16);
  const length = Math.min(sound.length, into.length - from);
  for (let n = 0; n < length; n++) into[from + n] = (into[from + n] ?? 0) + (sound[n] ?? 0) * gain;
}

export const seconds = (count: number): Sound => new Float64Array(Math.round(count * HZ));

export function pcmOf(sound: Sound): Uint8Array {
  const samples = new Int16Array(sound.length);
  for (let n = 0; n < sound.length; n++)
    samples[n] = Math.max(-32_768, Math.min(32_767, Math.round(sound[n] ?? 0)));
  return new Uint8Array(samples.buffer);
}

/** What a loudspeaker and a room make of a sound: clipped, later, with an exponential tail, without deep and high tones. */
export function echoOf(
  sound: Sound,
  room: {
    readonly delayMs: number;
    readonly tailMs: number;
    readonly clipAt?: number;
    readonly random: Random;
  },
): Sound {
  const { delayMs, tailMs, clipAt, random } = room;
  const played = clipAt === undefined ? sound : sound.map((value) => clipAt * Math.tanh(value / clipAt));
  const echo = new Float64Array(sound.length);
  mixIn(echo, played, delayMs);
  for (let tap = 0; tap < 60; tap++) {
    const afterMs = random() * tailMs;
    const gain = (random() * 2 - 1) * Math.exp((-6.9 * afterMs) / tailMs) * 0.25;
    mixIn(echo, played, delayMs + afterMs, gain);
  }
  let low = 0;
  let smooth = 0;
  return echo.map((value) => {
    low += 0.06 * (value - low);
    smooth += 0.6 * (value - low - smooth);
    return smooth;
  });
}

export interface Heard {
  readonly hearing: Hearing;
  readonly told: readonly Told[];
}

/** Hears a sound from its first frame, at time 20, to its end. `each` is called before every frame. */
export async function hearAll(
  sound: Sound,
  settings: Partial<HearingSettings> = {},
  each: (hearing: Hearing, endMs: number) => void = () => {},
): Promise<Heard> {
  const hearing = await createHearing({ settings });
  const pcm = pcmOf(sound);
  let endMs = 0;
  const told = recordEvents(hearing.events, () => endMs);
  for (let at = 0; at + 640 <= pcm.byteLength; at += 640) {
    endMs += 20;
    each(hearing, endMs);
    hearing.hear(pcm.subarray(at, at + 640), endMs);
  }
  return { hearing, told };
}

/** For `hearAll`: tells the ear what is played 200 ms ahead, from `fromMs` on, in pieces. */
export function telling(
  played: Sound,
  { fromMs = 0, pieceMs = 100 } = {},
): (hearing: Hearing, endMs: number) => void {
  let toldMs = fromMs;
  return (hearing, endMs) => {
    for (; toldMs < endMs + 200 && toldMs * 16 < played.length; toldMs += pieceMs)
      hearing.played({ pcm: pcmOf(played.slice(toldMs * 16, (toldMs + pieceMs) * 16)), atMs: toldMs });
  };
}

export function names(told: readonly Told[]): string[] {
  return told.map(({ name, how }) => (how === undefined ? name : `${name} ${how}`));
}

function meanSquare(sound: Sound): number {
  let sum = 0;
  for (const value of sound) sum += value * value;
  return sum / sound.length;
}
