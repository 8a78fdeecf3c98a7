import { ProviderError } from '../../runtime/index.js';
import { type EngineFace, type Exchange, failedFault, fromBase64 } from '../../vendor/index.js';
import type { SpeechPart, SpeechRequest } from '../synthesizer.js';
import type { EngineClient } from './engine-client.js';
import type { EngineSound } from './engine-sound.js';
import { wellFormed } from './markup.js';

/** @throws {ProviderError} BRIDGE_ERR_SPEECH_TEXT - nothing to say. */
export function checkText(face: EngineFace, request: SpeechRequest): void {
  if (request.text.trim() !== '') return;
  throw new ProviderError('BRIDGE_ERR_SPEECH_TEXT', `${face.name}: expected text to speak, got none`, {
    provider: face.name,
  });
}

/** A text that the vendor would refuse for its length is refused here, with the limit. */
export function textTooLong(face: EngineFace, limit: string): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_TEXT',
    `${face.name}: the text is longer than the ${limit} it takes at once; give it sentence by sentence`,
    { provider: face.name },
  );
}

export function unknownVoice(face: EngineFace, voice: string): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_VOICE',
    `${face.name}: ${face.place} has no voice ${JSON.stringify(voice.slice(0, 60))}; the list of voices names those it has`,
    { provider: face.name },
  );
}

/** A voice as part of an address. @throws {ProviderError} BRIDGE_ERR_SPEECH_VOICE - it would lead to another one. */
export function pathPart(face: EngineFace, voice: string): string {
  if (/^\.{1,2}$/.test(voice)) throw unknownVoice(face, voice);
  return encodeURIComponent(wellFormed(voice));
}

export interface SpeakSoundOptions {
  readonly request: SpeechRequest;
  readonly form: 'pcm' | 'file';
  readonly sampleRateHz: number;
  readonly credit?: string | undefined;
  /** Parts between `start` and the first sound, given what the header tells. */
  readonly timings?: (sound: EngineSound) => readonly SpeechPart[];
}

/** The whole of a plain answer: start, timings, sound. Lets the exchange go in the end. */
export async function* speakExchange(
  client: EngineClient,
  exchange: Exchange,
  options: SpeakSoundOptions,
): AsyncGenerator<SpeechPart, void> {
  const { request, form, sampleRateHz, credit, timings } = options;
  try {
    const sound = await client.sound(exchange, {
      form,
      sampleRateHz,
      signal: request.signal,
      privateText: request.text,
    });
    yield startPart(sound.sampleRateHz, credit);
    yield* timings?.(sound) ?? [];
    yield* soundParts(client.face, sound, request.signal);
  } finally {
    exchange.close();
  }
}

export function startPart(sampleRateHz: number, credit: string | undefined): SpeechPart {
  return { type: 'start', sampleRateHz, ...(credit === undefined ? {} : { credit }) };
}

/** The samples of a sound as parts. @throws {ProviderError} FAILED - there was none. */
export async function* soundParts(
  face: EngineFace,
  sound: EngineSound,
  signal: AbortSignal | undefined,
): AsyncGenerator<SpeechPart, void> {
  let hasSound = false;
  try {
    for await (const pcm of sound.pcm()) {
      hasSound = true;
      yield { type: 'sound', pcm };
      signal?.throwIfAborted();
    }
  } finally {
    await sound.close();
  }
  if (!hasSound) throw failedFault(face, `expected sound from ${face.place}, got nothing`);
}

/**
 * Sound that came as text in JSON.
 *
 * @throws {ProviderError} FAILED - it is no base64, nothing, or more than may be.
 */
export function soundBytes(client: EngineClient, base64: unknown): Uint8Array {
  const { face, maxSoundBytes } = client;
  const bytes = typeof base64 === 'string' ? fromBase64(base64) : undefined;
  if (bytes === undefined || bytes.byteLength === 0)
    throw failedFault(face, `expected sound as base64 from ${face.place}, got none`);
  if (bytes.byteLength > maxSoundBytes)
    throw failedFault(
      face,
      `expected at most ${maxSoundBytes} bytes, and ${face.place} sent more; ask for less text at once`,
    );
  return bytes;
}

/** How long JSON may be that carries sound. */
export function maxJsonSoundBytes(client: EngineClient): number {
  return Math.ceil((client.maxSoundBytes * 4) / 3) + 256 * 1024;
}

export async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* chunks;
}
