import { createHash } from 'node:crypto';
import type { SpeechPart, SpeechRequest } from '../synthesizer.js';

/** Another number makes everything kept so far unknown. */
const FORMAT = 1;
const MAGIC = Buffer.from('MBSPEECH', 'latin1');
const HEAD_BYTES = MAGIC.byteLength + 4;
const HASH_BYTES = 32;
/** What is heard first must not wait for the rest. */
const REPLAY_MS = 100;

/** Name under which the answer to a request is kept; holds nothing of its text. */
export function cacheKey(
  { name, fingerprint }: { readonly name: string; readonly fingerprint: string },
  { text, voice, language, speed, instructions }: SpeechRequest,
): string {
  const what = [FORMAT, name, fingerprint, text, voice, language, speed ?? 1, instructions];
  return createHash('sha256')
    .update(JSON.stringify(what.map((value) => value ?? null)))
    .digest('hex');
}

/**
 * A whole answer as the bytes of a file: magic, length of the head, head (JSON: start and timings), sound, SHA-256 of all of it.
 *
 * @param parts - `start` first.
 */
export function encodeEntry(parts: readonly SpeechPart[]): Uint8Array {
  const told = parts.filter((part) => part.type !== 'sound');
  const sound = parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : []));
  const head = Buffer.from(JSON.stringify(told), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.byteLength);
  const body = Buffer.concat([MAGIC, length, head, ...sound]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/**
 * Reads what `encodeEntry` wrote: timings first, then the sound in pieces of 100 ms.
 *
 * @returns undefined for anything else: cut short, damaged, of another version.
 */
export function decodeEntry(file: Uint8Array): readonly SpeechPart[] | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = bytes.byteLength - HASH_BYTES;
  if (end < HEAD_BYTES || !bytes.subarray(0, MAGIC.byteLength).equals(MAGIC)) return undefined;
  const body = bytes.subarray(0, end);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(end))) return undefined;
  const soundAt = HEAD_BYTES + body.readUInt32LE(MAGIC.byteLength);
  try {
    // The hash says that it is what was written, so it has the shape that was written.
    const told = JSON.parse(body.toString('utf8', HEAD_BYTES, soundAt)) as SpeechPart[];
    const [start] = told;
    if (start?.type !== 'start') return undefined;
    return [...told, ...pieces(body.subarray(soundAt), start.sampleRateHz)];
  } catch {
    return undefined;
  }
}

function pieces(pcm: Uint8Array, sampleRateHz: number): SpeechPart[] {
  const stepBytes = Math.max(1, Math.round((sampleRateHz * REPLAY_MS) / 1000)) * 2;
  const parts: SpeechPart[] = [];
  // Copied: the receiver owns the bytes and may change them.
  for (let at = 0; at < pcm.byteLength; at += stepBytes) {
    parts.push({ type: 'sound', pcm: new Uint8Array(pcm.subarray(at, at + stepBytes)) });
  }
  return parts;
}
