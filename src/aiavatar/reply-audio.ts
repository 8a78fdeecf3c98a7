import { type AvatarRequest, fault } from './request.js';

/**
 * How the sound of replies goes to a client: a WAV file with each piece, as AIAvatarKit does by itself; PCM in parts of `partBytes` behind
 * each piece, as with its `response_audio_chunk_size`; or not at all.
 */
export type ReplyAudio =
  | { readonly kind: 'wav' }
  | { readonly kind: 'pcm'; readonly partBytes: number }
  | { readonly kind: 'none' };

/** Whose mouth speaks: the client's, an avatar's of the bridge, or nobody's. */
export interface ReplyWish {
  readonly audio: ReplyAudio;
  readonly voice: 'client' | 'avatar' | 'nobody';
  readonly lane: string | undefined;
}

export const MIN_PART_BYTES = 320;
export const MAX_PART_BYTES = 1_048_576;

/** ChatdollKit runs in Unity, speaks with its own voice and loses events that come in more than one read: big ones, which are sound. */
const HAS_OWN_VOICE = /^UnityPlayer\//;

/** Where a client may say how it wants replies: in this order, the first that says something counts. */
export interface WishSources {
  readonly query: URLSearchParams;
  /** Left out: it was not sent yet. */
  readonly request?: AvatarRequest | undefined;
  readonly userAgent?: string | undefined;
}

/**
 * `audio` = `wav`, `pcm` or `none`; `response_audio_chunk_size` in bytes (0: WAV); `voice` = `client`, `avatar` or `nobody`; `lane`: as query
 * parameters, else as `metadata` or keys of the request itself.
 *
 * @throws {RequestError} BRIDGE_ERR_USAGE - a value that is none of these.
 */
export function readReplyWish(from: WishSources): ReplyWish {
  const read = (key: string): string | undefined => wished(from, key);
  const voice = oneOf(read('voice'), 'voice', ['client', 'avatar', 'nobody']) ?? 'client';
  const lane = read('lane');
  const asked = oneOf(read('audio'), 'audio', ['wav', 'pcm', 'none']);
  const partBytes = readPartBytes(read('response_audio_chunk_size'));
  if (voice !== 'client' || asked === 'none') return { audio: { kind: 'none' }, voice: silent(voice), lane };
  if (asked === undefined && partBytes === undefined && HAS_OWN_VOICE.test(from.userAgent ?? ''))
    return { audio: { kind: 'none' }, voice: 'nobody', lane };
  const isPcm = asked === 'pcm' || (asked === undefined && partBytes !== undefined && partBytes > 0);
  const audio: ReplyAudio = isPcm ? { kind: 'pcm', partBytes: partBytes || 4096 } : { kind: 'wav' };
  return { audio, voice, lane };
}

function silent(voice: ReplyWish['voice']): ReplyWish['voice'] {
  return voice === 'client' ? 'nobody' : voice;
}

function wished({ query, request }: WishSources, key: string): string | undefined {
  const value = query.get(key) ?? request?.metadata[key] ?? request?.more[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function oneOf<T extends string>(
  value: string | undefined,
  name: string,
  known: readonly T[],
): T | undefined {
  if (value === undefined || value === '') return undefined;
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw fault(`Expected "${name}" as ${known.join(', ')}`);
  return found;
}

/** Even: a sample is never split. */
function readPartBytes(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const bytes = Number(value);
  if (bytes === 0) return 0;
  if (!Number.isInteger(bytes) || bytes < MIN_PART_BYTES || bytes > MAX_PART_BYTES)
    throw fault(`Expected "response_audio_chunk_size" as 0 or ${MIN_PART_BYTES} to ${MAX_PART_BYTES} bytes`);
  return bytes - (bytes % 2);
}
