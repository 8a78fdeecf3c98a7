import type { SessionPiece } from '../sessions/index.js';
import { chunksOf, hasWordsOrSound, isWorthTelling, languageOf } from './chunk.js';
import type { TurnNews } from './follow-turn.js';
import type { ReplyAudio } from './reply-audio.js';
import { type AvatarResponse, avatarResponse, type ResponseFields, type ResponseIds } from './response.js';
import { toolCall } from './tool-call.js';
import { endOf } from './turn-end.js';

export interface TurnNarratorOptions {
  readonly ids: ResponseIds;
  readonly audio: ReplyAudio;
  readonly sampleRateHz: number;
}

/** News of one turn as responses of AIAvatarKit over HTTP: `start` → `chunk`, `tool_call`… → `final`, `vision`, `error` or `cancelled`. */
export class TurnNarrator {
  readonly #options: TurnNarratorOptions;
  #context: string | undefined;
  #hasShown = false;
  #language: string | undefined;
  #hasFirst = false;
  #raw = '';
  #text = '';

  constructor(options: TurnNarratorOptions) {
    this.#options = options;
    this.#context = options.ids.contextId;
  }

  tell(news: TurnNews): AvatarResponse[] {
    switch (news.kind) {
      case 'turn':
        return [this.#started(news.turn.text, news.turn.context)];
      case 'piece':
        return this.#piece(news.piece);
      case 'tool':
        return [this.#response('tool_call', toolCall(news.news))];
      case 'vision':
        return this.#vision(news.source);
      case 'given':
        return [this.#response('final', { text: news.raw, voice_text: news.text })];
      case 'ended': {
        const { type, fields } = endOf(news.end);
        return [this.#response(type, fields)];
      }
    }
  }

  /** A turn goes on with the picture that came with `text`: to the client it is a new one. */
  shown(text: string, context: string): AvatarResponse {
    this.#hasShown = true;
    return this.#started(text, context);
  }

  canceled(): AvatarResponse {
    return this.#response('canceled', { metadata: { reason: 'No speech recognized.' } });
  }

  failed({ code, message }: { readonly code: string; readonly message: string }): AvatarResponse {
    return this.#response('error', { metadata: { error: message, code } });
  }

  #started(text: string, context: string): AvatarResponse {
    this.#context = context;
    return this.#response('start', { metadata: { request_text: text, recognized_text: text } });
  }

  /** The tag goes before, as text: ChatdollKit looks for it there, and knows no `vision`. */
  #vision(source: string): AvatarResponse[] {
    const tag = VISION_TAG.test(this.#raw) ? [] : this.#chunks(visionPiece(source));
    const fields = { text: this.#raw, voice_text: this.#text, metadata: { source } };
    return [...tag, this.#response('vision', fields)];
  }

  /** What was asked for and shown is not asked for again. */
  #piece(piece: SessionPiece): AvatarResponse[] {
    if (!this.#hasShown) return this.#chunks(piece);
    const raw = piece.raw.replace(VISION_TAG, '');
    return this.#chunks({
      ...piece,
      raw,
      pcm: piece.pcm,
      cues: piece.cues.filter(({ name }) => name !== 'vision'),
    });
  }

  #chunks(piece: SessionPiece): AvatarResponse[] {
    if (!isWorthTelling(piece)) return [];
    this.#raw += piece.raw;
    this.#text += piece.text;
    const isFirst = !this.#hasFirst && hasWordsOrSound(piece);
    this.#hasFirst ||= isFirst;
    this.#language = languageOf(piece) ?? this.#language;
    return chunksOf(piece, { ...this.#options, ids: this.#ids(), isFirst, language: this.#language });
  }

  #ids(): ResponseIds {
    return { ...this.#options.ids, contextId: this.#context };
  }

  #response(type: AvatarResponse['type'], fields: ResponseFields): AvatarResponse {
    return avatarResponse(type, this.#ids(), fields);
  }
}

const VISION_TAG = /\[vision:[^\]]*\]|<vision\b[^>]*>/i;

/** A picture is wanted, and nothing is said. */
function visionPiece(source: string): SessionPiece {
  return {
    turn: 0,
    index: 0,
    raw: `[vision:${source}]`,
    text: '',
    cues: [{ name: 'vision', value: source, durationMs: undefined, attributes: {} }],
    language: undefined,
    span: undefined,
    pcm: undefined,
  };
}
