import { openSound, wholeSound } from '../audio/index.js';
import { once } from '../runtime/index.js';
import { fault } from './request.js';

/** s16le mono 16 000 Hz. */
const BYTES_PER_MS = 32;
/** What the recogniser takes at once. */
const MAX_SPOKEN_MS = 120_000;
const MAX_SPOKEN_BYTES = MAX_SPOKEN_MS * BYTES_PER_MS;

/**
 * The bytes of one microphone frame: base64 of s16le mono 16 000 Hz.
 *
 * @throws {RequestError} BRIDGE_ERR_USAGE - not base64, or half a sample.
 */
export function readMicrophoneFrame(base64: string): Uint8Array {
  const bytes = bytesOf(base64);
  if (bytes === undefined || bytes.byteLength % 2 !== 0)
    throw fault('Expected "audio_data" as base64 of s16le mono 16000 Hz, whole samples');
  return bytes;
}

/** @throws {RequestError} BRIDGE_ERR_USAGE - not base64, or nothing. */
export function readSpokenBase64(base64: string): Uint8Array {
  const bytes = bytesOf(base64);
  if (bytes === undefined || bytes.byteLength === 0)
    throw fault('Expected "audio_data" as base64 of a WAV file, or of s16le mono 16000 Hz');
  return bytes;
}

/**
 * An utterance that was recorded elsewhere, as s16le mono 16 000 Hz.
 *
 * @param bytes - A WAV, FLAC or Ogg file, MP3 with a tag, or bare s16le mono 16 000 Hz.
 * @throws {RequestError} BRIDGE_ERR_USAGE - longer than 120 s, or bare sound of half samples; BRIDGE_ERR_AUDIO_FORMAT,
 *   BRIDGE_ERR_AUDIO_EMPTY, BRIDGE_ERR_AUDIO_UNREADABLE - a damaged file.
 */
export async function readSpokenSound(bytes: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
  if (!isFile(bytes)) {
    if (bytes.byteLength % 2 !== 0) throw fault('Expected bare sound as s16le mono 16000 Hz, whole samples');
    if (bytes.byteLength > MAX_SPOKEN_BYTES) throw tooLong();
    return bytes;
  }
  const sound = await openSound(once(bytes), { name: 'the sound', signal });
  return wholeSound(sound, { maxMs: MAX_SPOKEN_MS, tooLong });
}

const FILE_STARTS = ['RIFF', 'RF64', 'fLaC', 'OggS', 'ID3'];

/** MP3 without a tag begins like loud noise: bare sound is likelier. */
function isFile(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4, bytes.byteLength)).toString('latin1');
  return FILE_STARTS.some((known) => start.startsWith(known));
}

/** Undefined for what is no base64: Node skips what it does not know, so the length tells. */
function bytesOf(base64: string): Uint8Array | undefined {
  const letters = base64.endsWith('==')
    ? base64.length - 2
    : base64.endsWith('=')
      ? base64.length - 1
      : base64.length;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.byteLength === Math.floor((letters * 3) / 4) && letters % 4 !== 1 ? bytes : undefined;
}

function tooLong(): Error {
  return fault(`Expected at most ${MAX_SPOKEN_MS / 1000} s of sound`);
}
