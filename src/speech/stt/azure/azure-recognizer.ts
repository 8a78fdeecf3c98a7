import { randomUUID } from 'node:crypto';
import { linkedSignal, sharedAbort } from '../../../runtime/index.js';
import {
  azureHost,
  type EngineFace,
  failedFault,
  isFields,
  keyHelp,
  parsed,
  placeOf,
  Redaction,
  requireKey,
  textOf,
  truncatedFault,
} from '../../../vendor/index.js';
import { withRegion } from '../../http/markup.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import type { HeardEngine, HeardPart, HearRequest } from '../heard-part.js';
import { hearingFace } from '../hearing-face.js';
import { inLargerPieces, inReach, wavStreamHeader } from '../sound-pieces.js';
import { AZURE_HEARING_ROW, type AzureHearingOptions } from './azure-hearing-options.js';
import { type AzureMessage, readMessage, soundMessage, textMessage } from './azure-messages.js';
import { phraseResult } from './azure-results.js';
import { AzureSocket } from './azure-socket.js';

const PATH = '/speech/recognition/conversation/cognitiveservices/v1';
/** @source learn.microsoft.com "Improve recognition accuracy with phrase list": at most 500 phrases */
const MAX_HINTS = 500;

/**
 * Azure Speech, live over its WebSocket: hypotheses while somebody speaks, a final part for each phrase.
 *
 * One connection and one turn for each utterance. The sound goes as a WAV stream without length.
 *
 * @source learn.microsoft.com "Speech Service WebSocket protocol" (connection, speech.config, audio, turn.*, speech.*);
 *   github.com/microsoft/cognitive-services-speech-sdk-js ServiceRecognizerBase.ts and SpeechConnectionFactory.ts (addresses of today,
 *   speech.context, the header of the sound before it)
 */
export class AzureRecognizer implements HeardEngine {
  readonly name: string;
  readonly isStreaming = true;
  readonly #options: AzureHearingOptions;
  readonly #ports: HttpSpeechPorts;
  readonly #face: EngineFace;
  readonly #closing = sharedAbort();

