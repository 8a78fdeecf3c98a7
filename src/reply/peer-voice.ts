import { type BridgeClient, LipsLink } from '../client/index.js';
import type { SpokenWord } from '../language/index.js';
import { closingMessage, DEFAULT_LIP_TABLE } from '../lipsync/index.js';
import { messageText } from '../protocol/index.js';
import { orAborted, RequestError } from '../runtime/index.js';
import { openPeerVoice, type PeerMessages, type PeerVoice } from '../speech/index.js';
import type { ReplyOptions, ReplyVoice, SpokenPiece } from './reply-voice.js';
import type { Reached, Sayable, Sayer, SayOptions } from './sequential-delivery.js';
import { SequentialVoice } from './sequential-voice.js';
import { SharedPronouncer } from './shared-pronouncer.js';
import { lettersOf, SpeakingRates } from './speaking-rate.js';
import { ToldPhonemes } from './told-phonemes.js';
import type { PeerVoicePorts, PeerVoiceSettings } from './voice-settings.js';
import { wordBefore, wordPlaces } from './word-places.js';

const READY_TIMEOUT_MS = 30_000;
/** From SYNTH_EVENT_START to the first sound, and from the last sound to SYNTH_EVENT_STOP (measured: 40 to 90, 30 to 200). */
const BEGINS_AFTER_MS = 65;
const ENDED_BEFORE_MS = 45;
/** From SYNTH_STOP to silence (measured: 65). */
const STOP_MS = 65;
/** A message that cannot leave within this time would come too late. */
const SEND_MS = 1000;

/** MMDAgent-EX's own voice: it makes the sound and moves the mouth, one SYNTH_START after the other. */
export function createPeerVoice(settings: PeerVoiceSettings, ports: PeerVoicePorts): ReplyVoice {
  const connection = new PeerConnection(settings, ports);
  const pronouncer = ports.pronouncer && new SharedPronouncer(ports.pronouncer);
  const rates = new SpeakingRates(pronouncer);
  return new SequentialVoice({
    topology: 'peer',
    clock: ports.clock,
    sayerFor: (options) => new PeerSayer({ settings, ports, connection, rates, options }),
    prepare: async () => {
      await connection.open().catch(() => {});
    },
    close: () => connection.close(),
  });
}

interface Opened {
  readonly link: LipsLink;
  readonly voice: PeerVoice;
  /** Fires when MMDAgent-EX is gone. */
  readonly lost: AbortSignal;
  readonly leave: () => void;
}

/** The way to MMDAgent-EX, opened when it is first needed and again after it was lost. */
class PeerConnection {
  readonly #settings: PeerVoiceSettings;
  readonly #ports: PeerVoicePorts;
  readonly #closing = new AbortController();
  #opened: Promise<Opened> | undefined;

  constructor(settings: PeerVoiceSettings, ports: PeerVoicePorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** @throws {BridgeError} what `LipsLink.open` and `openPeerVoice` throw. */
  open(): Promise<Opened> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.voice.close();
    opened?.leave();
  }

  async #open(): Promise<Opened> {
    const { lane, model, table = DEFAULT_LIP_TABLE, readyTimeoutMs = READY_TIMEOUT_MS } = this.#settings;
    const { client, clock, env } = this.#ports;
    const link = await LipsLink.open({
      ...{ client, clock, lane, model, readyTimeoutMs, offsetMs: 0 },
      closing: (name) => closingMessage(name, table),
      signal: this.#closing.signal,
    });
    try {
      const { engine, engines } = this.#settings;
      const watched = this.#watch(link);
      const messages = messagesOf(client, link, watched.lost);
      const voice = await openPeerVoice({ engines }, { clock, env, engine, alias: link.model, messages });
      return { link, voice, ...watched };
    } catch (error) {
      link.close();
      throw error;
    }
  }

  #watch(link: LipsLink): Pick<Opened, 'lost' | 'leave'> {
    const lost = new AbortController();
    const { client } = this.#ports;
    const leave = (): void => {
      for (const off of offs) off();
      link.close();
    };
    const onLost = (): void => {
      this.#opened = undefined;
      leave();
      lost.abort(
        new RequestError('BRIDGE_ERR_LINK_LOST', `The connection of lane ${link.lane} to MMDAgent-EX ended`, {
          retryable: true,
        }),
      );
    };
    const offs = [
      client.events.on('laneState', ({ lane, state }) => {
        if (lane === link.lane && (state === 'disconnected' || state === 'closed')) onLost();
      }),
      client.events.on('closed', onLost),
    ];
    return { lost: lost.signal, leave };
  }
}

