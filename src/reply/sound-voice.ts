import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import { BridgeError, errorText } from '../runtime/index.js';
import {
  chooseLips,
  type LipsChoice,
  type LipsKnowledge,
  laneOf,
  type OpenOutletOptions,
  type Outlet,
  openOutlet,
  VoiceConverter,
} from '../speaking/index.js';
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
import type {
  AvatarSettings,
  LocalVoicePorts,
  LocalVoiceSettings,
  StreamVoicePorts,
  StreamVoiceSettings,
} from './voice-settings.js';

const LOCAL_RATE_HZ = 48_000;

/** What the two voices of our own sound differ in. */
interface SoundVoiceParts {
  readonly topology: 'stream' | 'local';
  readonly settings: AvatarSettings;
  readonly ports: StreamVoicePorts;
  readonly lips: LipsChoice;
  readonly sampleRateHz: number;
  readonly outlet: Omit<OpenOutletOptions, 'clock' | 'knows' | 'lips'>;
}

/** Our sound, streamed to MMDAgent-EX, which plays it. */
export function createStreamVoice(settings: StreamVoiceSettings, ports: StreamVoicePorts): SoundReplyVoice {
  const { model, table, mode, leadMs, ifBusy, readyTimeoutMs, lips = 'auto' } = settings;
  return new SoundVoice({
    ...{ topology: 'stream', settings, ports, lips },
    sampleRateHz: OUTPUT_SAMPLE_RATE_HZ,
    outlet: { model, table, mode, leadMs, ifBusy, readyTimeoutMs },
  });
}

/** Our sound on a loudspeaker of this machine; MMDAgent-EX only moves the mouth. */
export function createLocalVoice(settings: LocalVoiceSettings, ports: LocalVoicePorts): SoundReplyVoice {
  const { model, table, readyTimeoutMs, offsetMs, sampleRateHz = LOCAL_RATE_HZ } = settings;
  return new SoundVoice({
    ...{ topology: 'local', settings, ports, lips: 'local', sampleRateHz },
    outlet: { model, table, readyTimeoutMs, offsetMs, openPlayback: ports.openPlayback },
  });
}

class SoundVoice implements SoundReplyVoice {
  readonly topology: 'stream' | 'local';
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
    const { ports, settings } = this.#parts;
    const way = this.#way().catch(() => {});
    const reading = this.#pronouncer?.prepare(settings.speak?.language);
    await Promise.all([way, reading, VoiceConverter.warmUp(), ports.speech.prepare(settings.speak ?? {})]);
  }

  open({ isHeld = false, speed, voice }: ReplyOptions = {}): Reply {
    const { settings, ports } = this.#parts;
    const options = { ...settings.speak, ...(speed && { speed }), ...(voice && { voice }) };
    const text = new HeardText(this.#pronouncer);
    const parts = (pieces: PieceQueue, signal: AbortSignal) =>
      spokenParts(ports.speech, pieces, { ...options, sampleRateHz: this.#engineRateHz, signal });
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
    const { ports, sampleRateHz } = this.#parts;
    const { clock, estimator } = ports;
    const open = (known: SoundWay, signal: AbortSignal) => this.#outlet(known, signal);
    // A loudspeaker takes its time; a stream is soon there, and while it is open the lane is not free.
    const isReadyInPauses = this.topology === 'local';
    const pronouncer = this.#pronouncer;
    return { clock, events, sampleRateHz, way, open, isReadyInPauses, estimator, pronouncer };
  }

  /** A loudspeaker is opened before it is known what rate its engine has: the engine's sound comes at the loudspeaker's. */
  get #engineRateHz(): number | undefined {
    return this.topology === 'local' ? this.#parts.sampleRateHz : undefined;
  }

  async #outlet(known: SoundWay, signal: AbortSignal): Promise<Outlet> {
    const { ports, outlet: options, settings, sampleRateHz } = this.#parts;
    const choice = { ...options, clock: ports.clock, knows: known.knows, lips: known.way };
    const { outlet } = await openOutlet(ports.client, settings.lane, choice, signal);
    const silence = (): void => void outlet.interrupt();
    signal.addEventListener('abort', silence, { once: true });
    try {
      if (signal.aborted) silence();
      else await outlet.begin(sampleRateHz);
      return outlet;
    } catch (error) {
      await outlet.interrupt();
      outlet.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', silence);
    }
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
    const { lips, ports, settings } = this.#parts;
    if (lips === 'local') return { way: 'local', knows };
    const lane = await laneOf(ports.client, settings.lane);
    // A lane that is not known is refused by the daemon, which knows what to say; it may be there the next time.
    if (lane === undefined) this.#known = undefined;
    const situation = { knows, carriesSound: lane?.carriesSound ?? true, lane: lane?.lane ?? '' };
    const way = chooseLips(lips, situation);
    return { way: way === 'local' ? chooseLips('own', situation) : way, knows };
  }

  /** An engine that cannot be had fails when it shall speak. */
  async #knowledge(): Promise<LipsKnowledge> {
    const { speech } = this.#parts.ports;
    const tells = await speech.describe(this.#parts.settings.speak ?? {}).then(
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
