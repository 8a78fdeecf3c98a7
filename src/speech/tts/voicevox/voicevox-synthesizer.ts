import { voicevoxTimeline } from '../../../lipsync/index.js';
import { errorText, orAborted, ProviderError } from '../../../runtime/index.js';
import {
  type EngineFace,
  type Exchange,
  failedFault,
  joinUrl,
  placeOf,
  type StatusMeaning,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import type { EngineSound } from '../../http/engine-sound.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import { checkText, soundParts, startPart, unknownVoice } from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, SpokenPhoneme, Synthesizer, Voice } from '../../synthesizer.js';
import { creditOf, findStyle, type SpeakerStyle, stylesIn, voicesOf } from './speaker-list.js';
import { VOICEVOX_KINDS, type VoicevoxOptions } from './voicevox-options.js';
import {
  asQuery,
  piecesOf,
  queryOfPhrases,
  type VoicevoxQuery,
  withGuessedLengths,
} from './voicevox-query.js';

/** Answers of an engine that cannot end a synthesis on the way, or was not told to (`--enable_cancellable_synthesis`). */
const NOT_CANCELLABLE = new Set([404, 405, 501]);

/**
 * VOICEVOX's engine, and AivisSpeech's and SHAREVOX's, which have its interface.
 *
 * A query is made of the text, then sound of the query; the query holds the length of every phoneme, so the lips are exact.
 * AivisSpeech's queries hold none: its phonemes are right and their times are told as an estimate. A long sentence is rendered
 * pause by pause (VOICEVOX only). Leaving early ends the engine's work where it can be ended.
 *
 * @source VOICEVOX/voicevox_engine d4b1b3e (app/routers/tts_pipeline.py, character.py, tts_pipeline/tts_engine.py);
 *   Aivis-Project/AivisSpeech-Engine 04b4282 README; SHAREVOX/sharevox_engine f33c7e8 run.py
 */
export class VoicevoxSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'phonemes';
  readonly languages: readonly string[] = ['ja'];
  readonly fingerprint: string;
  readonly #options: VoicevoxOptions;
  readonly #client: EngineClient;
  #styles: Promise<readonly SpeakerStyle[]> | undefined;
  #synthesisPath: 'cancellable_synthesis' | 'synthesis' | undefined;

  constructor(name: string, options: VoicevoxOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.fingerprint = fingerprintOf(options.type, options);
    this.#synthesisPath = options.type === 'aivisspeech' ? 'synthesis' : undefined;
    const { firstByteMs, idleMs } = options;
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets: [] }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    const wanted = request.voice ?? String(this.#options.speaker);
    const crediting = this.#styleOf(wanted, request.signal);
    crediting.catch(() => {});
    const styleId = /^\d+$/.test(wanted) ? wanted : String((await this.#named(wanted, crediting)).id);
    const query = this.#edited(await this.#query(request, styleId), request);
    const pieces = this.#options.type === 'voicevox' ? piecesOf(query) : [query];
    const credit = await crediting.then(
      (style) => style && creditOf(VOICEVOX_KINDS[this.#options.type].credit, style),
      () => undefined,
    );
    let samples = 0;
    let rateHz: number | undefined;
    let endMs: number | undefined;
    for (const piece of pieces) {
      const exchange = await this.#synthesize(piece, styleId, request);
      try {
        const sound = await this.#client.sound(exchange, {
          form: 'file',
          sampleRateHz: this.#options.outputSamplingRate,
          signal: request.signal,
          privateText: request.text,
        });
        if (rateHz === undefined) yield startPart(sound.sampleRateHz, credit);
        rateHz = this.#sameRate(rateHz, sound);
        const timing = this.#phonemes(piece, sound.durationMs, endMs ?? 0);
        yield timing;
        for await (const part of soundParts(this.#client.face, sound, request.signal)) {
          if (part.type === 'sound') samples += part.pcm.byteLength / 2;
          yield part;
        }
        endMs = nextStartMs(timing, (samples / rateHz) * 1000);
      } finally {
        exchange.close();
      }
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const styles = await this.#readStyles(signal);
    return voicesOf(styles, VOICEVOX_KINDS[this.#options.type].credit, String(this.#options.speaker));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #named(wanted: string, finding: Promise<SpeakerStyle | undefined>): Promise<SpeakerStyle> {
    const style = await finding;
    if (style === undefined) throw unknownVoice(this.#client.face, wanted);
    return style;
  }

  async #styleOf(wanted: string, signal: AbortSignal | undefined): Promise<SpeakerStyle | undefined> {
    // The list belongs to all requests: the end of one must not end it for the others.
    this.#styles ??= this.#readStyles(undefined).catch((error: unknown) => {
      this.#styles = undefined;
      throw error;
    });
    return findStyle(await orAborted(this.#styles, signal), wanted);
  }

  async #readStyles(signal: AbortSignal | undefined): Promise<readonly SpeakerStyle[]> {
    const styles = stylesIn(await this.#client.json({ url: this.#url('speakers'), signal }));
    if (styles.length > 0) return styles;
    const { face } = this.#client;
    throw failedFault(face, `expected speakers from ${face.place}, got none; check baseUrl`);
  }

  async #query(request: SpeechRequest, speaker: string): Promise<VoicevoxQuery> {
    const isKana = this.#options.input === 'kana';
    const url = isKana
      ? this.#url('accent_phrases', { text: request.text, speaker, is_kana: 'true' })
      : this.#url('audio_query', { text: request.text, speaker });
    const context = { signal: request.signal, privateText: request.text };
    const value = await this.#client.json({ url, method: 'POST', ...context });
    const query = isKana ? queryOfPhrases(value) : asQuery(value);
    if (query !== undefined) return query;
    const { face } = this.#client;
    throw failedFault(face, `expected a query with accent_phrases from ${face.place}; check baseUrl`);
  }

  #edited(query: VoicevoxQuery, request: SpeechRequest): VoicevoxQuery {
    const { speed, outputSamplingRate, type } = this.#options;
    const [min, max] = type === 'aivisspeech' ? [0.5, 2] : [0.25, 4];
    const scales = ['pitchScale', 'intonationScale', 'volumeScale', 'pauseLengthScale'] as const;
    const lengths = ['prePhonemeLength', 'postPhonemeLength'] as const;
    const set = [...scales, ...lengths].filter((key) => this.#options[key] !== undefined);
    return {
      ...query,
      ...Object.fromEntries(set.map((key) => [key, this.#options[key]])),
      speedScale: clamp((request.speed ?? 1) * speed, min, max),
      outputSamplingRate,
      outputStereo: false,
    };
  }

  async #synthesize(query: VoicevoxQuery, speaker: string, request: SpeechRequest): Promise<Exchange> {
    const send = (path: string): Promise<Exchange> =>
      this.#client.open({
        url: this.#url(path, { speaker, enable_interrogative_upspeak: String(this.#options.upspeak) }),
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'audio/wav' },
        body: JSON.stringify(query),
        signal: request.signal,
        privateText: request.text,
      });
    if (this.#synthesisPath !== undefined) return send(this.#synthesisPath);
    try {
      const exchange = await send('cancellable_synthesis');
      this.#synthesisPath = 'cancellable_synthesis';
      return exchange;
    } catch (error) {
      if (!(error instanceof ProviderError) || !NOT_CANCELLABLE.has(error.status ?? 0)) throw error;
      this.#synthesisPath = 'synthesis';
      return send('synthesis');
    }
  }

  #phonemes(query: VoicevoxQuery, durationMs: number | undefined, fromMs: number): SpeechPart {
    const guessed = withGuessedLengths(query);
    try {
      const { phonemes, isExact } = voicevoxTimeline(guessed, {
        hasUpspeak: this.#options.upspeak && this.#options.type !== 'aivisspeech',
        ...(durationMs === undefined ? {} : { durationMs }),
      });
      const moved = phonemes.map(
        (phoneme): SpokenPhoneme => ({
          ...phoneme,
          startMs: phoneme.startMs + fromMs,
          endMs: phoneme.endMs + fromMs,
        }),
      );
      return { type: 'phonemes', phonemes: moved, isExact: isExact && guessed === query };
    } catch (error) {
      throw failedFault(this.#client.face, `expected a query that can be timed: ${errorText(error)}`, error);
    }
  }

  #sameRate(rateHz: number | undefined, sound: EngineSound): number {
    if (rateHz === undefined || rateHz === sound.sampleRateHz) return sound.sampleRateHz;
    const rates = `${rateHz} Hz and then ${sound.sampleRateHz} Hz`;
    throw failedFault(this.#client.face, `expected one sample rate, got ${rates}`);
  }

  #url(path: string, query: Readonly<Record<string, string>> = {}): URL {
    return joinUrl(this.#options.baseUrl, path, query);
  }
}

/** Where the phonemes ended, unless the sound is elsewhere by more than rounding. */
function nextStartMs(timing: SpeechPart, soundMs: number): number {
  const endMs = timing.type === 'phonemes' ? timing.phonemes.at(-1)?.endMs : undefined;
  return endMs !== undefined && Math.abs(endMs - soundMs) < 0.01 ? endMs : soundMs;
}

function faceOf(name: string, options: VoicevoxOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: 'it takes no key; check what stands before it',
    reachHelp: `${VOICEVOX_KINDS[options.type].startHelp}, or check baseUrl`,
    meaning,
  };
}

/** An unknown style is a 422 with a sentence in Japanese, kana that cannot be read a 400 with `error_name`. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status === 422 && /style|speaker|スタイル|話者/i.test(words))
    return {
      code: 'BRIDGE_ERR_SPEECH_VOICE',
      retryable: false,
      advice: 'set a speaker that its list has',
    };
  return undefined;
}
