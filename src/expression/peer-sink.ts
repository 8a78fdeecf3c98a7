import { type Clock, errorText, type Logger } from '../runtime/index.js';
import type { Cue, ExpressionSink, Phase } from './cue.js';
import { faceOf } from './emotions.js';
import { MorphBook } from './morph-book.js';
import { MotionBook } from './motion-book.js';
import { PeerCaption } from './peer-caption.js';
import { camera, captionStart, filledMessage, type Placeholders, soundStart } from './peer-messages.js';
import { PeerTable } from './peer-table.js';
import { PromptChoices } from './prompt-choices.js';
import { Schedule } from './schedule.js';
import { DEFAULT_CAPTION, type PeerAction, type PeerSinkSettings } from './settings.js';

export interface PeerSinkPorts {
  /**
   * Sends one message `TYPE|ARG|…` to the avatar.
   *
   * @param at - when it shall act, of the clock below; left out: now. The daemon's `send` takes it as `actAtMs` of its own clock.
   */
  readonly send: (message: string, at?: { readonly actAtMs: number }) => unknown;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** MMDAgent-EX as a place for expressions. */
export interface PeerSink extends ExpressionSink {
  /**
   * What the user chose of a question that this sink showed, to be taken as a typed turn.
   *
   * @param message - every message that comes from MMDAgent-EX.
   */
  promptChoice(message: string): string | undefined;
}

/** So long before its time a message is handed over with that time; until then an interruption takes it back. */
const HAND_OVER_MS = 150;
const FADE_MS = 200;

/**
 * Sends what the settings have for cues and phases, at the time their sentence is heard, and undoes it.
 *
 * @param settings - of the section `expression.peer`.
 */
export function createPeerSink(settings: PeerSinkSettings, ports: PeerSinkPorts): PeerSink {
  return new PeerExpression(settings, ports);
}

class PeerExpression implements PeerSink {
  readonly name = 'mmdagent';
  readonly #settings: PeerSinkSettings;
  readonly #model: string;
  readonly #ports: PeerSinkPorts;
  readonly #table: PeerTable;
  readonly #morphs: MorphBook;
  readonly #motions: MotionBook;
  readonly #caption: PeerCaption | undefined;
  readonly #choices = new PromptChoices();
  /** What is still to be shown: an interruption takes it back. */
  readonly #coming: Schedule;
  /** What is still to be undone, by kind. */
  readonly #undoing = new Map<string, () => void>();
  readonly #ends: Schedule;
  readonly #undoMessages = new Map<string, readonly (() => string)[]>();
  /** When what is being sent shall act; undefined: now. */
  #actAtMs: number | undefined;
  #phase: Phase | undefined;
  #isClosed = false;

  constructor(settings: PeerSinkSettings, ports: PeerSinkPorts) {
    const send = (message: () => string): void => this.#send(message);
    const { model = '0' } = settings;
    this.#settings = settings;
    this.#model = model;
    this.#ports = ports;
    this.#table = new PeerTable(settings);
    this.#morphs = new MorphBook(model, ports.clock, send);
    this.#motions = new MotionBook(model, ports.clock, send);
    this.#caption =
      settings.caption === undefined ? undefined : new PeerCaption(settings.caption, ports.clock, send);
    this.#coming = new Schedule(ports.clock);
    this.#ends = new Schedule(ports.clock);
  }

  cue(cue: Cue, atMs: number): void {
    if (this.#isClosed) return;
    const actions = this.#table.forCue(cue);
    if (actions === undefined) {
      if (faceOf(cue) !== undefined || cue.name === 'animation')
        this.#ports.logger.debug({ cue: cue.name, value: cue.value.slice(0, 64) }, 'no action for a cue');
      return;
    }
    const durationMs = cue.durationMs ?? this.#settings.durationMs;
    const kind = faceOf(cue) === undefined ? cue.name.toLowerCase() : 'face';
    this.#coming.at(atMs - HAND_OVER_MS, () => {
      this.#actAtMs = atMs > this.#ports.clock.nowMs() ? atMs : undefined;
      this.#show(kind, actions, { model: this.#model, value: cue.value, durationMs });
      this.#actAtMs = undefined;
      this.#undoAt(kind, atMs + durationMs);
    });
  }

