import { type Clock, errorText, orAborted, ProviderError, type Timer } from '../../../runtime/index.js';
import { closedFault, programFault, stalledFault, textFault } from '../../child/program-fault.js';
import type { MmdagentVoiceOptions } from './mmdagent-options.js';
import { peerPieces } from './peer-text.js';

/** Messages to and from one MMDAgent-EX; given by whoever has a link. */
export interface PeerMessages {
  /** One message; `args` hold no `|` and no line end. Rejects when it cannot be sent. */
  send(type: string, args: readonly string[]): Promise<void>;
  /** Messages of MMDAgent-EX, from now on. @returns ends it. */
  onMessage(listener: (type: string, args: readonly string[]) => void): () => void;
}

export interface PeerSpeechOptions {
  /** Style as the content's .ojt or .fph names it. Left out: the first of the text's language. */
  readonly style?: string | undefined;
  /** BCP 47 of the text. Left out: Japanese if Japanese is in it, else English. */
  readonly language?: string | undefined;
  /** Stops what is heard, closes the mouth, and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** A piece of the text began, `atMs` by the clock; its sound comes 40 to 90 ms later. */
  readonly onStarted?: ((piece: string, atMs: number) => void) | undefined;
  /** What the plugin tells for its own mouth, `phoneme,milliseconds,…` of the piece that began last, counted from its sound. */
  readonly onPhonemes?: ((list: string) => void) | undefined;
}

/** By the clock, when its messages came. */
export interface PeerSpoken {
  readonly startedAtMs: number;
  /** 30 to 200 ms after the last sound. */
  readonly endedAtMs: number;
}

export interface PeerVoiceOptions extends MmdagentVoiceOptions {
  /** The engine's name, for errors. */
  readonly name: string;
  /** The model that moves its mouth. */
  readonly alias: string;
}

/** A tenth of the speed of speech, and what is said at least. */
const MAX_MS_PER_LETTER = 2000;
const MIN_PATIENCE_MS = 10_000;
/** SYNTH_EVENT_STOP comes 15 to 130 ms after SYNTH_STOP; on a slow machine later. */
const STOP_PATIENCE_MS = 1500;
/** One that was stopped before it began begins all the same, within 80 ms, and ends at once. */
const START_PATIENCE_MS = 300;
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** What one SYNTH_START came to. */
type Outcome = { readonly startedAtMs: number; readonly endedAtMs: number };

/**
 * Speaks by MMDAgent-EX's own voices, whose sound never comes to us: MMDAgent-EX plays it and moves the mouth.
 *
 * One at a time, in order: a second SYNTH_START for the same model replaces the first. After SYNTH_STOP the plugin deletes the motion
 * of the mouth and leaves it open; so a closing one is sent, behind SYNTH_EVENT_STOP, since the plugin's LIPSYNC_STOP comes after
 * SYNTH_STOP and would delete it too (measured with Plugin_Open_JTalk at 9981469).
 */
