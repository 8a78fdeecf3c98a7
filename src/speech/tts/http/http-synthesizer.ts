import {
  atPointer,
  type EngineFace,
  type Exchange,
  failedFault,
  fieldsIn,
  isSecretName,
  placeOf,
  requireKey,
  secretsIn,
  textOf,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import type { EngineSound } from '../../http/engine-sound.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import { withoutRegion, withRegion } from '../../http/markup.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import {
  checkText,
  chunksOf,
  maxJsonSoundBytes,
  pathPart,
  soundBytes,
  soundParts,
  startPart,
} from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, Synthesizer, TellsTimings, Voice } from '../../synthesizer.js';
import { timingsIn } from './answer-timings.js';
import type { HttpOptions } from './http-options.js';
import { type Escaping, filledText, filledValue, type TemplateValues } from './template.js';

/** An engine that is described in the settings and not in code. */
export class HttpSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells: TellsTimings;
  readonly languages: readonly string[];
  readonly fingerprint: string;
  readonly #options: HttpOptions;
  readonly #client: EngineClient;

  constructor(name: string, options: HttpOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.tells = options.timings?.kind ?? 'nothing';
    this.languages = options.languages;
    this.#options = options;
    const isOpen = ([key]: [string, unknown]): boolean => !isSecretName(key);
    const { voices: _voices, ...sounding } = options;
    this.fingerprint = fingerprintOf('http', {
      ...sounding,
      headers: Object.fromEntries(Object.entries(options.headers).filter(isOpen)),
      query: Object.fromEntries(Object.entries(options.query).filter(isOpen)),
    });
    const { firstByteMs, idleMs } = options;
    const secrets = secretsIn(options.apiKey, options.headers, options.query);
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    const { audio } = this.#options;
    const exchange = await this.#send(request);
    try {
      if (audio === 'body') yield* this.#parts(exchange, undefined, request);
      else {
        const answer = await exchange.json(maxJsonSoundBytes(this.#client));
        if ('base64' in audio) {
          const bytes = soundBytes(this.#client, atPointer(answer, audio.base64));
          yield* this.#parts(bytes, answer, request);
        } else yield* this.#download(atPointer(answer, audio.url), answer, request);
      }
    } finally {
      exchange.close();
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const { voices, voice: chosen, languages, credit } = this.#options;
    const shown = (id: string, name: string, own: readonly string[]): Voice => ({
      id,
      name,
      languages: own.length > 0 ? own : languages,
      ...(credit === undefined ? {} : { credit }),
      isDefault: id === chosen,
    });
    if (Array.isArray(voices))
      return voices.map(({ id, name, languages: own }) => shown(id, name ?? id, own));
    const headers = this.#headers(this.#values(undefined));
    const answer = await this.#client.json({ url: voices.url, headers, signal });
    return fieldsIn(atPointer(answer, voices.pointer)).flatMap((entry) => {
      const id = entry[voices.id];
      if (typeof id !== 'string' && typeof id !== 'number') return [];
      return [shown(String(id), textOf(entry[voices.name]) ?? String(id), [])];
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #send(request: SpeechRequest): Promise<Exchange> {
    const { url: template, method, query, body } = this.#options;
    const values = this.#values(request);
    pathPart(this.#client.face, String(values.voice ?? ''));
    const url = new URL(filledText(template, values, 'url'));
    for (const [name, value] of Object.entries(filledValue(query, values) as Record<string, unknown>))
      url.searchParams.set(name, String(value));
    const contentType = body === undefined ? undefined : this.#contentType(body);
    return this.#client.open({
      url,
      method,
      headers: {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...this.#headers(values),
      },
      body: body === undefined ? undefined : this.#body(body, values, contentType ?? ''),
      signal: request.signal,
      privateText: request.text,
    });
  }

  async *#download(
    address: unknown,
    answer: unknown,
    request: SpeechRequest,
  ): AsyncGenerator<SpeechPart, void> {
    const { face } = this.#client;
    const url = addressOf(address, this.#options.url);
    if (url === undefined)
      throw failedFault(face, `expected an address of sound from ${face.place}, got none that may be used`);
    // Without the key: the address is the vendor's choice, and says by itself who may read it.
    const exchange = await this.#client.open({ url, signal: request.signal, privateText: request.text });
    try {
      yield* this.#parts(exchange, answer, request);
    } finally {
      exchange.close();
    }
  }

  async *#parts(
    from: Exchange | Uint8Array,
    answer: unknown,
    request: SpeechRequest,
  ): AsyncGenerator<SpeechPart, void> {
    const { format, sampleRateHz, credit, timings } = this.#options;
    const rateHz = format === 'file' ? sampleRateHz : Number(format.slice('pcm:'.length));
    const spec = {
      form: format === 'file' ? ('file' as const) : ('pcm' as const),
      sampleRateHz: rateHz,
      signal: request.signal,
      privateText: request.text,
    };
    const sound: EngineSound =
      from instanceof Uint8Array
        ? await this.#client.soundOf(chunksOf(from), spec)
        : await this.#client.sound(from, spec);
    yield startPart(sound.sampleRateHz, credit);
    if (timings !== undefined) {
      const bareMs =
        from instanceof Uint8Array && spec.form === 'pcm' ? (from.byteLength / 2 / rateHz) * 1000 : undefined;
      const part = timingsIn(answer, timings, sound.durationMs ?? bareMs);
      if (part !== undefined) yield part;
    }
    yield* soundParts(this.#client.face, sound, request.signal);
  }

  #values(request: SpeechRequest | undefined): TemplateValues {
    const options = this.#options;
    const language = request?.language ?? options.language;
    const speed = clamp((request?.speed ?? 1) * options.speed, 0.25, 4);
    return {
      text: request?.text,
      voice: request?.voice ?? options.voice,
      language,
      locale: language === undefined ? undefined : withRegion(language),
      lang: language === undefined ? undefined : withoutRegion(language),
      speed,
      length: Math.round(10_000 / speed) / 10_000,
      instructions: request?.instructions,
      key: options.apiKey,
    };
  }

  #headers(values: TemplateValues): Record<string, string> {
    const { headers } = this.#options;
    if (/\{\{\s*key/.test(JSON.stringify(headers))) requireKey(this.#client.face, this.#options.apiKey);
    const filled = filledValue(headers, values) as Readonly<Record<string, unknown>>;
    // A line end would begin another header, and letters beyond Latin-1 cannot stand in one.
    const clean = (value: unknown): string => String(value).replace(/[^\t\x20-\x7e\xa0-\xff]+/g, ' ');
    return Object.fromEntries(Object.entries(filled).map(([name, value]) => [name, clean(value)]));
  }

  #contentType(body: string | Readonly<Record<string, unknown>>): string {
    const { contentType } = this.#options;
    if (contentType !== undefined) return contentType;
    if (typeof body !== 'string' || /^\s*[[{]/.test(body)) return 'application/json';
    return /^\s*</.test(body) ? 'application/xml' : 'text/plain; charset=utf-8';
  }

  #body(
    body: string | Readonly<Record<string, unknown>>,
    values: TemplateValues,
    contentType: string,
  ): string {
    if (typeof body !== 'string') return JSON.stringify(filledValue(body, values));
    return filledText(body, values, escapingOf(contentType));
  }
}

function escapingOf(contentType: string): Escaping {
  if (/json/i.test(contentType)) return 'json';
  if (/xml/i.test(contentType)) return 'xml';
  return /x-www-form-urlencoded/i.test(contentType) ? 'form' : 'none';
}

/** Who is asked through https leads nowhere else: what listens on this machine and beside it is none of a vendor's business. */
function addressOf(value: unknown, engineUrl: string): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && /^http:/i.test(engineUrl));
  return isAllowed && url.username === '' ? url : undefined;
}

function faceOf(name: string, options: HttpOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.url.replace(/\{\{[^}]*\}\}/g, 'x')),
    keyHelp: 'set apiKey of the engine, or the header that holds it',
    reachHelp: 'check url and that the server runs',
  };
}
