import { BridgeError, errorText } from '../runtime/index.js';
import { type LipsKnowledge, VoiceConverter } from '../speaking/index.js';
import type { SpeakOptions, Speech, SpokenPart } from '../speech/index.js';
import type { ReplyEmitter } from './delivery.js';
import { givenParts } from './given-parts.js';
import type { GivenSound, SoundReplyVoice } from './given-sound.js';
import { GivenText } from './given-text.js';
import { HeardText } from './heard-text.js';
import type { PieceQueue } from './piece-queue.js';
import { ReplyLine } from './reply-line.js';
import type { Reply, ReplyOptions } from './reply-voice.js';
import { SharedPronouncer } from './shared-pronouncer.js';
import { SoundDelivery, type SoundDeliveryOptions, type SoundWay } from './sound-delivery.js';
import { SpokenReply } from './spoken-reply.js';
import type { ClientVoicePorts, HowToSpeak } from './voice-settings.js';

/** What the voices of our own sound differ in. */
export interface SoundVoiceParts {
  readonly topology: 'stream' | 'local' | 'client';
  readonly speak: HowToSpeak | undefined;
  readonly ports: ClientVoicePorts;
  /** Of the sound that goes out. */
  readonly sampleRateHz: number;
  /** What engines are asked for; undefined: each gives its own. */
  readonly engineRateHz: number | undefined;
  /** See `PausableOutletOptions`. */
  readonly isReadyInPauses: boolean;
  /** How sound goes of which so much is known. Rejects where it cannot. */
  readonly look: (knows: LipsKnowledge) => Promise<SeenWay>;
  /** Called once for each reply, in order. */
  readonly out: () => SoundDeliveryOptions['out'];
}

/** A way, and whether it will be the same for the next reply. */
export interface SeenWay {
  readonly way: SoundWay;
  readonly isLasting: boolean;
}

/** Replies as sound that we make, wherever it is played. */
export class SoundVoice implements SoundReplyVoice {
  readonly topology: SoundVoiceParts['topology'];
  readonly #parts: SoundVoiceParts;
  readonly #pronouncer: SharedPronouncer | undefined;
  readonly #line = new ReplyLine();
  readonly #open = new Set<Reply>();
  #known: Promise<SoundWay> | undefined;
  #isClosed = false;

  constructor(parts: SoundVoiceParts) {
    this.topology = parts.topology;
    this.#parts = parts;
    const { pronouncer } = parts.ports;
    this.#pronouncer = pronouncer && new SharedPronouncer(pronouncer);
  }

  async prepare(): Promise<void> {
    const { ports, speak } = this.#parts;
    const way = this.#way().catch(() => {});
    const reading = this.#pronouncer?.prepare(speak?.language);
    await Promise.all([way, reading, VoiceConverter.warmUp(), ports.speech.prepare(speak ?? {})]);
  }

  open({ isHeld = false, speed, voice }: ReplyOptions = {}): Reply {
    const { speak, ports, engineRateHz } = this.#parts;
    const options = { ...speak, ...(speed && { speed }), ...(voice && { voice }) };
    const text = new HeardText(this.#pronouncer);
    const parts = (pieces: PieceQueue, signal: AbortSignal) =>
      spokenParts(ports.speech, pieces, { ...options, sampleRateHz: engineRateHz, signal });
    return this.#reply(isHeld, (events) => {
      const off = ports.speech.events.on('fellBack', ({ from, to, error }) =>
        events.emit('warned', fallen(from, to, error)),
      );
      const delivery = new SoundDelivery({ ...this.#delivery(events, this.#way()), parts, text });
      void delivery.ended.then(off);
      return delivery;
    });
  }

  openSound(given: GivenSound, { isHeld = false }: Pick<ReplyOptions, 'isHeld'> = {}): Reply {
    const text = new GivenText();
    return this.#reply(isHeld, (events) => {
      const delivery = new SoundDelivery({
        ...this.#delivery(events, this.#look('sound')),
        parts: (_, signal) => givenParts(given, text, signal),
        text,
      });
      delivery.end();
      return delivery;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open].map((reply) => reply.cancel()));
  }

  #reply(isHeld: boolean, deliver: (events: ReplyEmitter) => SoundDelivery): Reply {
    const reply = new SpokenReply({ line: this.#line, isHeld, deliver });
    this.#open.add(reply);
    void reply.ended.then(() => this.#open.delete(reply));
    // Who opens one after the end has one that has ended.
    if (this.#isClosed) void reply.cancel();
    return reply;
  }

  #delivery(events: ReplyEmitter, way: Promise<SoundWay>): Omit<SoundDeliveryOptions, 'parts' | 'text'> {
    const { ports, sampleRateHz, isReadyInPauses, out } = this.#parts;
    const { clock, estimator } = ports;
    const pronouncer = this.#pronouncer;
    return { clock, events, sampleRateHz, way, out: out(), isReadyInPauses, estimator, pronouncer };
  }

  #way(): Promise<SoundWay> {
    this.#known ??= this.#knowledge()
      .then((knows) => this.#look(knows))
      .catch((error: unknown) => {
        this.#known = undefined;
        throw error;
      });
    return this.#known;
  }

  async #look(knows: LipsKnowledge): Promise<SoundWay> {
    const { way, isLasting } = await this.#parts.look(knows);
    if (!isLasting) this.#known = undefined;
    return way;
  }

  /** An engine that cannot be had fails when it shall speak. */
  async #knowledge(): Promise<LipsKnowledge> {
    const { speech } = this.#parts.ports;
    const tells = await speech.describe(this.#parts.speak ?? {}).then(
      (speaker) => speaker.tells,
      () => 'nothing',
    );
    if (tells === 'phonemes') return 'phonemes';
    return this.#pronouncer === undefined ? 'sound' : 'text';
  }
}

/** A reply without any piece says nothing, which is no fault. */
async function* spokenParts(
  speech: Speech,
  pieces: PieceQueue,
  options: SpeakOptions,
): AsyncGenerator<SpokenPart> {
  try {
    yield* speech.speak(pieces, options);
  } catch (error) {
    const isEmpty =
      pieces.count === 0 && error instanceof BridgeError && error.code === 'BRIDGE_ERR_SPEECH_TEXT';
    if (!isEmpty) throw error;
  }
}

function fallen(from: string, to: string, error: unknown): string {
  return `${from} failed, ${to} speaks: ${errorText(error)}`;
}
