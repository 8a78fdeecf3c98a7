import { type GivenSound, type HeardReply, type Reply, type ReplyEnd, takesSound } from '../reply/index.js';
import { errorText, type Timer } from '../runtime/index.js';
import { Delivery } from './delivery.js';
import { type ReplyWatch, watchReply } from './reply-watch.js';
import type { Services } from './services.js';
import { within } from './settled.js';
import { blockedText } from './sorry.js';
import type { TurnPlan } from './turn-plan.js';
import type { TurnTeller } from './turn-teller.js';
import { warn } from './warn.js';

/** A voice that is told to be silent answers within this, or is not waited for. */
const SILENCE_LIMIT_MS = 500;
/** About a second of Japanese. */
const NEARLY_LETTERS = 7;

export interface TurnVoiceOptions {
  readonly services: Services;
  readonly plan: TurnPlan;
  readonly teller: TurnTeller;
  readonly signal: AbortSignal;
  readonly watch: Pick<ReplyWatch, 'onSynthesized' | 'onSent' | 'onHeard' | 'onAlive'>;
  /** The reply ended, and not because all of it was heard. */
  readonly onBroken: (end: ReplyEnd) => void;
  /** A guard ended the reply. */
  readonly onBlocked: () => void;
  /** Sound that is there already; undefined: pieces are spoken. */
  readonly given?: GivenSound | undefined;
}

/** How one turn is heard: its reply, what is delivered to it, and whether it may sound. */
export class TurnVoice {
  readonly reply: Reply;
  readonly delivery: Delivery;
  readonly #options: TurnVoiceOptions;
  readonly #unwatch: () => void;
  #acknowledging: Timer | undefined;
  #isReleased = false;
  #isHeld = false;
  #isSilenced = false;

  /** @throws what the voice throws. */
  constructor(options: TurnVoiceOptions) {
    this.#options = options;
    const { services, plan, teller, watch } = options;
    const { ports, settings, sinks, events } = services;
    const { speed, voice } = settings.reply;
    const how = {
      isHeld: true,
      ...(speed === undefined ? {} : { speed }),
      ...(voice === undefined ? {} : { voice }),
    };
    const isGiven = options.given !== undefined && takesSound(ports.voice);
    this.reply = isGiven ? ports.voice.openSound(options.given, how) : ports.voice.open(how);
    this.#unwatch = watchReply(this.reply, {
      ...watch,
      ear: ports.ear,
      nowMs: () => ports.clock.nowMs(),
      onPosition: (heard) => teller.heard(this.delivery.ofReply(heard)),
      onPlayed: ({ pcm }) => plan.session.kept?.sound?.(plan.turn, 'avatar', pcm),
      onCredit: (credit) => events.emit('credit', credit),
      onWarned: (text) => warn(events, { code: 'voiceWarned', values: { text } }),
    });
    const isGuarded = ports.guards?.has('response') === true && plan.given === undefined;
    this.delivery = new Delivery({
      reply: this.reply,
      sinks,
      nowMs: () => ports.clock.nowMs(),
      guard: isGuarded ? ports.guards?.response(teller.about(), options.signal) : undefined,
      blockedText: blockedText(plan.text, settings.language),
      onPiece: (piece) => teller.piece(piece),
      onBlocked: options.onBlocked,
    });
    void this.reply.ended.then((end) => {
      if (end.reason !== 'completed' && !this.#isSilenced) options.onBroken(end);
    });
  }

  /** It may be heard, or go on being heard. */
  letSpeak(): void {
    const wasHeld = this.#isHeld;
    this.#isHeld = false;
    if (!this.#isReleased) {
      this.#isReleased = true;
      this.#safely(() => this.reply.release());
      this.#acknowledgeLater();
    } else if (wasHeld) this.#safely(() => this.reply.resume());
  }

  /** Silence at once; it may go on. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    if (!this.#isReleased) return;
    this.#safely(() => this.reply.pause());
  }

  heard(): HeardReply | undefined {
    return this.#safely(() => this.reply.heard());
  }

  /** Whether all but the last few letters of what was delivered were heard. */
  get isNearlyHeard(): boolean {
    return this.delivery.spokenText.length - (this.heard()?.text.length ?? 0) <= NEARLY_LETTERS;
  }

  /**
   * Sound, lips, synthesis, cues and captions end within the call.
   *
   * @returns what was heard, exactly, as soon as the voice knows; undefined when it does not say.
   */
  silence(): Promise<ReplyEnd | undefined> {
    if (this.#isSilenced) return Promise.resolve(undefined);
    const ending = this.#safely(() => this.reply.cancel());
    this.leave('cut');
    if (ending === undefined) return Promise.resolve(undefined);
    return within(this.#options.services.ports.clock, SILENCE_LIMIT_MS, ending);
  }

  /** Nothing of it is listened to any more. */
  leave(how: 'heard' | 'cut'): void {
    this.#isSilenced = true;
    this.#acknowledging?.cancel();
    this.#unwatch();
    this.delivery.close(how);
  }

  #acknowledgeLater(): void {
    const { services, plan } = this.#options;
    const { phrases, afterMs } = services.settings.acknowledgement;
    const phrase = phrases[plan.turn % Math.max(1, phrases.length)];
    if (phrase === undefined || plan.given !== undefined || services.isOperated()) return;
    const { clock } = services.ports;
    const leftMs = Math.max(0, plan.fromMs + afterMs - clock.nowMs());
    this.#acknowledging = clock.after(leftMs, () => {
      if (this.delivery.pushed === 0) this.delivery.addAcknowledgement(phrase);
    });
  }

  /** A voice that throws must not stop a transaction. */
  #safely<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      warn(this.#options.services.events, { code: 'voiceFailed', values: { error: errorText(error) } });
      return undefined;
    }
  }
}
