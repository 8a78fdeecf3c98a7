/**
 * What the process that speaks and the one that asked tell each other.
 *
 * To it: JSON, one line each. From it: frames of four bytes of length (little endian, of what follows), one byte of kind, and the
 * payload: JSON in UTF-8, or s16le mono sound.
 */

/** Something to be said in one go by one voice. */
export interface EspeakUnit {
  /** espeak-ng's name of a language or voice, with `+variant`: `ja+f2`, `en-us`. */
  readonly voice: string;
  /** espeak-ng's markup: `<`, `&` and `[[` have meanings. */
  readonly text: string;
  /** Silence behind it. */
  readonly pauseMs: number;
}

/** How espeak-ng shall say all units of a request. */
export interface EspeakManner {
  /** Words per minute, 80 to 450. */
  readonly rate: number;
  /** 0 to 99. */
  readonly pitch: number;
  /** 0 to 99: from monotonous to lively. */
  readonly range: number;
  /** 0 to 200; 100 is espeak-ng's own. */
  readonly volume: number;
}

export type EspeakRequest =
  | {
      readonly type: 'speak';
      readonly id: number;
      readonly units: readonly EspeakUnit[];
      readonly manner: EspeakManner;
    }
  /** Leave out what is not yet said. `end` comes all the same. */
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'voices'; readonly id: number };

/** Where a phoneme begins: sample of the whole request, and espeak-ng's IPA name; empty for a pause. */
export type EspeakEvent = readonly [sample: number, name: string];

export interface EspeakVoice {
  readonly name: string;
  readonly identifier: string;
  /** espeak-ng's language codes; the one of several voices with the lowest priority is the usual one. */
  readonly languages: readonly { readonly code: string; readonly priority: number }[];
}

export type EspeakAnswer =
  /** Once, when the package is loaded. */
  | { readonly type: 'ready'; readonly sampleRateHz: number; readonly loadMs: number }
  | {
      readonly type: 'events';
      readonly id: number;
      readonly unit: number;
      readonly events: readonly EspeakEvent[];
    }
  | { readonly type: 'end'; readonly id: number; readonly samples: number; readonly memoryBytes: number }
  | { readonly type: 'voices'; readonly id: number; readonly voices: readonly EspeakVoice[] }
  | { readonly type: 'failed'; readonly id: number; readonly what: EspeakFault; readonly text: string };

/** `package`: not installed or not usable (nothing else will come); `voice`: no such voice; `synthesis`: anything else. */
export type EspeakFault = 'package' | 'voice' | 'synthesis';

export type EspeakFrame =
  | { readonly kind: 'answer'; readonly answer: EspeakAnswer }
  | { readonly kind: 'sound'; readonly pcm: Uint8Array };

const HEADER_BYTES = 4;
const ANSWER = 1;
const SOUND = 2;
/** A list of all voices has 20 KB, 100 ms of sound 4.4 KB. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;

export function encodeAnswer(answer: EspeakAnswer): Uint8Array {
  return framed(ANSWER, new TextEncoder().encode(JSON.stringify(answer)));
}

/** @param pcm - s16le mono; copied. */
export function encodeSound(pcm: Uint8Array): Uint8Array {
  return framed(SOUND, pcm);
}

/** Takes the bytes of the process in pieces of any size. */
export class EspeakFrameDecoder {
  #held: Uint8Array = new Uint8Array(0);

  /** @throws {RangeError} these are no frames: something else writes to the same pipe. */
  push(bytes: Uint8Array): EspeakFrame[] {
    const all = this.#held.byteLength === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    const frames: EspeakFrame[] = [];
    let at = 0;
    while (all.byteLength - at >= HEADER_BYTES) {
      const length = view.getUint32(at, true);
      if (length < 1 || length > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes`);
      if (all.byteLength - at < HEADER_BYTES + length) break;
      frames.push(frameOf(all.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length)));
      at += HEADER_BYTES + length;
    }
    // A copy: `slice` of a Buffer is none, and what came is not ours.
    this.#held = new Uint8Array(all.subarray(at));
    return frames;
  }
}

function framed(kind: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + 1 + payload.byteLength);
  new DataView(frame.buffer).setUint32(0, 1 + payload.byteLength, true);
  frame[HEADER_BYTES] = kind;
  frame.set(payload, HEADER_BYTES + 1);
  return frame;
}

function frameOf(body: Uint8Array): EspeakFrame {
  const payload = body.subarray(1);
  if (body[0] === SOUND && payload.byteLength % 2 === 0)
    return { kind: 'sound', pcm: new Uint8Array(payload) };
  if (body[0] !== ANSWER) throw new RangeError(`a frame of kind ${body[0]} with ${payload.byteLength} bytes`);
  try {
    return { kind: 'answer', answer: JSON.parse(new TextDecoder().decode(payload)) as EspeakAnswer };
  } catch (cause) {
    throw new RangeError('an answer that is not JSON', { cause });
  }
}
