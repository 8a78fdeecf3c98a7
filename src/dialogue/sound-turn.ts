import type { HeardReply } from '../reply/index.js';
import type { BridgeError } from '../runtime/index.js';
import { apart } from './delivery.js';
import type { EntryPiece } from './history-entry.js';
import { blockedText, sorryText } from './sorry.js';
import type { SoundBrain } from './sound-brain.js';
import { SoundExchange } from './sound-exchange.js';
import type { TurnPartsOptions } from './turn-parts.js';
import type { TurnThought } from './turn-thought.js';
import { TurnVoice } from './turn-voice.js';

export interface SoundTurnOptions extends TurnPartsOptions {
  readonly brain: SoundBrain;
  readonly thought: TurnThought;
  /** The voice of the moment. */
  readonly voice: () => TurnVoice | undefined;
  /** Another takes its place, and may be heard when the turn may. */
  readonly onVoice: (voice: TurnVoice) => void;
}

/** What is said behind a brain's sound, by the voice of the settings. */
interface Instead {
  /** Of the sound. */
  readonly before: HeardReply;
  /** Whether it is part of the reply; else an apology. */
  readonly isReply: boolean;
}

const UNHEARD: HeardReply = { pieces: 0, units: 0, text: '', heardMs: 0, by: 'whole' };

/**
 * A turn that a brain answers with its own sound, to the end of what is heard: what a guard says in place of the rest and an apology are
 * said behind the sound, in the voice of the settings, and shown where there is none that can speak.
 */
export class SoundTurn {
  readonly exchange: SoundExchange;
  /** Settles when the user's words are written down, or never will be. Never rejects. */
  readonly written: Promise<void>;
  readonly #options: SoundTurnOptions;
  #blocked: { readonly text: string | undefined; readonly soundMs: number } | undefined;
  #instead: Instead | undefined;

  /** The brain is asked; the exchange gives its sound. */
  constructor(options: SoundTurnOptions) {
    this.#options = options;
    const { brain, thought, thinking, watch, onBlocked } = options;
    const { parameters, isReworded } = thought;
    this.exchange = new SoundExchange({
      ...options,
      ...{ brain, parameters, isReworded },
      signal: thinking,
      onAlive: watch.onAlive,
      onBlocked: (text, soundMs) => {
        this.#blocked = { text, soundMs };
        onBlocked();
      },
    });
    this.written = this.exchange.userText.then((text) => this.#write(text));
  }

  /** @returns what was heard of the reply; undefined: its sound broke or was cut, and others tell. */
  async heardOut(): Promise<HeardReply | undefined> {
    const { voice, thought, signal, plan, services } = this.#options;
    const end = await voice()?.reply.ended;
    if (end?.reason !== 'completed' || signal.aborted) return undefined;
    if (this.#blocked !== undefined) {
      const { text = blockedText(plan.text, services.settings.language) } = this.#blocked;
      return this.#sayInstead(text, { isReply: true });
    }
    const whole = await thought.checkWhole();
    if (signal.aborted) return undefined;
    voice()?.leave('heard');
    if (whole !== undefined) this.#replace(whole);
    return end.heard;
  }

  /** @returns what was heard of the reply. */
  apologise({ code }: BridgeError): Promise<HeardReply> {
    const { services, entry } = this.#options;
    const { reply, language } = services.settings;
    const text = sorryText(reply.sorry, entry.text, language);
    // Where the way to the avatar is broken no other voice is heard either.
    return this.#sayInstead(text, { isReply: false, isShownOnly: !code.startsWith('BRIDGE_ERR_LLM') });
  }

  /** What the voice of the moment tells, with the sound before it. The time is of the sound alone: it is what a brain is told. */
  joined(now: HeardReply | undefined): HeardReply | undefined {
    if (this.#instead === undefined) return now;
    const { before, isReply } = this.#instead;
    if (!isReply || now === undefined) return before;
    return { ...now, pieces: 1 + now.pieces, text: before.text + now.text, heardMs: before.heardMs };
  }

  /** Whether another voice than the brain's speaks. */
  get isInstead(): boolean {
    return this.#instead !== undefined;
  }

  async #sayInstead(
    text: string,
    { isReply, isShownOnly = false }: { readonly isReply: boolean; readonly isShownOnly?: boolean },
  ): Promise<HeardReply> {
    const { voice, signal, services, brain } = this.#options;
    const end = await voice()?.silence();
    // Words that were let through ahead of their sound were not heard.
    const isUnheard = this.#blocked?.soundMs === 0;
    const before = (isUnheard ? undefined : (end?.heard ?? voice()?.heard())) ?? UNHEARD;
    this.exchange.silence();
    if (isReply) void this.exchange.truncate(before.heardMs);
    if (signal.aborted || text === '') return before;
    const said = apart(before.text, text);
    const piece: EntryPiece = { raw: said, text: said, tags: '', spoken: 1 };
    if (isReply) this.exchange.endAt(before.text, piece);
    this.#instead = { before, isReply };
    const spoken = isShownOnly ? undefined : await this.#speak(piece, isReply);
    if (signal.aborted) return before;
    if (isReply) brain.know?.({ user: '', reply: text });
    if (spoken !== undefined) return this.joined(spoken) ?? before;
    services.sinks.caption(before.text + said, 'avatar');
    return isReply ? { ...before, pieces: 2, units: 0, text: before.text + said } : before;
  }

  /** @returns undefined: this voice cannot. */
  async #speak(piece: EntryPiece, isReply: boolean): Promise<HeardReply | undefined> {
    const { plan, onVoice } = this.#options;
    const { text } = piece;
    // Nobody looks at it again, and no acknowledgement stands before it.
    const given = { ...plan, given: text };
    const voice = new TurnVoice({ ...this.#options, plan: given, onBroken: () => {}, given: undefined });
    const whole = { index: 0, raw: text, text, cues: [], language: undefined, endsSentence: true };
    if (isReply) voice.delivery.add(whole, { ...piece });
    else voice.delivery.addSorry(text);
    voice.delivery.end();
    onVoice(voice);
    await voice.delivery.run();
    const { reason, heard } = await voice.reply.ended;
    return reason === 'completed' ? heard : undefined;
  }

  /** What stands in the history in place of the reply is what the brain remembers of it. */
  #replace(text: string): void {
    void this.exchange.truncate(0);
    this.#options.brain.know?.({ user: '', reply: text });
  }

  #write(text: string | undefined): void {
    const { entry, teller, thought, signal } = this.#options;
    if (text === undefined || text.trim() === '' || thought.isReworded) return;
    entry.text = text.trim();
    teller.userText(entry.text, signal.aborted);
  }
}
