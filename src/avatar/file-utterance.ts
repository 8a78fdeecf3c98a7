import { encodeSpeakStart, encodeSpeakStop, type PeerMessage } from '../protocol/index.js';
import { BridgeError, type Clock, Emitter, RequestError, type Timer } from '../runtime/index.js';
import type { UtteranceEnd } from './events.js';
import type { PeerSession } from './peer-session.js';
import type { Utterance, UtteranceEvents, UtteranceStatus } from './utterance.js';

export interface FileUtteranceOptions {
  readonly id: number;
  readonly model: string;
  /** As MMDAgent-EX sees it. */
  readonly file: string;
  /** Length of the sound, milliseconds, below 60 000: longer files are skipped by the peer without a word. */
  readonly durationMs: number;
  readonly clock: Clock;
}

/** Start events took 0.15 s; a busy machine takes longer. No event at all means that the peer cannot play the file. */
const START_TIMEOUT_MS = 5000;
/** SPEAK_EVENT_STOP comes from a timer at duration + 0.1 s; the sound itself ends up to 0.2 s later. */
const STOP_TIMEOUT_MS = 5000;
const TAIL_MS = 300;
/** After SPEAK_STOP the sound went on for up to 0.96 s; a second SPEAK_START before its end would freeze the program. */
const STOPPED_TAIL_MS = 1000;

/**
 * A file that MMDAgent-EX plays by itself: `SPEAK_START|alias|file`.
 *
 * The peer gives no answer for a missing or too long file, hence the time-outs. The lane never begins another
 * utterance before this one's sound has ended.
 */
export class FileUtterance implements Utterance {
  readonly id: number;
  readonly model: string;
  readonly mayOverlap = false;
  readonly events = new Emitter<UtteranceEvents>();
  readonly #options: FileUtteranceOptions;
  #status: UtteranceStatus = 'waiting';
  #session: PeerSession | undefined;
  #startedAtMs: number | undefined;
  #isInterrupted = false;
  #interruptedMs = 0;
  #timer: Timer | undefined;

  constructor(options: FileUtteranceOptions) {
    this.#options = options;
    this.id = options.id;
    this.model = options.model;
  }

  get status(): UtteranceStatus {
    return this.#status;
  }

  get heardMs(): number {
    if (this.#startedAtMs === undefined) return 0;
    return Math.min(this.#options.clock.nowMs() - this.#startedAtMs, this.#options.durationMs);
  }

  begin(session: PeerSession): void {
    if (this.#status !== 'waiting') return;
    this.#session = session;
    this.#status = 'speaking';
    const { file } = this.#options;
    const text = `SPEAK_START|${this.model}|${file}`;
    session.sendUrgent(encodeSpeakStart(this.model, file), text, () => this.#left(), this);
    // The socket may take nothing for as long as it likes; this utterance may not.
    this.#wait(START_TIMEOUT_MS, () => this.#giveUp());
  }

  clear(): void {}

  canJoin(): boolean {
    return false;
  }

  /** The lane passes on what the peer says. */
  received(message: PeerMessage): void {
    if (message.args[0] !== this.model || this.#status === 'ended' || this.#status === 'waiting') return;
    const nowMs = this.#options.clock.nowMs();
    if (message.type === 'SPEAK_EVENT_START' && this.#startedAtMs === undefined) {
      this.#startedAtMs = nowMs;
      this.events.emit('started', nowMs);
      if (!this.#isInterrupted) {
        this.#wait(this.#options.durationMs + STOP_TIMEOUT_MS, () =>
          this.#finish({ reason: 'completed', heardMs: this.heardMs }),
        );
      }
    } else if (
      message.type === 'SPEAK_EVENT_STOP' &&
      this.#startedAtMs !== undefined &&
      !this.#isInterrupted
    ) {
      this.#status = 'draining';
      this.#wait(TAIL_MS, () => this.#finish({ reason: 'completed', heardMs: this.#options.durationMs }));
    }
  }

  interrupt(): void {
    if (this.#status === 'ended' || this.#isInterrupted) return;
    if (this.#session === undefined) {
      this.#finish({ reason: 'interrupted', heardMs: 0 });
      return;
    }
    if (this.#session.cancel(this) > 0) {
      this.#finish({ reason: 'interrupted', heardMs: 0 });
      return;
    }
    this.#isInterrupted = true;
    this.#interruptedMs = this.heardMs;
    this.#sendStop();
    this.#wait(STOPPED_TAIL_MS, () => this.#finish({ reason: 'interrupted', heardMs: this.#interruptedMs }));
  }

  fail(error: unknown): void {
    this.#session?.cancel(this);
    if (this.#isInterrupted) {
      this.#finish({ reason: 'interrupted', heardMs: this.#interruptedMs });
      return;
    }
    const typed =
      error instanceof BridgeError
        ? error
        : new RequestError('BRIDGE_ERR_LINK_LOST', 'The file was cut off', { cause: error });
    this.#finish({ reason: 'failed', heardMs: this.heardMs, error: typed });
  }

  #left(): void {
    if (this.#status === 'speaking' && !this.#isInterrupted)
      this.#wait(START_TIMEOUT_MS, () => this.#giveUp());
  }

  /** No event: a wrong path, or a peer that will play it later, which the stop prevents. */
  #giveUp(): void {
    if (this.#session?.cancel(this) === 0) this.#sendStop();
    const { file } = this.#options;
    this.fail(
      new RequestError(
        'BRIDGE_ERR_SPEAK_FAILED',
        `MMDAgent-EX did not start to play ${file} within ${START_TIMEOUT_MS / 1000} s. Check that it sees the file under this path, that Plugin_Audio is on and that the sound is shorter than 60 s`,
      ),
    );
  }

  #sendStop(): void {
    this.#session?.sendUrgent(encodeSpeakStop(this.model), `SPEAK_STOP|${this.model}`);
  }

  #wait(delayMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, run);
  }

  #finish(end: UtteranceEnd): void {
    if (this.#status === 'ended') return;
    this.#timer?.cancel();
    this.#status = 'ended';
    this.events.emit('ended', end);
  }
}
