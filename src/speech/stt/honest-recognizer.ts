import type { RecognitionPart, RecognitionRequest, Recognizer } from '../recognizer.js';
import type { HeardEngine, HeardPart } from './heard-part.js';
import { isInvented, isUnlikeSpeech } from './invented-text.js';
import { LevelTrack } from './level-track.js';
import { inReach } from './sound-pieces.js';

/**
 * An engine whose inventions on silence are taken out: the sound is listened to on its way, and what an engine claims to have heard
 * must be possible. See `isInvented`.
 */
export class HonestRecognizer implements Recognizer {
  readonly #engine: HeardEngine;

  constructor(engine: HeardEngine) {
    this.#engine = engine;
  }

  get name(): string {
    return this.#engine.name;
  }

  get isStreaming(): boolean {
    return this.#engine.isStreaming;
  }

  async *recognize(request: RecognitionRequest): AsyncGenerator<RecognitionPart, void> {
    request.signal?.throwIfAborted();
    const track = new LevelTrack();
    const sound = tracked(inReach(request.sound, request.signal), track);
    let fromMs = 0;
    for await (const part of this.#engine.hear({ ...request, sound })) {
      request.signal?.throwIfAborted();
      if (part.type === 'partial') {
        // A part of an invention stands on no list: where nobody can have spoken, only the final part may say otherwise.
        const sound = track.evidence(fromMs);
        if (!isUnlikeSpeech(sound) && !isInvented({ text: part.text, sound })) yield part;
        continue;
      }
      const lastMs = part.words?.at(-1)?.endMs;
      yield honest(part, track, fromMs);
      fromMs = lastMs ?? fromMs;
    }
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

async function* tracked(
  sound: AsyncIterable<Uint8Array>,
  track: LevelTrack,
): AsyncGenerator<Uint8Array, void> {
  for await (const piece of sound) {
    track.push(piece);
    yield piece;
  }
}

type HeardFinal = Extract<HeardPart, { type: 'final' }>;

/** The final part with only what can have been said. */
function honest(final: HeardFinal, track: LevelTrack, fromMs: number): RecognitionPart {
  const { segments, ...part } = final;
  if (segments === undefined || segments.length === 0)
    return isInvented({ text: part.text, noSpeech: part.noSpeech, sound: track.evidence(fromMs) })
      ? { ...part, text: '', ...(part.words === undefined ? {} : { words: [] }) }
      : part;
  const kept = segments.filter(
    ({ text, startMs, endMs, noSpeech }) =>
      !isInvented({ text, noSpeech, sound: track.evidence(startMs, endMs) }),
  );
  if (kept.length === segments.length) return part;
  const words = part.words?.filter(({ startMs, endMs }) =>
    kept.some(
      (segment) => (startMs + endMs) / 2 >= segment.startMs && (startMs + endMs) / 2 <= segment.endMs,
    ),
  );
  return {
    ...part,
    text: joined(kept.map(({ text }) => text)),
    ...(words === undefined ? {} : { words }),
  };
}

/** Whisper's segments bring their own blanks; those of other servers may not. */
export function joined(texts: readonly string[]): string {
  return texts
    .reduce((all, text) => {
      const needsBlank = /[\p{Script=Latin}\p{N}.,!?]$/u.test(all) && /^[\p{Script=Latin}\p{N}]/u.test(text);
      return `${all}${needsBlank ? ' ' : ''}${text}`;
    }, '')
    .trim();
}