interface PeerSayerParts {
  readonly settings: PeerVoiceSettings;
  readonly ports: PeerVoicePorts;
  readonly connection: PeerConnection;
  readonly rates: SpeakingRates;
  readonly options: ReplyOptions;
}

class PeerSayer implements Sayer {
  readonly way = 'synth';
  readonly stopMs = STOP_MS;
  readonly #parts: PeerSayerParts;
  readonly #read = new WeakMap<Sayable, readonly SpokenWord[]>();
  /** Of the last attempt. */
  readonly #told = new WeakMap<Sayable, ToldPhonemes>();

  constructor(parts: PeerSayerParts) {
    this.#parts = parts;
  }

  async plan(piece: SpokenPiece): Promise<readonly Sayable[]> {
    const { settings, ports, options, rates } = this.#parts;
    const given = async function* () {
      yield piece;
    };
    const speak = {
      ...settings.speak,
      engine: settings.engine,
      ...(options.voice && { voice: options.voice }),
    };
    const sayables: Sayable[] = [];
    for await (const { text, language, voice, place } of ports.speech.sentences(given(), speak)) {
      const sayable = { text, language, voice, sourceAt: (at: number) => place?.sourceAt(at) ?? at };
      sayables.push(sayable);
      void rates.read(text, language).then((words) => {
        if (words !== undefined) this.#read.set(sayable, words);
      });
    }
    return sayables;
  }

  async say(sayable: Sayable, from: number, { signal, onSynthesized, onStarted }: SayOptions): Promise<void> {
    const { connection, ports, rates } = this.#parts;
    const rest = sayable.text.slice(from);
    if (!/[\p{L}\p{N}]/u.test(rest)) return;
    const { voice, lost } = await orAborted(connection.open(), signal);
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.aborted ? signal.reason : lost.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    lost.addEventListener('abort', onAbort, { once: true });
    if (lost.aborted) onAbort();
    let startedAtMs: number | undefined;
    const told = new ToldPhonemes(from, sayable.text.length);
    this.#told.set(sayable, told);
    try {
      const spoken = voice.speak(rest, {
        ...{ language: sayable.language, style: sayable.voice, signal: stop.signal },
        onStarted: (said, atMs) => {
          onSynthesized(atMs);
          startedAtMs ??= atMs + BEGINS_AFTER_MS;
          told.began(said, atMs + BEGINS_AFTER_MS - startedAtMs);
          onStarted(startedAtMs);
        },
        onPhonemes: (list) => told.told(list),
      });
      // Nobody is there to tell that it is silent.
      const { endedAtMs } = await orAborted(spoken, lost);
      const soundMs = endedAtMs - ENDED_BEFORE_MS - (startedAtMs ?? ports.clock.nowMs());
      rates.of(sayable.voice, sayable.language).learn(this.#letters(sayable), from, soundMs);
    } finally {
      signal.removeEventListener('abort', onAbort);
      lost.removeEventListener('abort', onAbort);
    }
  }

  heardTo(sayable: Sayable, from: number, elapsedMs: number): Reached {
    const { text, language, voice } = sayable;
    const letters = this.#letters(sayable);
    const told = this.#told.get(sayable)?.reached(elapsedMs, letters);
    if (told !== undefined) return { to: told, by: 'phoneme', isEstimated: false };
    const reached = this.#parts.rates.of(voice, language).reached(letters, from, elapsedMs);
    // That all of it was heard is told by SYNTH_EVENT_STOP alone.
    const lastWord = (this.#read.get(sayable) ?? wordPlaces(text, language)).at(-1)?.from ?? 0;
    return { to: Math.min(reached, Math.max(from, lastWord)), by: 'share', isEstimated: true };
  }

  resumeFrom(sayable: Sayable, position: number): number {
    const { text, language } = sayable;
    return wordBefore(text, language, position, this.#read.get(sayable));
  }

  #letters(sayable: Sayable): readonly number[] {
    return lettersOf(sayable.text, this.#read.get(sayable));
  }
}

function messagesOf(client: BridgeClient, link: LipsLink, lost: AbortSignal): PeerMessages {
  return {
    send: async (type, args) => {
      // What is about speech of then must not reach whoever comes next.
      lost.throwIfAborted();
      await client.request('send', {
        lane: link.lane,
        message: messageText({ type, args }),
        timeoutMs: SEND_MS,
      });
    },
    onMessage: (listener) =>
      client.events.on('message', ({ lane, type, args, isEcho }) => {
        if (lane === link.lane && !isEcho) listener(type, args);
      }),
  };
}
