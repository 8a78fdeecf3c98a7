import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SoundClip } from './simulator-types.js';
import { SAMPLE_RATE_HZ } from './sound-player.js';

/** Larger files are over 60 s at any usual format, which the peer refuses anyway. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

interface WavFormat {
  readonly channels: number;
  readonly rateHz: number;
  readonly bits: number;
}

/** Reads a PCM WAV file relative to `folder`; `undefined` when it is missing, too large or no 16-bit PCM WAV. */
export function readWavClip(folder: string, file: string): SoundClip | undefined {
  try {
    const path = resolve(folder, file);
    if (statSync(path).size > MAX_FILE_BYTES) return undefined;
    return wavClipOf(readFileSync(path));
  } catch {
    // Missing or unreadable: the peer logs it and sends no event.
    return undefined;
  }
}

/** The sound of 16-bit PCM WAV bytes as 16 kHz mono (nearest sample: for listening and mouths, not for measuring). */
export function wavClipOf(bytes: Uint8Array): SoundClip | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') return undefined;
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(view, at) === 'fmt ' && size >= 16 && body + 16 <= bytes.length) {
      format = {
        channels: view.getUint16(body + 2, true),
        rateHz: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    } else if (tag(view, at) === 'data') {
      return format === undefined
        ? undefined
        : clipOf(view, body, Math.min(size, bytes.length - body), format);
    }
    at = body + size + (size % 2);
  }
  return undefined;
}

function clipOf(view: DataView, start: number, dataBytes: number, format: WavFormat): SoundClip | undefined {
  const { channels, rateHz, bits } = format;
  if (bits !== 16 || channels < 1 || rateHz < 1) return undefined;
  const frames = Math.floor(dataBytes / (2 * channels));
  const pcm = new Int16Array(Math.floor((frames * SAMPLE_RATE_HZ) / rateHz));
  for (let at = 0; at < pcm.length; at++) {
    const frame = Math.min(frames - 1, Math.floor((at * rateHz) / SAMPLE_RATE_HZ));
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += view.getInt16(start + (frame * channels + channel) * 2, true);
    }
    pcm[at] = Math.round(sum / channels);
  }
  return { durationMs: (frames * 1000) / rateHz, pcm };
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}
