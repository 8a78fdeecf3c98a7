import type { SessionCue, SessionPiece } from '../sessions/index.js';
import type { ReplyAudio } from './reply-audio.js';
import {
  type AvatarControlRequest,
  type AvatarResponse,
  avatarResponse,
  type ControlTag,
  type ResponseIds,
} from './response.js';
import { wavFile } from './wav-file.js';

/** Face and animation last so long where nothing else is said. @source aiavatar/adapter/base.py */
const DEFAULT_CUE_MS = 4000;
/** How a tag `[name:value]` calls its value; others call it `name`. */
const VALUE_KEYS: Readonly<Record<string, string>> = { vision: 'source' };
/** Told as `language`, not as a tag. */
const LANGUAGE_TAGS: ReadonlySet<string> = new Set(['language', 'lang']);

export interface ChunkOptions {
  readonly ids: ResponseIds;
  readonly audio: ReplyAudio;
  /** Of the piece's sound. */
  readonly sampleRateHz: number;
  /** None with words or sound came before it in its turn. */
  readonly isFirst: boolean;
  /** As the last tag set it. */
  readonly language: string | undefined;
}

/** Whether there is anything in it for a client: AIAvatarKit sends dozens of empty chunks, one per token. */
export function isWorthTelling(piece: SessionPiece): boolean {
  return piece.raw.trim() !== '' || piece.text.trim() !== '' || hasSound(piece);
}

/** Whether the first-chunk mark is for it: words or sound, not tags alone. */
export function hasWordsOrSound(piece: SessionPiece): boolean {
  return piece.text.trim() !== '' || hasSound(piece);
}

/** The language that a tag in the piece sets; that of other pieces is found out, and clients would take it for a change. */
export function languageOf({ cues }: SessionPiece): string | undefined {
  return cues.find(({ name }) => LANGUAGE_TAGS.has(name))?.value;
}

/** A piece of a reply as `chunk`s: one, and with PCM one more for each part of its sound. */
export function chunksOf(piece: SessionPiece, options: ChunkOptions): AvatarResponse[] {
  const { ids, audio, sampleRateHz, isFirst, language } = options;
  // Put together by the read: not for those who want none.
  const pcm = audio.kind === 'none' || !hasSound(piece) ? undefined : piece.pcm;
  const metadata: Record<string, unknown> = { is_first_chunk: isFirst, is_guardrail_triggered: false };
  if (pcm !== undefined && audio.kind === 'pcm') metadata['pcm_format'] = pcmFormat(sampleRateHz);
  const words = avatarResponse('chunk', ids, {
    text: piece.raw,
    voice_text: piece.text,
    language: language ?? null,
    control_tags: controlTags(piece.cues),
    avatar_control_request: controlRequest(piece.cues),
    audio_data:
      pcm !== undefined && audio.kind === 'wav' ? wavFile(pcm, sampleRateHz).toString('base64') : null,
    metadata,
  });
  if (pcm === undefined || audio.kind !== 'pcm') return [words];
  return [words, ...pcmParts(pcm, { ids, partBytes: audio.partBytes, sampleRateHz })];
}

/** Sound alone, which a client plays after what it has: the rest of a reply that was held. */
export function soundChunks(
  pcm: Uint8Array | undefined,
  options: Omit<ChunkOptions, 'isFirst' | 'language'>,
): AvatarResponse[] {
  const { ids, audio, sampleRateHz } = options;
  if (audio.kind === 'none' || pcm === undefined || pcm.byteLength === 0) return [];
  if (audio.kind === 'pcm') return pcmParts(pcm, { ids, partBytes: audio.partBytes, sampleRateHz });
  const metadata = { is_first_chunk: false, is_guardrail_triggered: false };
  return [
    avatarResponse('chunk', ids, {
      text: '',
      voice_text: '',
      audio_data: wavFile(pcm, sampleRateHz).toString('base64'),
      metadata,
    }),
  ];
}

function pcmParts(
  pcm: Uint8Array,
  { ids, partBytes, sampleRateHz }: { ids: ResponseIds; partBytes: number; sampleRateHz: number },
): AvatarResponse[] {
  const bytes = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const parts: AvatarResponse[] = [];
  for (let at = 0; at < bytes.byteLength; at += partBytes) {
    parts.push(
      avatarResponse('chunk', ids, {
        audio_data: bytes.toString('base64', at, Math.min(at + partBytes, bytes.byteLength)),
        metadata: { pcm_format: pcmFormat(sampleRateHz) },
      }),
    );
  }
  return parts;
}

function hasSound({ span }: SessionPiece): boolean {
  return span !== undefined && span.endMs > span.startMs;
}

function pcmFormat(sampleRateHz: number): object {
  return { sample_rate: sampleRateHz, channels: 1, sample_width: 2 };
}

function controlTags(cues: readonly SessionCue[]): ControlTag[] | null {
  const tags = cues
    .filter(({ name }) => !LANGUAGE_TAGS.has(name))
    .map(({ name, value, attributes }) => ({
      name,
      attributes: value === '' ? attributes : { [VALUE_KEYS[name] ?? 'name']: value, ...attributes },
    }));
  return tags.length === 0 ? null : tags;
}

/** The first face and the first animation, as AIAvatarKit does; a chunk without any says so key by key. */
function controlRequest(cues: readonly SessionCue[]): AvatarControlRequest {
  const face = cues.find(({ name }) => name === 'face') ?? cues.find(({ name }) => name === 'emotion');
  const animation = cues.find(({ name }) => name === 'animation');
  return {
    animation_name: animation?.value ?? null,
    animation_duration: seconds(animation),
    face_name: face?.value ?? null,
    face_duration: seconds(face),
  };
}

function seconds(cue: SessionCue | undefined): number | null {
  return cue === undefined ? null : (cue.durationMs ?? DEFAULT_CUE_MS) / 1000;
}
