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
        return [this.started(news.turn.text, news.turn.context)];
      case 'piece':
        return this.#piece(news.piece);
      case 'tool':
        return [this.#response('tool_call', toolCall(news.news))];
      case 'vision':
        return [
          this.#response('vision', {
            text: this.#raw,
            voice_text: this.#text,
            metadata: { source: news.source },
          }),
        ];
      case 'given':
        return [this.#response('final', { text: news.raw, voice_text: news.text })];
      case 'ended': {
        const { type, fields } = endOf(news.end);
        return [this.#response(type, fields)];
      }
    }
  }

  /** A turn begins, or goes on with the picture that came with `text`. */
  started(text: string, context: string): AvatarResponse {
    this.#context = context;
    return this.#response('start', { metadata: { request_text: text, recognized_text: text } });
  }

  canceled(): AvatarResponse {
    return this.#response('canceled', { metadata: { reason: 'No speech recognized.' } });
  }

  failed({ code, message }: { readonly code: string; readonly message: string }): AvatarResponse {
    return this.#response('error', { metadata: { error: message, code } });
  }

  #piece(piece: Extract<TurnNews, { kind: 'piece' }>['piece']): AvatarResponse[] {
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
