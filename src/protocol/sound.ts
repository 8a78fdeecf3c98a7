import { ProtocolError } from '../runtime/index.js';
import { MAX_FRAME_BYTES, SOUND_HEADER_BYTES } from './limits.js';
import { asWireFrame, type WireFrame } from './wire-frame.js';

/** Largest sound payload that leaves in one frame: even, and inside one TCP segment with a WebSocket header. */
export const MAX_SOUND_FRAME_BYTES = 1280;

/**
 * How the peer treats the sound that follows: `stream` finds speech by itself (its default), `file` takes it as it
 * comes until the segment's end is told.
 */
export type SoundMode = 'stream' | 'file';

/** The mode verbs stand alone: no newline may follow, since one that arrives later wedges the parser. */
const STREAM_MODE = asWireFrame(ascii('SNDSTRM'));
const FILE_MODE = asWireFrame(ascii('SNDFILE'));
const SEGMENT_END = asWireFrame(ascii('SNDBRKS'));

export function encodeSoundMode(mode: SoundMode): WireFrame {
  return mode === 'stream' ? STREAM_MODE : FILE_MODE;
}

/** The end of a segment in `file` mode: the recogniser closes the mouth, and a part of a block still held is thrown away. */
export function encodeSegmentEnd(): WireFrame {
  return SEGMENT_END;
}

/**
 * Wraps PCM in one sound chunk: `SND`, four decimal digits, payload.
 *
 * The caller splits; this refuses rather than splits, so that timing stays in pacing/.
 *
 * @param pcm - s16le mono 16 000 Hz; 2-1280 bytes, even. Not kept, not changed.
 * @returns New array of 7 + pcm.byteLength bytes; no newline.
 * @throws {ProtocolError} BRIDGE_ERR_SOUND_SIZE - empty, odd or too long.
 * @source MMDAgent-EX docs "Streaming Audio Data"; Plugin_Remote.cpp processMessageData()
 */
export function encodeSound(pcm: Uint8Array): WireFrame {
  assertSoundBytes(pcm.byteLength);
  const frame = new Uint8Array(SOUND_HEADER_BYTES + pcm.byteLength);
  writeHeader(frame, pcm.byteLength);
  frame.set(pcm, SOUND_HEADER_BYTES);
  return asWireFrame(frame);
}

/**
 * A sound chunk of one fixed size whose bytes are written again for every unit: the hot path allocates nothing.
 *
 * Fill `payload`, then send `frame`; fill again only when the link says that it has let go of the bytes.
 */
export class SoundFrame {
  readonly frame: WireFrame;
  /** View of the payload inside `frame`: `payloadBytes` of s16le mono 16 000 Hz. */
  readonly payload: Uint8Array;

  /** @param payloadBytes - 2-1280, even. @throws {ProtocolError} BRIDGE_ERR_SOUND_SIZE */
  constructor(payloadBytes: number) {
    assertSoundBytes(payloadBytes);
    const bytes = new Uint8Array(SOUND_HEADER_BYTES + payloadBytes);
    writeHeader(bytes, payloadBytes);
    this.frame = asWireFrame(bytes);
    this.payload = bytes.subarray(SOUND_HEADER_BYTES);
  }
}

function assertSoundBytes(byteLength: number): void {
  const limit = Math.min(MAX_SOUND_FRAME_BYTES, MAX_FRAME_BYTES - SOUND_HEADER_BYTES);
  if (!Number.isInteger(byteLength) || byteLength < 2 || byteLength > limit || byteLength % 2 !== 0) {
    throw new ProtocolError(
      'BRIDGE_ERR_SOUND_SIZE',
      `Expected an even number of 2-${limit} bytes of sound, got ${byteLength}. MMDAgent-EX plays an odd chunk, and all after it, as noise`,
    );
  }
}

function writeHeader(frame: Uint8Array, payloadBytes: number): void {
  frame.set(ascii(`SND${String(payloadBytes).padStart(4, '0')}`));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