  phase(phase: Phase): void {
    if (this.#isClosed || phase === this.#phase) return;
    if (this.#phase === undefined) this.#moment('start', 'moment');
    this.#phase = phase;
    this.#moment(phase, 'phase');
  }

  caption(text: string, speaker: 'user' | 'avatar'): void {
    if (!this.#isClosed) this.#caption?.show(text, speaker);
  }

  interrupted(): void {
    this.#coming.clear();
  }

  promptChoice(message: string): string | undefined {
    return this.#choices.chosen(message);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#coming.clear();
    this.#ends.clear();
    if (this.#phase !== undefined) this.#moment('end', 'moment');
    for (const kind of [...this.#undoMessages.keys()]) this.#undo(kind);
    this.#isClosed = true;
    this.#caption?.clear();
    this.#motions.close();
    this.#morphs.close();
  }

  #moment(moment: Phase | 'start' | 'end', kind: string): void {
    const placeholders = {
      model: this.#model,
      value: moment,
      durationMs: this.#settings.durationMs,
    };
    this.#show(kind, this.#table.forMoment(moment), placeholders);
  }

  /** The next of a kind undoes the one before, but keeps what both have. */
  #show(kind: string, actions: readonly PeerAction[], placeholders: Placeholders): void {
    this.#undoing.get(kind)?.();
    this.#undoing.delete(kind);
    this.#sendUndo(kind);
    const morphs = Object.assign({}, ...actions.map((action) => (isMorph(action) ? action.morph : {})));
    const fadeMs = actions.find(isMorph)?.fadeMs ?? FADE_MS;
    this.#morphs.set(kind, morphs, fadeMs);
    if (!actions.some((action) => typeof action === 'object' && 'motion' in action)) this.#motions.undo(kind);
    for (const action of actions) this.#one(kind, action, placeholders);
  }

  #one(kind: string, action: PeerAction, placeholders: Placeholders): void {
    if (typeof action === 'string') this.#send(() => filledMessage(action, placeholders));
    else if ('message' in action) {
      const { message, undo } = action;
      this.#send(() => filledMessage(message, placeholders));
      if (undo === undefined) return;
      const undos = this.#undoMessages.get(kind) ?? [];
      this.#undoMessages.set(kind, [...undos, () => filledMessage(undo, placeholders)]);
    } else if ('motion' in action) this.#motions.start(kind, action);
    else if ('camera' in action) this.#send(() => camera(action.camera));
    else if ('sound' in action) this.#send(() => soundStart(action.alias ?? 'cue', action.sound));
    else if ('prompt' in action) this.#send(() => this.#choices.show(action.prompt, action.choices));
    else if ('caption' in action) {
      const place = { ...(this.#settings.caption ?? DEFAULT_CAPTION), holdMs: placeholders.durationMs };
      this.#send(() => captionStart('cue', action.caption.split('\n'), place));
    }
  }

  #undoAt(kind: string, atMs: number): void {
    const cancel = this.#ends.at(atMs, () => this.#undo(kind));
    this.#undoing.set(kind, cancel);
  }

  #undo(kind: string): void {
    this.#undoing.delete(kind);
    this.#morphs.undo(kind);
    this.#motions.undo(kind);
    this.#sendUndo(kind);
  }

  #sendUndo(kind: string): void {
    const undos = this.#undoMessages.get(kind) ?? [];
    this.#undoMessages.delete(kind);
    for (const undo of undos) this.#send(undo);
  }

  /** What cannot be a message, or is not taken, is told and changes nothing else. */
  #send(make: () => string): void {
    const report = (error: unknown): void =>
      this.#ports.logger.warn({ error: errorText(error) }, 'an expression was not sent to MMDAgent-EX');
    try {
      const message = make();
      const at = this.#actAtMs === undefined ? undefined : { actAtMs: this.#actAtMs };
      const sent = at === undefined ? this.#ports.send(message) : this.#ports.send(message, at);
      if (sent instanceof Promise) sent.catch(report);
    } catch (error) {
      report(error);
    }
  }
}

function isMorph(action: PeerAction): action is Extract<PeerAction, { morph: unknown }> {
  return typeof action === 'object' && 'morph' in action;
}