  constructor(name: string, options: AzureHearingOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.#ports = ports;
    this.#face = hearingFace({
      name,
      place: placeOf(this.#base),
      keyHelp: `${keyHelp(AZURE_HEARING_ROW, options.baseUrl)}; it belongs to one region`,
      reachHelp: 'check the region and the network',
    });
  }

  async *hear(request: HearRequest): AsyncGenerator<HeardPart, void> {
    const key = requireKey(this.#face, this.#options.apiKey);
    const closing = this.#closing.signal;
    closing.throwIfAborted();
    const leaving = new AbortController();
    const { signal, release } = linkedSignal(...[closing, request.signal].filter((one) => one !== undefined));
    const socket = this.#connect(request, key, signal);
    try {
      await socket.open();
      const id = this.#newId();
      const sending = this.#sendAll(
        socket,
        { ...request, sound: inReach(request.sound, leaving.signal) },
        id,
      );
      // Its failure is told by the reader; once that has ended, nobody asks any more.
      sending.catch(() => {});
      yield* this.#results(socket, id, sending);
    } finally {
      socket.close();
      leaving.abort();
      release();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  get #base(): string {
    const { baseUrl, region } = this.#options;
    return baseUrl ?? `wss://${azureHost(region, 'stt')}`;
  }

  #connect(request: HearRequest, key: string, signal: AbortSignal): AzureSocket {
    const { language, profanity, words, firstByteMs, idleMs } = this.#options;
    const url = new URL(`${this.#base.replace(/\/+$/, '')}${PATH}`);
    url.searchParams.set('language', withRegion(request.language ?? language));
    url.searchParams.set('format', 'detailed');
    url.searchParams.set('profanity', profanity);
    if (words) url.searchParams.set('wordLevelTimestamps', 'true');
    return new AzureSocket({
      url: url.href,
      headers: { 'Ocp-Apim-Subscription-Key': key, 'X-ConnectionId': this.#newId() },
      face: this.#face,
      redaction: new Redaction([key]),
      clock: this.#ports.clock,
      openSocket: this.#ports.openSocket,
      firstByteMs,
      idleMs,
      signal,
    });
  }

  /** All that is said to the service, up to the empty message that ends the sound. */
  async #sendAll(socket: AzureSocket, request: HearRequest, requestId: string): Promise<void> {
    const headers = (path: string, contentType?: string) => ({
      path,
      requestId,
      timestamp: new Date(this.#ports.clock.wallMs()).toISOString(),
      contentType,
    });
    await socket.send(textMessage(headers('speech.config', 'application/json'), CONFIG));
    const phrases = (request.hints ?? []).filter((hint) => hint !== '').slice(0, MAX_HINTS);
    await socket.send(textMessage(headers('speech.context', 'application/json'), contextOf(phrases)));
    await socket.send(soundMessage(headers('audio', 'audio/x-wav'), wavStreamHeader()));
    for await (const piece of inLargerPieces(request.sound))
      await socket.send(soundMessage(headers('audio'), piece));
    await socket.send(soundMessage(headers('audio'), new Uint8Array(0)));
    socket.expectAnswer();
  }

  async *#results(
    socket: AzureSocket,
    requestId: string,
    sending: Promise<void>,
  ): AsyncGenerator<HeardPart, void> {
    let hasFinal = false;
    for (;;) {
      const message = await this.#nextOf(socket, sending);
      if (message === undefined) throw truncatedFault(this.#face, 'it closed before the end of its turn');
      if (message.requestId !== '' && message.requestId.toLowerCase() !== requestId.toLowerCase()) continue;
      if (message.path === 'turn.end') break;
      const part = this.#partOf(message);
      if (part === undefined) continue;
      hasFinal ||= part.type === 'final';
      yield part;
    }
    if (!hasFinal) yield { type: 'final', text: '' };
  }

  /** A source of sound that fails is what the caller is told, not the connection that ends with it. */
  async #nextOf(socket: AzureSocket, sending: Promise<void>): Promise<AzureMessage | undefined> {
    for (;;) {
      const failed = sending.then(
        () => new Promise<never>(() => {}),
        (error: unknown) => Promise.reject(error),
      );
      const text = await Promise.race([socket.next(), failed]);
      if (text === undefined) return undefined;
      const message = readMessage(text);
      if (message !== undefined) return message;
      throw failedFault(this.#face, `expected a message from ${this.#face.place}, got something else`);
    }
  }

  #partOf({ path, body }: AzureMessage): HeardPart | undefined {
    if (path !== 'speech.hypothesis' && path !== 'speech.fragment' && path !== 'speech.phrase')
      return undefined;
    const value = parsed(body);
    if (!isFields(value))
      throw failedFault(this.#face, `expected a result as JSON from ${this.#face.place}, got something else`);
    if (path !== 'speech.phrase') {
      const text = textOf(value['Text']);
      return text === undefined ? undefined : { type: 'partial', text };
    }
    const result = phraseResult(value);
    if (result.status === 'failed')
      throw failedFault(this.#face, `${this.#face.place} could not recognise it (${result.why}); try again`);
    return result.status === 'heard' ? result.part : undefined;
  }

  #newId(): string {
    return (this.#ports.newId?.() ?? randomUUID().replaceAll('-', '')).toUpperCase();
  }
}

const CONFIG = {
  context: {
    system: { name: 'mmdagent-bridge', version: '1' },
    os: { platform: 'Node.js', name: '', version: '' },
  },
};

/** Hints, as the phrase list of the Speech SDK sends them. @source speech-sdk-js DynamicGrammarBuilder.ts */
function contextOf(phrases: readonly string[]): object {
  if (phrases.length === 0) return {};
  return { dgi: { Groups: [{ Type: 'Generic', Items: phrases.map((phrase) => ({ Text: phrase })) }] } };
}
