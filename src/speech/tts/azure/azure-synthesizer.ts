import { ProviderError } from '../../../runtime/index.js';
import {
  azureHost,
  type EngineFace,
  type Fields,
  failedFault,
  fieldsIn,
  keyHelp,
  parsed,
  requireKey,
  type SocketEnd,
  type SocketExchange,
  textOf,
  truncatedFault,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import { checkText, startPart } from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import { WholeSamples } from '../../http/whole-samples.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import { AZURE_ROW, type AzureOptions } from './azure-options.js';
import { decodeSpeechMessage, encodeSpeechMessage } from './speech-message.js';
import { SpokenMetadata } from './spoken-metadata.js';
import { localeOf, ssmlOf } from './ssml.js';

const SYNTHESIS_PATH = '/tts/cognitiveservices/websocket/v1';
const VOICES_PATH = '/cognitiveservices/voices/list';
/** Metadata on top of the sound. */
const MAX_METADATA_BYTES = 8 * 1024 * 1024;

/**
 * Azure speech through its WebSocket, the only way that tells visemes and words. One connection per utterance.
 *
 * @source microsoft/cognitive-services-speech-sdk-js 9e88223: SpeechSynthesisConnectionFactory.ts (address, headers),
 *   SynthesisAdapterBase.ts (order of messages), SynthesisContext.ts (synthesis.context), SynthesisRestAdapter.ts (voices)
 */
export class AzureSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'phonemes';
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: AzureOptions;
  readonly #client: EngineClient;

  constructor(name: string, options: AzureOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.fingerprint = fingerprintOf('azure', options);
    const { firstByteMs, idleMs, apiKey } = options;
    const secrets = apiKey === undefined ? [] : [apiKey];
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    const socket = await this.#client.openSocket({
      url: synthesisUrl(this.#options),
      headers: { ...this.#auth(), 'X-ConnectionId': this.#client.newId() },
      signal: request.signal,
      privateText: request.text,
    });
    try {
      const requestId = this.#client.newId();
      this.#ask(socket, requestId, request);
      yield* this.#parts(socket, requestId, request);
    } finally {
      socket.close();
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const url = synthesisUrl(this.#options);
    url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
    url.pathname = VOICES_PATH;
    const list = await this.#client.json({ url, headers: this.#auth(), signal });
    return fieldsIn(list).flatMap((voice) => voicesOf(voice, this.#options.voice));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #ask(socket: SocketExchange, requestId: string, request: SpeechRequest): void {
    const send = (path: string, contentType: string, body: string): void =>
      socket.send(
        encodeSpeechMessage({ path, requestId, timestamp: this.#client.timestamp(), contentType, body }),
      );
    const system = { name: 'mmdagent-bridge', version: '1', build: 'JavaScript' };
    send('speech.config', 'application/json', JSON.stringify({ context: { system } }));
    send('synthesis.context', 'application/json', JSON.stringify(this.#context()));
    send('ssml', 'application/ssml+xml', this.#ssml(request));
  }

  #context(): Record<string, unknown> {
    const metadataOptions = {
      bookmarkEnabled: false,
      punctuationBoundaryEnabled: false,
      sentenceBoundaryEnabled: false,
      sessionEndEnabled: true,
      visemeEnabled: true,
      wordBoundaryEnabled: true,
    };
    const outputFormat = `raw-${this.#options.sampleRateHz / 1000}khz-16bit-mono-pcm`;
    return { synthesis: { audio: { metadataOptions, outputFormat }, language: { autoDetection: false } } };
  }

  #ssml(request: SpeechRequest): string {
    const { speed, styleDegree, role, pitchPercent } = this.#options;
    const [voice = '', style] = (request.voice ?? this.#options.voice).split('/');
    return ssmlOf({
      text: request.text,
      voice,
      style,
      styleDegree,
      role,
      language: request.language,
      speed: clamp((request.speed ?? 1) * speed, 0.5, 2),
      pitchPercent,
    });
  }

  async *#parts(
    socket: SocketExchange,
    requestId: string,
    request: SpeechRequest,
  ): AsyncGenerator<SpeechPart, void> {
    const { face, maxSoundBytes } = this.#client;
    const { sampleRateHz } = this.#options;
    const voice = request.voice ?? this.#options.voice;
    const metadata = new SpokenMetadata(request.text, request.language ?? localeOf(voice) ?? 'en-US');
    const samples = new WholeSamples();
    let soundBytes = 0;
    let isDone = false;
    let hasStarted = false;
    for await (const { bytes, isBinary } of socket.messages(maxSoundBytes + MAX_METADATA_BYTES)) {
      const message = decodeSpeechMessage(bytes, isBinary);
      if (message === undefined || message.requestId !== requestId) continue;
      if (!hasStarted && message.path.startsWith('audio')) {
        hasStarted = true;
        yield startPart(sampleRateHz, undefined);
      }
      if (message.path === 'audio') {
        const pcm = samples.push(message.body);
        soundBytes += pcm.byteLength;
        if (soundBytes > maxSoundBytes)
          throw failedFault(face, `expected at most ${maxSoundBytes} bytes, and ${face.place} sent more`);
        if (pcm.byteLength > 0) yield { type: 'sound', pcm };
      } else if (message.path === 'audio.metadata') {
        yield* metadata.push(parsed(new TextDecoder().decode(message.body)));
      } else if (message.path === 'turn.end') {
        isDone = true;
        break;
      }
    }
    if (!isDone) throw this.#endFault(socket.end, soundBytes > 0, request);
    if (samples.hasHalf) throw truncatedFault(face, 'it ended in the middle of a sample');
    if (soundBytes === 0) throw failedFault(face, `expected sound from ${face.place}, got nothing`);
    yield* metadata.end((soundBytes / 2 / sampleRateHz) * 1000);
  }

  /** What a close before the end of the turn means. @source SynthesisAdapterBase.ts: 1007 is a bad request, all else the connection */
  #endFault(end: SocketEnd | undefined, hasSound: boolean, request: SpeechRequest): ProviderError {
    const { face } = this.#client;
    const words = this.#client.redaction(request.text).apply(end?.reason ?? '');
    const said = words === '' ? '' : `: "${words}"`;
    const fault = (
      code: ConstructorParameters<typeof ProviderError>[0],
      retryable: boolean,
      advice: string,
    ): ProviderError =>
      new ProviderError(code, `${face.name}: ${face.place} closed (${end?.code})${said}; ${advice}`, {
        provider: face.name,
        retryable,
      });
    if (end?.code === 1007 || end?.code === 1003)
      return /voice/i.test(words)
        ? fault('BRIDGE_ERR_SPEECH_VOICE', false, 'see the list of voices')
        : fault('BRIDGE_ERR_SPEECH_REFUSED', false, "change the text or the engine's options");
    if (end?.code === 1008) return fault('BRIDGE_ERR_SPEECH_KEY', false, face.keyHelp);
    if (end?.code === 1012 || end?.code === 1013)
      return fault('BRIDGE_ERR_SPEECH_BUSY', true, 'try again later');
    if (hasSound || end?.code === 1006) return truncatedFault(face, 'the connection broke in the middle');
    return fault('BRIDGE_ERR_SPEECH_FAILED', true, 'try again');
  }

  #auth(): Record<string, string> {
    return { 'Ocp-Apim-Subscription-Key': requireKey(this.#client.face, this.#options.apiKey) };
  }
}

function synthesisUrl({ region, baseUrl }: AzureOptions): URL {
  const url = new URL(baseUrl ?? `wss://${azureHost(region ?? '', 'tts')}`);
  if (url.pathname === '/') url.pathname = SYNTHESIS_PATH;
  return url;
}

/** A voice, and once more with each of its styles. */
function voicesOf(voice: Fields, chosen: string): readonly Voice[] {
  const id = textOf(voice['ShortName']);
  if (id === undefined) return [];
  const locale = textOf(voice['Locale']);
  const gender = textOf(voice['Gender'])?.toLowerCase();
  const styles: unknown = voice['StyleList'];
  const more: unknown = voice['SecondaryLocaleList'];
  const plain: Voice = {
    id,
    name: textOf(voice['LocalName']) ?? textOf(voice['DisplayName']) ?? id,
    languages: [locale, ...(Array.isArray(more) ? more : [])].filter((code) => typeof code === 'string'),
    ...(gender === undefined ? {} : { gender }),
    isDefault: id === chosen,
  };
  const named = (Array.isArray(styles) ? styles : []).filter((style) => typeof style === 'string');
  return [
    plain,
    ...named.map((style) => ({
      ...plain,
      id: `${id}/${style}`,
      style,
      isDefault: `${id}/${style}` === chosen,
    })),
  ];
}

function faceOf(name: string, options: AzureOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: synthesisUrl(options).host,
    keyHelp: `${keyHelp(AZURE_ROW, options.baseUrl)}; it belongs to one region`,
    reachHelp: 'check the region and the network',
  };
}
