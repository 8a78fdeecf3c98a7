import type { WireFrame } from '../../src/protocol/index.js';
import { type Clock, Emitter, type Timer } from '../../src/runtime/index.js';
import type { CloseReason, PeerConnection, PeerConnectionEvents } from '../../src/transport/index.js';

export interface FakeConnectionOptions {
  readonly clock: Clock;
  /** Aliases that the peer has; others are not answered. @default ['0'] */
  readonly models?: readonly string[];
  /** Round trip of an echo; Infinity: the peer says nothing by itself. @default 30 */
  readonly echoMs?: number;
}

let lastId = 0;

/**
 * A PeerConnection on a test's clock: records what was sent, says what the test wants, blocks and breaks on demand.
 * By itself it only echoes messages and answers readiness probes and LIPSYNC_START, as MMDAgent-EX does.
 */
export class FakeConnection implements PeerConnection {
  readonly id = ++lastId;
  readonly slot = 0;
  readonly remoteAddress = '127.0.0.1';
  readonly events = new Emitter<PeerConnectionEvents>();
  readonly sent: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  readonly models: Set<string>;
  unsentBytes = 0;
  isOpen = true;
  /** True: the socket takes the next frame and then holds it. */
  isBlocked = false;
  readonly #clock: Clock;
  readonly #echoMs: number;
  readonly #timers = new Set<Timer>();

  constructor(options: FakeConnectionOptions) {
    this.#clock = options.clock;
    this.models = new Set(options.models ?? ['0']);
    this.#echoMs = options.echoMs ?? 30;
  }

  /** Lines and verbs, without sound and line ends. */
  get lines(): string[] {
    return this.sent
      .filter(({ bytes }) => !isSound(bytes))
      .map(({ bytes }) => Buffer.from(bytes).toString().trimEnd());
  }

  /** All that was sent, sound as `~bytes`. */
  get log(): string[] {
    return this.sent.map(({ bytes }) =>
      isSound(bytes) ? `~${bytes.length - 7}` : Buffer.from(bytes).toString().trimEnd(),
    );
  }

  get soundBytes(): number {
    return this.sent.reduce((sum, { bytes }) => sum + (isSound(bytes) ? bytes.length - 7 : 0), 0);
  }

  sentAt(line: string): number | undefined {
    return this.sent.find(({ bytes }) => Buffer.from(bytes).toString().trimEnd() === line)?.atMs;
  }

  trySend(frame: WireFrame): boolean {
    if (!this.isOpen || this.unsentBytes > 0) return false;
    this.sent.push({ atMs: this.#clock.nowMs(), bytes: Uint8Array.from(frame) });
    if (this.isBlocked) this.unsentBytes = frame.byteLength;
    const text = Buffer.from(frame).toString();
    if (text.endsWith('\n') && !isSound(frame) && !text.startsWith('__AV')) this.#answer(text.trimEnd());
    return true;
  }

  /** The kernel has taken all. */
  drain(): void {
    this.isBlocked = false;
    if (this.unsentBytes === 0) return;
    this.unsentBytes = 0;
    this.events.emit('drained');
  }

  say(...lines: string[]): void {
    if (this.isOpen) this.events.emit('bytes', Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }

  /** The connection ends by the peer's side. */
  drop(): void {
    this.#end({ by: 'peer' });
  }

  async closePolitely(): Promise<void> {
    this.#end({ by: 'bridge' });
  }

  #end(reason: CloseReason): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.events.emit('closed', reason);
  }

  #answer(line: string): void {
    if (this.#echoMs === Number.POSITIVE_INFINITY) return;
    const [type, alias = ''] = line.split('|');
    const answers = [line];
    if (type === 'ROTATE_START' && this.models.has(alias))
      answers.push(`ROTATE_EVENT_START|${alias}`, `ROTATE_EVENT_STOP|${alias}`);
    if (type === 'LIPSYNC_START' && this.models.has(alias)) answers.push(`LIPSYNC_EVENT_START|${alias}`);
    const timer = this.#clock.after(this.#echoMs, () => {
      this.#timers.delete(timer);
      this.say(...answers);
    });
    this.#timers.add(timer);
  }
}

function isSound(bytes: Uint8Array): boolean {
  const digit = bytes[3] ?? 0;
  return bytes[0] === 0x53 && bytes[1] === 0x4e && bytes[2] === 0x44 && digit >= 0x30 && digit <= 0x39;
}