export class PeerVoice {
  readonly #options: PeerVoiceOptions;
  readonly #messages: PeerMessages;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PeerVoiceOptions, messages: PeerMessages, clock: Clock) {
    this.#options = options;
    this.#messages = messages;
    this.#clock = clock;
  }

  /** Styles with their languages, as the options have them; MMDAgent-EX cannot list its own. */
  get styles(): Readonly<Record<string, 'ja' | 'en'>> {
    return this.#options.styles;
  }

  /**
   * Resolves when MMDAgent-EX has said it.
   *
   * @throws {ProviderError} TEXT - nothing that can be spoken; VOICE - it does not begin: no such style, or no such plugin; STALLED - it
   *   does not end; PROGRAM - a message could not be sent, or closed. The signal's reason.
   */
  speak(text: string, options: PeerSpeechOptions = {}): Promise<PeerSpoken> {
    const before = this.#last;
    const spoken = this.#speakAfter(before, text, options);
    // One that is taken back while it waits must not let the next overtake those before it.
    this.#last = Promise.allSettled([before, spoken]);
    return spoken;
  }

  /** Stops what is heard; whoever waits fails. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(closedFault(this.#options.name));
    await this.#last;
  }

  async #speakAfter(before: Promise<unknown>, text: string, options: PeerSpeechOptions): Promise<PeerSpoken> {
    const { name } = this.#options;
    const style = this.#styleFor(text, options);
    const pieces = peerPieces(text, this.#options.styles[style] ?? 'ja');
    if (pieces.length === 0) throw textFault(name, `${name} found nothing in the text that can be spoken`);
    await orAborted(before, options.signal);
    let first: Outcome | undefined;
    let last: Outcome | undefined;
    for (const piece of pieces) {
      last = await this.#say(piece, style, options);
      first ??= last;
    }
    return { startedAtMs: first?.startedAtMs ?? 0, endedAtMs: last?.endedAtMs ?? 0 };
  }

  #styleFor(text: string, { style, language }: PeerSpeechOptions): string {
    const { styles, style: standard, name } = this.#options;
    if (style !== undefined && /[|\s]/.test(style))
      throw voiceFault(name, style, 'a style has no blank and no |');
    const spoken = (language ?? (JAPANESE.test(text) ? 'ja' : 'en')).split('-')[0];
    const fitting = Object.keys(styles).find((candidate) => styles[candidate] === spoken);
    const chosen = style ?? standard ?? fitting ?? Object.keys(styles)[0];
    if (chosen === undefined)
      throw voiceFault(
        name,
        '',
        `set engines.${name}.styles to the styles of the content's .ojt or .fph file`,
      );
    return chosen;
  }

  /** One SYNTH_START from its sending to its SYNTH_EVENT_STOP. */
  async #say(piece: string, style: string, options: PeerSpeechOptions): Promise<Outcome> {
    const { alias, name, startMs } = this.#options;
    const { signal } = options;
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const utterance = new Utterance(this.#messages, this.#clock, alias, {
      onStarted: (atMs) => options.onStarted?.(piece, atMs),
      onPhonemes: (list) => options.onPhonemes?.(list),
    });
    const onAbort = (): void => utterance.fail(signal?.reason);
    const onClose = (): void => utterance.fail(this.#closing.signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#closing.signal.addEventListener('abort', onClose, { once: true });
    try {
      await this.#send('SYNTH_START', [alias, style, piece]);
      utterance.expectStart(startMs, () =>
        voiceFault(
          name,
          style,
          `MMDAgent-EX did not begin within ${startMs} ms: check the content's .ojt or .fph file for the style, and that Plugin_Open_JTalk or Plugin_Flite_plus_hts_engine is there with its dictionary`,
        ),
      );
      utterance.expectEnd(MIN_PATIENCE_MS + piece.length * MAX_MS_PER_LETTER, () =>
        stalledFault(name, `MMDAgent-EX did not end speaking ${piece.length} letters in time`),
      );
      return await utterance.outcome;
    } catch (error) {
      await this.#silence(utterance);
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#closing.signal.removeEventListener('abort', onClose);
      utterance.close();
    }
  }

  /** Stops it and closes the mouth. Never rejects: why it is stopped matters more. */
  async #silence(utterance: Utterance): Promise<void> {
    const { alias } = this.#options;
    try {
      await this.#send('SYNTH_STOP', [alias]);
      await utterance.silentWithin(utterance.hasStarted ? STOP_PATIENCE_MS : START_PATIENCE_MS);
      await this.#send('LIPSYNC_START', [alias, 'sil,50']);
    } catch {
      // The link is gone: MMDAgent-EX is silent for us.
    }
  }

  async #send(type: string, args: readonly string[]): Promise<void> {
    try {
      await this.#messages.send(type, args);
    } catch (cause) {
      throw programFault(
        this.#options.name,
        `${type} could not be sent to MMDAgent-EX: ${errorText(cause)}`,
        {
          retryable: true,
          cause,
        },
      );
    }
  }
}

function voiceFault(provider: string, style: string, advice: string): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_VOICE',
    `${provider} cannot speak with the style ${JSON.stringify(style)}: ${advice}`,
    { provider },
  );
}

interface UtteranceListener {
  readonly onStarted: (atMs: number) => void;
  readonly onPhonemes: (list: string) => void;
}

/** Watches the events of one SYNTH_START. */
class Utterance {
  readonly outcome: Promise<Outcome>;
  readonly #clock: Clock;
  readonly #leave: () => void;
  readonly #listener: UtteranceListener;
  readonly #timers: Timer[] = [];
  readonly #onSilent: (() => void)[] = [];
  #resolve: (outcome: Outcome) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #startedAtMs: number | undefined;
  #hasEnded = false;

  constructor(messages: PeerMessages, clock: Clock, alias: string, listener: UtteranceListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It may fail before anybody waits for it.
    this.outcome.catch(() => {});
    this.#leave = messages.onMessage((type, args) => {
      if (args[0] !== alias) return;
      if (type === 'SYNTH_EVENT_START') this.#started();
      else if (type === 'SYNTH_EVENT_STOP') this.#ended();
      else if (type === 'LIPSYNC_START' && this.hasStarted && !this.#hasEnded)
        this.#listener.onPhonemes(args[1] ?? '');
    });
  }

  get hasStarted(): boolean {
    return this.#startedAtMs !== undefined;
  }

  expectStart(withinMs: number, fault: () => ProviderError): void {
    this.#timers.push(
      this.#clock.after(withinMs, () => {
        if (this.#startedAtMs === undefined) this.fail(fault());
      }),
    );
  }

  expectEnd(withinMs: number, fault: () => ProviderError): void {
    this.#timers.push(this.#clock.after(withinMs, () => this.fail(fault())));
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  /** Resolves at SYNTH_EVENT_STOP, or when there is nothing to wait for any more. */
  silentWithin(patienceMs: number): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSilent.push(resolve);
      this.#timers.push(this.#clock.after(patienceMs, resolve));
    });
  }

  close(): void {
    this.#leave();
    for (const timer of this.#timers) timer.cancel();
  }

  #started(): void {
    if (this.#startedAtMs !== undefined) return;
    this.#startedAtMs = this.#clock.nowMs();
    this.#listener.onStarted(this.#startedAtMs);
  }

  /** One before the start is of what was said before. */
  #ended(): void {
    if (this.#startedAtMs === undefined) return;
    this.#hasEnded = true;
    for (const tell of this.#onSilent) tell();
    this.#resolve({ startedAtMs: this.#startedAtMs, endedAtMs: this.#clock.nowMs() });
  }
}
